// SPDX-License-Identifier: GPL-2.0-only
// How busy is the machine? `machine.utilisation` in the core: each CPU adds up how long it was idle, and a timer asks all of them ten times a second.
// All scheduling classes count, for it is the kernel that says who is idle.
#include "core/Writer.h"

namespace scx {

bool CoreWriter::isUtilisation(const Expr &e) {
    return e.kind == ExprKind::Name && e.ref.kind == RefKind::Operation && static_cast<const OperationRow *>(e.ref.decl)->op == Operation::Utilisation;
}

/// The beginning of `on cpu_idle(c, idle)`. Later kernels say twice that a CPU is idle.
void CoreWriter::utilisationEvent() {
    open("if not idle");
    line("if c.idle_since__ != 0 { c.idled__ += now - c.idle_since__; c.idle_since__ = 0; }");
    --depth;
    line("} else if c.idle_since__ == 0 { c.idle_since__ = now; }");
}

void CoreWriter::utilisationTimer() {
    open("every 100ms");
    line("let at = now;");
    line("let window = at - utilisation_at__;");
    line("var all = 0ns;");
    line("var idled = 0ns;");
    open("for c in cpus");
    open("if c.online__");
    // The kernel says nothing of a CPU that was idle when the policy was loaded, nor while it bypasses it.
    line("if c.running__ == 0 and c.idle_since__ == 0 { c.idle_since__ = at; }");
    line("if c.running__ != 0 and c.idle_since__ != 0 { c.idle_since__ = 0; }");
    line("var sum = c.idled__;");
    line("if c.idle_since__ != 0 { sum += at - c.idle_since__; }");
    line("all += window;");
    line("idled += max(0ns, min(sum - c.idled_before__, window));"); // a CPU may change its words meanwhile
    line("c.idled_before__ = sum;");
    close();
    close();
    line("if utilisation_at__ != 0 { utilisation__ = 100% - ratio__(idled, all); }");
    line("utilisation_at__ = at;");
    close();
}

} // namespace scx
