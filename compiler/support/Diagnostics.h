// SPDX-License-Identifier: GPL-2.0-only
// What went wrong, where, and what can the reader do?
// Every message the compiler can give is a row of Codes.def; stages report by name and never format positions themselves.
#pragma once

#include "support/Source.h"

#include <string>
#include <string_view>
#include <vector>

namespace scx {

enum class Severity : uint8_t { Error, Warning };

/// One enumerator per row of Codes.def.
enum class Diag : uint16_t {
#define SCX_DIAGNOSTIC(code, name, severity, text) name,
#include "support/Codes.def"
#undef SCX_DIAGNOSTIC
};

struct DiagRow {
    std::string_view code; // "SCX0201": stable, explained by docs/errors/SCX0201.md
    Severity severity;
    std::string_view text; // `{}` stands for an argument
};
const DiagRow &diagRow(Diag diag);
size_t diagCount();

struct Note {
    Span span;
    std::string text;
};

struct Diagnostic {
    Diag diag;
    Severity severity;
    Span span;
    std::string text;
    std::vector<Note> notes;
    std::string fix; // text that would replace the span, or empty

    Diagnostic &note(Span at, std::string message) {
        notes.push_back({at, std::move(message)});
        return *this;
    }
    Diagnostic &suggest(std::string replacement) {
        fix = std::move(replacement);
        return *this;
    }
};

class Diagnostics {
  public:
    /// Arguments fill the `{}` of the row's text in order. The reference is valid until the next report.
    template <typename... Args> Diagnostic &report(Diag diag, Span span, const Args &...args) { return add(diag, span, {std::string(args)...}); }
    /// How many were reported beyond the first hundred; they count, but are not kept.
    size_t dropped() const { return droppedCount; }
    size_t errors() const { return errorCount; }
    bool ok() const { return errorCount == 0; }
    const std::vector<Diagnostic> &all() const { return list; }
    /// Warnings count as errors from here on.
    void warningsAreErrors() { strict = true; }
    /// Warnings are dropped from here on: they have been given already.
    void onlyErrors() { quiet = true; }

  private:
    Diagnostic &add(Diag diag, Span span, std::vector<std::string> args);
    std::vector<Diagnostic> list;
    Diagnostic overflow;
    size_t errorCount = 0;
    size_t droppedCount = 0;
    bool strict = false, quiet = false;
};

enum class DiagnosticFormat : uint8_t { Text, Line, Json };
/// All diagnostics in order of position within their stage; `color` only for Text on a terminal.
std::string render(const Diagnostics &diags, const SourceManager &sources, DiagnosticFormat format, bool color);

/// The candidate nearest to `name` by edit distance, or empty if none is near enough to suggest.
std::string nearest(std::string_view name, const std::vector<std::string> &candidates);

} // namespace scx
