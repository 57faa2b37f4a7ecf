// SPDX-License-Identifier: GPL-2.0-only
// exclusive: while a task of such a queue runs, the SMT siblings of its CPU run nothing else. The first CPU of each core knows which of the core's CPUs
// is alone; the others are crowded: no task is placed there, they serve nobody but those whom wait_limit offers a turn, and what came by another
// way ends at the next tick. Per-CPU kernel threads go on.
#include "core/Writer.h"

#include "bpf/Tables.h"
#include "sema/Checker.h"

#include <algorithm>

namespace scx {

bool CoreWriter::exclusive() const {
    return std::any_of(surface.queues.begin(), surface.queues.end(), [&](const auto &q) { return option(*q, "exclusive"); });
}

void CoreWriter::aloneFunctions() {
    if (!exclusive())
        return;
    cpuFields.push_back("alone__: int"); // of a core's first CPU: the number of the one that is alone, from 1
    cpuFields.push_back("turn__: bool");
    origin = surface.policy.nameSpan;
    line("fn crowded__(on__: cpu) -> bool { let by__ = cpu(on__.core).alone__; return by__ != 0 and by__ != on__.id + 1; }");
    open("fn leave__(c: cpu)"); // no such task runs on it any more
    open("if cpu(c.core).alone__ == c.id + 1");
    line("cpu(c.core).alone__ = 0;");
    line("for s__ in core(c.core) { if s__ != c { s__.kick(); } }");
    close();
    close();
}

/// The CPUs of a queue where tasks may be placed now.
std::string CoreWriter::placeable(const QueueDecl &q) {
    std::string own = servers(q);
    if (!exclusive())
        return own;
    return (own.empty() ? "" : "(" + own + ") & ") + "cpus(not crowded__(cpu))";
}

void CoreWriter::runAlone() {
    if (!exclusive())
        return;
    std::string mine;
    for (const auto &q : surface.queues)
        if (const Option *o = option(*q, "exclusive")) {
            origin = o->span;
            mine += (mine.empty() ? "" : " or ") + (tracksQueue ? "p.queue__ == " + std::to_string(q->index) : std::string("true"));
        }
    open("if crowded__(p.cpu)");
    line("if not p.cpu.turn__ { p.slice = 0ns; }");
    --depth;
    line("} else if " + mine + " {");
    ++depth;
    open("if cpu(p.cpu.core).alone__ == 0");
    line("cpu(p.cpu.core).alone__ = p.cpu.id + 1;");
    line("for s__ in core(p.cpu.core) { if s__ != p.cpu { s__.preempt(); } }");
    close();
    --depth;
    line("} else {");
    ++depth;
    line("leave__(p.cpu);");
    close();
    line("p.cpu.turn__ = false;");
}

/// A crowded CPU takes nobody. It may have been woken for somebody, so that it wakes another.
void CoreWriter::refuseCrowded() {
    if (!exclusive())
        return;
    open("if crowded__(c)");
    line("if let e = prev { e.wait(); }");
    line("for o__ in near(c) { if o__.idle and not crowded__(o__) { o__.kick(); break; } }");
    line("return;");
    close();
}

/// Crowded CPUs are idle, and have to look whether it is time for a turn.
void CoreWriter::lookForTurns() {
    if (!exclusive())
        return;
    std::string least;
    for (const auto &q : surface.queues)
        if (std::string limit = waitLimit(*q); !limit.empty())
            least = least.empty() ? limit : "min(" + least + ", " + limit + ")";
    if (least.empty())
        return;
    open("every max(" + least + " / 4, 1ms)");
    line("for c in cpus { if crowded__(c) { c.kick(); } }");
    close();
}

} // namespace scx
