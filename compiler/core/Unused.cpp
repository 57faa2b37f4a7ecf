// SPDX-License-Identifier: GPL-2.0-only
// Which functions of the core does anybody call? The others are left out: each line is parsed and checked again, and of the prelude a policy needs little.
#include "core/Writer.h"

#include <cctype>
#include <map>
#include <set>

namespace scx {
namespace {

constexpr std::string_view kTop = "__top";

bool inName(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// Tells of each name before a bracket, be it a call or not; of `NAME__top` (CoreWriter::reference) as NAME.
template <class Tell> void forCalls(const std::string &text, Tell tell) {
    for (size_t bracket = text.find('('); bracket != std::string::npos; bracket = text.find('(', bracket + 1)) {
        size_t begin = bracket;
        while (begin && inName(text[begin - 1]))
            --begin;
        std::string name = text.substr(begin, bracket - begin);
        if (name.ends_with(kTop))
            name.resize(name.size() - kTop.size());
        if (!name.empty())
            tell(std::move(name));
    }
}

} // namespace

std::vector<PrintedLine> withoutUnusedFunctions(std::vector<PrintedLine> lines) {
    const std::string kHead = "fn ";
    std::vector<std::string> owner(lines.size()); // the function a line belongs to, or empty
    std::map<std::string, std::set<std::string>> calls;
    for (size_t i = 0; i < lines.size(); ++i) {
        const std::string &text = lines[i].text;
        size_t from = 0;
        if (text.starts_with(kHead)) {
            from = text.find('(');
            owner[i] = text.substr(kHead.size(), from - kHead.size());
        } else if (i && !owner[i - 1].empty() && (text.starts_with(' ') || text == "}"))
            owner[i] = owner[i - 1];
        forCalls(text.substr(from), [&](std::string name) { calls[owner[i]].insert(std::move(name)); });
    }
    std::set<std::string> used;
    std::vector<std::string> open = {""}; // what is no function is there anyway
    while (!open.empty()) {
        std::string name = std::move(open.back());
        open.pop_back();
        if (used.insert(name).second)
            open.insert(open.end(), calls[name].begin(), calls[name].end());
    }
    std::vector<PrintedLine> kept;
    for (size_t i = 0; i < lines.size(); ++i)
        if (used.contains(owner[i]))
            kept.push_back(std::move(lines[i]));
    return kept;
}

} // namespace scx
