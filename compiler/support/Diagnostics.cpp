// SPDX-License-Identifier: GPL-2.0-only
#include "support/Diagnostics.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace scx {
namespace {

constexpr DiagRow kRows[] = {
#define SCX_DIAGNOSTIC(code, name, severity, text) {code, Severity::severity, text},
#include "support/Codes.def"
#undef SCX_DIAGNOSTIC
};
constexpr size_t kMaxDiagnostics = 100;

/// A JSON string; bytes that are no UTF-8 become U+FFFD.
std::string jsonText(std::string_view text) { return nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); }

std::string placeText(Span span, const SourceManager &sources) {
    if (!span.valid())
        return "scxc";
    LineColumn at = sources.position(span);
    return std::string(sources.name(span.file)) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::string_view severityText(Severity severity) { return severity == Severity::Error ? "error" : "warning"; }

/// The source line with a caret under the span; bytes that would upset a terminal are shown as '?'.
std::string frame(Span span, const SourceManager &sources, std::string_view message) {
    if (!span.valid())
        return {};
    LineColumn at = sources.position(span);
    std::string line(sources.line(span.file, span.begin));
    size_t start = at.column > 60 && line.size() > 100 ? at.column - 40 : 0; // long lines are cut around the caret
    line = line.substr(std::min(start, line.size()), 100);
    for (char &c : line)
        if (static_cast<unsigned char>(c) < 0x20)
            c = c == '\t' ? ' ' : '?';
    std::string number = std::to_string(at.line);
    std::string gutter(number.size(), ' ');
    size_t column = at.column - 1 - start;
    size_t width = std::max<size_t>(1, std::min<size_t>(span.end - span.begin, line.size() > column ? line.size() - column : 1));
    std::string out = " " + gutter + " |\n " + number + " | " + line + "\n " + gutter + " | " + std::string(column, ' ') + std::string(width, '^');
    if (!message.empty())
        out += " " + std::string(message);
    return out + "\n";
}

} // namespace

const DiagRow &diagRow(Diag diag) { return kRows[static_cast<size_t>(diag)]; }
size_t diagCount() { return std::size(kRows); }

Diagnostic &Diagnostics::add(Diag diag, Span span, std::vector<std::string> args) {
    const DiagRow &row = diagRow(diag);
    std::string text;
    size_t next = 0;
    for (size_t i = 0; i < row.text.size(); ++i) {
        if (row.text.substr(i, 2) == "{}") {
            text += next < args.size() ? args[next++] : "";
            ++i;
        } else
            text += row.text[i];
    }
    Severity severity = strict ? Severity::Error : row.severity;
    Diagnostic made{diag, severity, span, std::move(text), {}, {}};
    if (quiet && row.severity == Severity::Warning)
        return overflow = std::move(made);
    errorCount += severity == Severity::Error;
    if (list.size() >= kMaxDiagnostics) {
        ++droppedCount;
        return overflow = std::move(made);
    }
    return list.emplace_back(std::move(made));
}

std::string render(const Diagnostics &diags, const SourceManager &sources, DiagnosticFormat format, bool color) {
    std::string out;
    for (const Diagnostic &d : diags.all()) {
        std::string_view code = diagRow(d.diag).code;
        std::string head = std::string(severityText(d.severity)) + "[" + std::string(code) + "]";
        switch (format) {
        case DiagnosticFormat::Line:
            out += placeText(d.span, sources) + ": " + head + ": " + d.text + "\n";
            for (const Note &n : d.notes)
                out += placeText(n.span, sources) + ": note: " + n.text + "\n";
            break;
        case DiagnosticFormat::Text: {
            const char *paint = d.severity == Severity::Error ? "\033[1;31m" : "\033[1;33m";
            out += (color ? paint + head + "\033[0m" : head) + ": " + d.text + "\n";
            if (d.span.valid())
                out += "  --> " + placeText(d.span, sources) + "\n" + frame(d.span, sources, "");
            for (const Note &n : d.notes) {
                out += "  note: " + n.text + "\n";
                if (n.span.valid())
                    out += "  --> " + placeText(n.span, sources) + "\n" + frame(n.span, sources, "");
            }
            if (!d.fix.empty())
                out += "  fix: write `" + d.fix + "`\n";
            out += "\n";
            break;
        }
        case DiagnosticFormat::Json: {
            auto place = [&](Span span) {
                LineColumn at = sources.position(span), end = sources.position(span.file, span.end);
                return "\"file\":" + jsonText(span.valid() ? sources.name(span.file) : "") + ",\"line\":" + std::to_string(at.line) +
                       ",\"column\":" + std::to_string(at.column) + ",\"endLine\":" + std::to_string(end.line) + ",\"endColumn\":" + std::to_string(end.column);
            };
            out += "{\"code\":\"" + std::string(code) + "\",\"severity\":\"" + std::string(severityText(d.severity)) + "\"," + place(d.span) +
                   ",\"message\":" + jsonText(d.text) + ",\"notes\":[";
            for (size_t i = 0; i < d.notes.size(); ++i)
                out += (i ? ",{" : "{") + place(d.notes[i].span) + ",\"message\":" + jsonText(d.notes[i].text) + "}";
            out += "]" + (d.fix.empty() ? "" : ",\"fix\":" + jsonText(d.fix)) + "}\n";
            break;
        }
        }
    }
    if (diags.dropped() && format != DiagnosticFormat::Json)
        out += "scxc: " + std::to_string(diags.dropped()) + " more like these are not shown\n";
    return out;
}

std::string nearest(std::string_view name, const std::vector<std::string> &candidates) {
    std::string best;
    size_t bestDistance = name.size() / 3 + 2; // further away than this is no typing error
    std::vector<size_t> row;
    for (const std::string &candidate : candidates) {
        if (candidate.find("__") != std::string::npos || candidate.size() > 64 || name.size() > 64)
            continue;
        row.resize(candidate.size() + 1);
        for (size_t j = 0; j <= candidate.size(); ++j)
            row[j] = j;
        for (size_t i = 1; i <= name.size(); ++i) {
            size_t diagonal = row[0];
            row[0] = i;
            for (size_t j = 1; j <= candidate.size(); ++j) {
                size_t previous = row[j];
                row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (name[i - 1] != candidate[j - 1])});
                diagonal = previous;
            }
        }
        if (row.back() < bestDistance) {
            bestDistance = row.back();
            best = candidate;
        }
    }
    return best;
}

} // namespace scx
