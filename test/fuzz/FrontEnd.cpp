// SPDX-License-Identifier: GPL-2.0-only
// libFuzzer target: any bytes through the front end. Nothing may crash, words are read as the grammar says, and what parses prints as source that
// parses to something that prints the same.
#include "core/Desugar.h"
#include "sema/Check.h"
#include "sema/Modules.h"
#include "syntax/Parse.h"
#include "syntax/Print.h"
#include "syntax/Words.h"

#include "grammar/ScxLexer.h"

#include <cstdio>
#include <cstdlib>

using namespace scx;

namespace {

void require(bool holds, const char *what, const std::string &text) {
    if (holds)
        return;
    fprintf(stderr, "%s:\n%s\n", what, text.c_str());
    abort();
}

/// Kind and place of every token, one a line.
std::string tokens(antlr4::Lexer &lexer) {
    lexer.removeErrorListeners();
    antlr4::CommonTokenStream stream(&lexer);
    stream.fill();
    std::string all;
    for (antlr4::Token *t : stream.getTokens())
        all += std::to_string(t->getType()) + ' ' + std::to_string(t->getChannel()) + ' ' + std::to_string(t->getStartIndex()) + ' ' +
               std::to_string(t->getStopIndex()) + ' ' + std::to_string(t->getLine()) + '\n';
    return all;
}

/// The quick way to read words finds what the grammar says.
void sameTokens(const uint8_t *data, size_t size) {
    std::string ascii(reinterpret_cast<const char *>(data), size);
    for (char &c : ascii)
        c = c & 0x80 || c == '\0' ? '\x01' : c;
    antlr4::ANTLRInputStream one(ascii), two(ascii);
    grammar::ScxLexer generated(&one);
    Words words(&two);
    require(tokens(generated) == tokens(words), "the lexers differ", ascii);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sameTokens(data, size);
    SourceManager sources;
    Diagnostics diags;
    FileId file = sources.add("fuzz.scx", std::string(reinterpret_cast<const char *>(data), size));
    auto policy = parse(file, sources, diags);
    if (diags.ok()) {
        std::string printed = printSource(*policy);
        Diagnostics again;
        auto second = parse(sources.add("printed.scx", printed), sources, again);
        require(again.ok(), "printed source does not parse", printed + render(again, sources, DiagnosticFormat::Line, false));
        require(printSource(*second) == printed, "printing twice differs", printed);
        printTree(*policy, sources);
        // Local modules would read files: the fuzzer must not.
        std::erase_if(policy->uses, [](const UseDecl &use) { return use.path.starts_with("./"); });
        loadModules(*policy, sources, diags);
        if (diags.ok() && check(*policy, CheckMode::Surface, diags)) {
            auto core = desugar(*policy, sources, diags);
            if (diags.ok())
                check(*core, CheckMode::Core, diags);
        }
    }
    for (auto format : {DiagnosticFormat::Text, DiagnosticFormat::Line, DiagnosticFormat::Json})
        require(diags.all().empty() || !render(diags, sources, format, true).empty(), "nothing is said", "");
    return 0;
}
