// SPDX-License-Identifier: GPL-2.0-only
// Are counters and histograms right, and what is added to them?
#include "sema/Checker.h"

namespace scx {

void Checker::checkStat(StatDecl &stat) {
    if (!stat.per.empty()) {
        bool queue = stat.per == "queue";
        if (!queue && stat.per != "rule")
            diags.report(Diag::Expected, stat.perSpan, "`queue` or `rule`", "`" + stat.per + "`");
        else if (!queue && !program.match)
            diags.report(Diag::NoValue, stat.perSpan, "rule", "the policy has no `match`");
        stat.parts = static_cast<int64_t>(queue || !program.match ? program.queues.size() : program.match->rules.size());
    }
    if (stat.length) {
        require(*stat.length, {TypeKind::Int});
        auto n = evaluate(*stat.length);
        if (!n && stat.length->type.known())
            diags.report(Diag::NotConstant, stat.length->span);
        else if (n && (*n < 1 || *n > 256))
            diags.report(Diag::OutOfRange, stat.length->span, std::to_string(*n), "how many there may be of one name: 1 to 256");
        else if (n)
            stat.parts = *n;
    }
    if (stat.shape.empty())
        return;
    if (stat.shape != "log2" && stat.shape != "linear") {
        diags.report(Diag::Expected, stat.shapeSpan, "`log2` or `linear(WIDTH, COUNT)`", "`" + stat.shape + "`");
        return;
    }
    bool linear = stat.shape == "linear";
    if (stat.shapeArguments.size() != (linear ? 2 : 0)) {
        diags.report(Diag::ArgumentCount, stat.shapeSpan, stat.shape, linear ? "2" : "0", std::to_string(stat.shapeArguments.size()));
        return;
    }
    if (!linear)
        return;
    Expr &width = *stat.shapeArguments[0], &count = *stat.shapeArguments[1];
    Type of = value(width);
    if (of.known() && of != Type{TypeKind::Int} && of != Type{TypeKind::Duration})
        diags.report(Diag::TypeMismatch, width.span, "int or duration", typeText(of));
    if (!require(count, {TypeKind::Int}))
        return;
    for (auto [e, low, high, what] :
         {std::tuple{&width, int64_t{1}, INT64_MAX / 1024, "what a bucket can be wide"}, std::tuple{&count, int64_t{1}, int64_t{1024}, "1 to 1024 buckets"}}) {
        auto n = evaluate(*e);
        if (!n && e->type.known())
            diags.report(Diag::NotConstant, e->span);
        else if (n && (*n < low || *n > high))
            diags.report(Diag::OutOfRange, e->span, std::to_string(*n), what);
        else if (n)
            (e == &width ? stat.width : stat.buckets) = *n;
    }
    ++stat.buckets; // the last is for all above
    stat.takes = of;
}

/// The counter or histogram that `e` names, as `NAME` or `NAME[…]`, its index checked; null if it names none of the kind.
const StatDecl *Checker::namedStat(Expr &e, StatKind kind) {
    Expr &named = e.kind == ExprKind::Index ? *e.args[0] : e;
    if (named.kind != ExprKind::Name)
        return nullptr;
    auto symbol = lookup(named.name, named.span);
    if (!symbol || symbol->ref.kind != RefKind::Stat)
        return nullptr;
    auto *stat = static_cast<const StatDecl *>(symbol->ref.decl);
    if (stat->kind != kind)
        return nullptr;
    e.ref = named.ref = symbol->ref;
    if (&named != &e) {
        if (!stat->several())
            diags.report(Diag::NoValue, e.span, named.name, "there is one of it; leave the index out");
        else
            require(*e.args[1], {stat->length ? TypeKind::Int : TypeKind::Task});
    } else if (stat->several())
        diags.report(Diag::NoValue, e.span, named.name,
                     stat->length ? "there are several; say which, `" + named.name + "[…]`"
                                  : "there is one for each " + stat->per + "; say whose task, `" + named.name + "[p]`");
    return stat;
}

/// `h.add(x)`, `h[i].add(x)`: whether the call is that, and then whether it is right.
bool Checker::histogramAdd(Expr &e) {
    Expr &callee = *e.args[0];
    const StatDecl *named = callee.kind == ExprKind::Member && callee.name == "add" ? namedStat(*callee.args[0], StatKind::Histogram) : nullptr;
    if (!named)
        return false;
    const StatDecl &stat = *named;
    callee.ref = {RefKind::Stat, named};
    if (e.args.size() != 2)
        diags.report(Diag::ArgumentCount, e.span, "add", "1", std::to_string(e.args.size() - 1));
    else if (stat.takes.known())
        require(*e.args[1], stat.takes);
    else if (Type t = value(*e.args[1]); t.known() && t != Type{TypeKind::Int} && t != Type{TypeKind::Duration})
        diags.report(Diag::TypeMismatch, e.args[1]->span, "int or duration", typeText(t));
    return true;
}

} // namespace scx
