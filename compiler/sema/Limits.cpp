// SPDX-License-Identifier: GPL-2.0-only
// Can the promises of at_most, at_least and exclusive be kept? The declarations keep them, where nothing decides in their place.
#include "sema/Checker.h"

namespace scx {
namespace {

/// A ring keeps the order of arrival, for one instance, and no loop sees who is in it.
void checkRing(const Program &program, const QueueDecl &q, const Option &backing, Diagnostics &diags) {
    auto wrong = [&](Span at, const char *what) { diags.report(Diag::BadOption, backing.nameSpan, "backing", what).note(at, "here"); };
    if (q.ordering == Ordering::Lifo || !(q.discipline ? q.discipline->keys : q.keys).empty())
        wrong(q.orderingSpan, "is a ring, which keeps the order of arrival; use `fifo`, or leave it out");
    if (q.domain != Domain::None)
        wrong(q.domainSpan, "is one ring for the queue; leave `per` out");
    std::function<void(const Block &)> loops = [&](const Block &b) {
        for (const StmtPtr &s : b) {
            if (s->kind == StmtKind::For && s->value->ref.decl == &q)
                wrong(s->value->span, "is a ring, and no loop sees who is in it; leave one out");
            loops(s->body);
            loops(s->orElse);
        }
    };
    for (const auto &h : program.hooks)
        loops(h->body);
    for (const auto &e : program.everys)
        loops(e->body);
    for (const auto &f : program.fns)
        loops(f->body);
    if (q.discipline)
        for (const auto &h : q.discipline->hooks)
            if (h->name == "dispatch")
                wrong(q.orderingSpan, "is a ring, and the discipline wants to look at who waits; leave it out");
    anyExpr(program, [&](const Expr &e) {
        if (e.ref.kind == RefKind::Attribute && static_cast<const AttributeRow *>(e.ref.decl)->read == Read::QueueHeadWait && e.args[0]->ref.decl == &q)
            wrong(e.span, "is a ring, and who is first in it is not known; leave one out");
        return false;
    });
}

} // namespace

void checkLimits(const Program &program, Diagnostics &diags) {
    auto option = [](const QueueDecl &q, const char *name) -> const Option * {
        for (const Option &o : q.options)
            if (o.name == name)
                return &o;
        return nullptr;
    };
    auto constant = [](const Option *o) { return o ? Checker::evaluate(*o->value) : std::nullopt; };
    constexpr int64_t kAll = 1'000'000, kHeld = 2'000'000'000;
    int64_t timeout = kHeld, sure = 0;
    for (const Option &o : program.settings)
        if (o.name == "timeout")
            timeout = Checker::evaluate(*o.value).value_or(kHeld);
    for (const auto &q : program.queues) {
        for (const char *name : {"at_most", "at_least", "exclusive"})
            if (const Option *o = option(*q, name))
                for (const auto &h : program.hooks)
                    if (decidesEnqueue(*h) || decidesDispatch(*h) || decidesPlace(*h))
                        diags
                            .report(Diag::BadOption, o->nameSpan, o->name,
                                    "is kept by the declarations, and `on " + h->name + "` decides in their place; leave one out")
                            .note(h->nameSpan, "it decides here");
        if (const Option *backing = option(*q, "backing"); backing && backing->value->kind == ExprKind::Call && !userSpaceTime(*q))
            checkRing(program, *q, *backing, diags);
        const Option *most = option(*q, "at_most"), *least = option(*q, "at_least");
        if (most && timeout < kHeld)
            diags.report(Diag::BadOption, most->nameSpan, "at_most",
                         "may hold tasks back for a second, and the watchdog would take them for lost; give it a timeout of 2s and more");
        if (least && q->domain == Domain::Cgroup)
            diags
                .report(Diag::BadOption, least->nameSpan, "at_least",
                        "comes before all others, and cgroups have turns among them; leave it out, or `per cgroup`")
                .note(q->domainSpan, "here");
        if (auto low = constant(least), high = constant(most); low && high && *low > *high)
            diags.report(Diag::BadOption, least->nameSpan, "at_least", "is more than the queue's `at_most`").note(most->nameSpan, "which is here");
        if (auto low = constant(least); low && !q->on) {
            if (sure <= kAll && sure + *low > kAll)
                diags.report(Diag::BadOption, least->nameSpan, "at_least", "promises more than 100%, together with the queues before");
            sure += *low;
        }
    }
}

} // namespace scx
