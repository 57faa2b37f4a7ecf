// SPDX-License-Identifier: GPL-2.0-only
#include "sema/Arguments.h"
#include "sema/Checker.h"

#include <algorithm>

namespace scx {

std::vector<int> parametersOf(const std::vector<std::unique_ptr<FnDecl::Parameter>> &parameters, const std::vector<std::string> &argumentNames) {
    auto named = [&](const FnDecl::Parameter &p) { return std::find(argumentNames.begin(), argumentNames.end(), p.local.name) != argumentNames.end(); };
    std::vector<int> found;
    size_t next = 0;
    for (const std::string &name : argumentNames) {
        size_t at = name.empty() ? next : 0;
        while (at < parameters.size() && (name.empty() ? named(*parameters[at]) : parameters[at]->local.name != name))
            ++at;
        if (name.empty())
            next = at + 1;
        found.push_back(at < parameters.size() ? static_cast<int>(at) : -1);
    }
    return found;
}

std::string countText(size_t least, size_t most) { return (least < most ? std::to_string(least) + " to " : "") + std::to_string(most); }

void Checker::checkArguments(const std::string &of, Span span, const std::vector<std::unique_ptr<FnDecl::Parameter>> &parameters,
                             const std::vector<std::string> &names, const std::vector<Expr *> &arguments) {
    std::vector<int> places = parametersOf(parameters, names);
    std::set<int> given;
    size_t filled = 0;
    for (size_t i = 0; i < places.size(); ++i) {
        if (places[i] < 0 && !names[i].empty()) {
            std::vector<std::string> known;
            for (const auto &p : parameters)
                known.push_back(p->local.name);
            diags.report(Diag::UnknownMember, arguments[i]->span, of, names[i], didYouMean(nearest(names[i], known)));
            return;
        }
        if (places[i] < 0)
            break; // too many
        const FnDecl::Parameter &parameter = *parameters[static_cast<size_t>(places[i])];
        if (!given.insert(places[i]).second) {
            diags.report(Diag::NameTaken, arguments[i]->span, parameter.local.name).note({}, "the argument is given twice");
            return;
        }
        require(*arguments[i], parameter.local.type);
        ++filled;
    }
    bool lacks = false;
    size_t least = 0;
    for (size_t i = 0; i < parameters.size(); ++i) {
        least += !parameters[i]->value;
        lacks |= !parameters[i]->value && !given.contains(static_cast<int>(i));
    }
    if (filled < places.size() || lacks)
        diags.report(Diag::ArgumentCount, span, of, countText(least, parameters.size()), std::to_string(places.size()));
}

} // namespace scx
