// SPDX-License-Identifier: GPL-2.0-only
#include "syntax/Visit.h"

#include <algorithm>

namespace scx {
namespace {

bool any(const ExprPtr &e, const ExprTest &test) { return e && anyExpr(*e, test); }

bool any(const PlaceBlock *place, const ExprTest &test) {
    return place &&
           std::any_of(place->candidates.begin(), place->candidates.end(), [&](const Candidate &c) { return any(c.within, test) || any(c.guard, test); });
}

bool any(const Options &options, const ExprTest &test) {
    return std::any_of(options.begin(), options.end(), [&](const Option &o) { return any(o.value, test) || any(o.place.get(), test); });
}

bool any(const std::vector<ExprPtr> &list, const ExprTest &test) {
    return std::any_of(list.begin(), list.end(), [&](const ExprPtr &e) { return any(e, test); });
}

bool any(const Entry &entry, const ExprTest &test) {
    return any(entry.weight, test) || any(entry.guard, test) ||
           std::any_of(entry.children.begin(), entry.children.end(), [&](const Entry &child) { return any(child, test); });
}

template <typename Decls> bool bodies(const Decls &decls, const ExprTest &test) {
    return std::any_of(decls.begin(), decls.end(), [&](const auto &d) { return anyExpr(d->body, test); });
}

template <typename Decls> bool values(const Decls &decls, const ExprTest &test) {
    return std::any_of(decls.begin(), decls.end(), [&](const auto &d) { return any(d->value, test); });
}

} // namespace

bool anyExpr(const Expr &e, const ExprTest &test) { return test(e) || any(e.args, test); }

bool anyExpr(const Block &block, const ExprTest &test) {
    return std::any_of(block.begin(), block.end(),
                       [&](const StmtPtr &s) { return any(s->target, test) || any(s->value, test) || anyExpr(s->body, test) || anyExpr(s->orElse, test); });
}

bool anyExpr(const Program &p, const ExprTest &test) {
    if (any(p.settings, test) || values(p.consts, test) || values(p.params, test) || values(p.cpuSets, test) || values(p.rules, test))
        return true;
    for (const auto &q : p.queues)
        if (any(q->keys, test) || any(q->arguments, test) || any(q->on, test) || any(q->options, test))
            return true;
    for (const auto &d : p.disciplines)
        if (values(d->consts, test) || bodies(d->fns, test) || bodies(d->hooks, test) || any(d->keys, test) || any(d->options, test))
            return true;
    if (p.match)
        for (const MatchRule &rule : p.match->rules)
            if (any(rule.condition, test) || any(rule.options, test))
                return true;
    if (any(p.place.get(), test) || (p.dispatch && any(*p.dispatch, test)))
        return true;
    for (const auto &e : p.everys)
        if (any(e->period, test))
            return true;
    return bodies(p.fns, test) || bodies(p.hooks, test) || bodies(p.everys, test) || anyExpr(p.asserts, test);
}

} // namespace scx
