// SPDX-License-Identifier: GPL-2.0-only
// How something about a task is changed that its queues may depend on: it is taken out, changed, and put back. kernel/sched/core.c has this pattern in set_user_nice,
// do_set_cpus_allowed and sched_move_task.
#pragma once

#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

namespace scx::sim {

template <typename Change> void Kernel::change(Task &p, uint64_t flags, Change apply) {
    Rq &rq = *p.rq;
    bool queued = p.k->scx.flags & kTaskQueued, runs = rq.curr == &p && !p.realTime();
    if (queued)
        dequeueTask(rq, p, flags | kDeqSave);
    if (runs)
        updateCurr(rq); // put_prev_task of one that is in no queue tells nobody
    apply();
    if (queued)
        enqueueTask(rq, p, flags | kEnqRestore);
    if (runs)
        setNext(rq, p);
}

} // namespace scx::sim
