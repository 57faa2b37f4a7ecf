// SPDX-License-Identifier: GPL-2.0-only
// Can the promises of at_most, at_least and exclusive be kept? The declarations keep them, where nothing decides in their place.
#include "sema/Checker.h"

namespace scx {

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
                        diags.report(Diag::BadOption, o->nameSpan, o->name, "is kept by the declarations, and `on " + h->name + "` decides in their place; leave one out").note(h->nameSpan, "it decides here");
        const Option *most = option(*q, "at_most"), *least = option(*q, "at_least");
        if (most && timeout < kHeld)
            diags.report(Diag::BadOption, most->nameSpan, "at_most", "may hold tasks back for a second, and the watchdog would take them for lost; give it a timeout of 2s and more");
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
