// SPDX-License-Identifier: GPL-2.0-only
// performance: how fast a CPU is to run while it runs tasks of the queue. The kernel is told where a task starts that wants another speed than the one before:
// there it holds the lock of the CPU's run queue, which later kernels demand. Queues that do not say run at full speed, as the kernel has it at the start.
#include "core/Writer.h"

#include <algorithm>

namespace scx {

void CoreWriter::pace() {
    if (std::none_of(surface.queues.begin(), surface.queues.end(), [&](const auto &q) { return option(*q, "performance"); }))
        return;
    cpuFields.push_back("below__: ratio"); // so much less than full speed
    line("var below__ = 0%;");
    for (const auto &q : surface.queues)
        if (const Option *o = option(*q, "performance")) {
            origin = o->span;
            line(ifQueue(*q, "p") + " { below__ = 100% - (" + text(*o->value, q.get()) + "); }");
        }
    line("if p.cpu.below__ != below__ { p.cpu.below__ = below__; p.cpu.perform__(100% - below__); }");
}

} // namespace scx
