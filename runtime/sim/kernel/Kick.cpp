// SPDX-License-Identifier: GPL-2.0-only
// CPUs that are told to look again for what to run. kernel/sched/ext.c: scx_bpf_kick_cpu, kick_cpus_irq_workfn.
#include "sim/kernel/Cpumask.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <utility>

namespace scx::sim {
namespace {

/// It will go through a whole scheduling cycle before it idles.
bool canSkipIdleKick(const Rq &rq) { return rq.curr && !rq.inBalance; }

} // namespace

/// Only notes the kick: it happens when the operation that is under way is over (irq_work).
void Kernel::kickCpu(int cpu, uint64_t flags) {
    if (!cpuValid(cpu, nullptr))
        return;
    Rq &self = thisRq();
    if (self.bypassing)
        return;
    emit(Event::Kick, cpu, nullptr, 0, flags);
    if (flags & kKickIdle) {
        if (flags & (kKickPreempt | kKickWait))
            error("PREEMPT/WAIT cannot be used with SCX_KICK_IDLE");
        if (canSkipIdleKick(rqOf(cpu)))
            return;
        setCpu(self.kickIfIdle, cpu);
    } else {
        setCpu(self.kick, cpu);
        if (flags & kKickPreempt)
            setCpu(self.preempt, cpu);
        if (flags & kKickWait)
            setCpu(self.wait, cpu);
    }
    self.irqWork = true;
    interruptSoon(self);
}

void Kernel::wakeSoon(TaskId task) {
    thisRq().toWake.push_back(task);
    interruptSoon(thisRq());
}

void Kernel::interrupts(Rq &rq) {
    if (rq.runDeferred) {
        rq.runDeferred = false;
        processDeferred(rq);
    }
    for (TaskId task : std::exchange(rq.toWake, {}))
        wake(task, false);
    if (!rq.irqWork)
        return;
    rq.irqWork = false;
    bool waits = false;
    eachCpu(rq.kick, words, [&](int cpu) {
        Rq &other = rqOf(cpu);
        if (other.active || &other == &rq) {
            if (testCpu(rq.preempt, cpu) && other.curr && !other.curr->realTime()) {
                updateCurr(other);
                other.curr->k->scx.slice = 0;
                other.curr->reason = Event::Preempted;
            }
            waits |= testCpu(rq.wait, cpu) && &other != &rq;
            resched(other);
        }
        clearCpu(rq.kickIfIdle, cpu);
    });
    eachCpu(rq.kickIfIdle, words, [&](int cpu) {
        Rq &other = rqOf(cpu);
        if (!canSkipIdleKick(other) && (other.active || &other == &rq))
            resched(other);
    });
    // With WAIT this CPU spins until the others have gone through a change of tasks: it is the last to go on.
    if (waits && isGoing[static_cast<size_t>(rq.cpu)]) {
        std::erase(going, rq.cpu);
        going.push_back(rq.cpu);
    }
    rq.kick = rq.kickIfIdle = rq.preempt = rq.wait = {};
}

} // namespace scx::sim
