// SPDX-License-Identifier: GPL-2.0-only
// What does the reader hear about text that is not in the language?
#pragma once

#include "support/Diagnostics.h"

#include "antlr4-runtime.h"
#include "grammar/ScxParser.h"
#include "grammar/ScxSymbols.h"

namespace scx {

/// Token-level checks before parsing: bad characters and numbers, unclosed text, nesting. False if parsing makes no sense.
bool checkTokens(antlr4::CommonTokenStream &tokens, FileId file, const SourceManager &sources, Diagnostics &diags);

/// Turns ANTLR's reports into ours.
class ErrorReporter : public antlr4::BaseErrorListener {
  public:
    ErrorReporter(FileId file, Diagnostics &diags) : file(file), diags(diags) {}
    void syntaxError(antlr4::Recognizer *recognizer, antlr4::Token *offending, size_t line, size_t column, const std::string &message,
                     std::exception_ptr error) override;

  private:
    FileId file;
    Diagnostics &diags;
    size_t lastToken = SIZE_MAX;
};

/// Gives up the construct at hand and goes on after the next `;` or before the next `}`: the default strategy's guesses
/// (insert a token, drop a token) lead to reports about things the author never wrote.
std::shared_ptr<antlr4::ANTLRErrorStrategy> makeErrorStrategy();

} // namespace scx
