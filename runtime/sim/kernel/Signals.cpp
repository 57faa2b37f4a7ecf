// SPDX-License-Identifier: GPL-2.0-only
// A task is stopped, goes on, or is killed. kernel/signal.c: a signal does its work when the task runs and is about to return to user mode. One that sleeps is not woken here to be stopped: it stays asleep.
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <utility>

namespace scx::sim {

void Kernel::signal(TaskId id, Signal signal) {
    Task *p = find(id);
    if (!p || p->life == Task::Dead || p->killed)
        return;
    p->stopped = signal == Signal::Stop;
    p->killed = signal == Signal::Kill;
    if (p->life == Task::Asleep && (p->killed || (!p->stopped && (p->halted || p->wakeLater))))
        return tryToWakeUp(*p, 0);
    if (p->rq->curr == p && !(signal == Signal::Continue)) {
        updateCurr(*p->rq);
        askToGo(*p->rq);
    }
}

/// What is asked of the task that runs is done: true. False: it was told to go on in time.
bool Kernel::obeySignals(Rq &rq, Task &p) {
    if (p.killed) {
        if (p.step && p.step->kind == Step::Exit)
            return false;
        p.step = Step{Step::Exit};
        p.started = false;
        return true;
    }
    p.halted = true;
    deschedule(rq, Event::Slept);
    return true;
}

void Kernel::wakeUnlessStopped(Task &p, uint64_t wakeFlags) {
    if (p.stopped)
        p.wakeLater = true;
    else
        tryToWakeUp(p, wakeFlags);
}

} // namespace scx::sim
