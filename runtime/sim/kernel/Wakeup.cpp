// SPDX-License-Identifier: GPL-2.0-only
// A task becomes runnable: on which CPU, and what is told of it. kernel/sched/core.c: try_to_wake_up, wake_up_new_task, select_task_rq; ext.c: select_task_rq_scx.
#include "sim/kernel/Cpumask.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

namespace scx::sim {

bool Kernel::cpuAllowed(const Task &p, int cpu) const { return testCpu(*p.k->cpus_ptr, cpu) && rqs[static_cast<size_t>(cpu)]->active; }

void Kernel::setTaskCpu(Task &p, Rq &to) {
    p.rq = &to;
    p.k->thread_info.cpu = static_cast<u32>(to.cpu);
    p.k->wake_cpu = to.cpu;
}

int Kernel::selectTaskRq(Task &p, uint64_t &wakeFlags) {
    int prevCpu = p.rq->cpu, cpu;
    if (p.k->nr_cpus_allowed > 1 && !p.k->migration_disabled) {
        if (p.realTime())
            cpu = selectRealTimeCpu(p);
        else if (has(Op::SelectCpu) && !p.rq->bypassing) {
            directTask = p.k;
            directDone = false;
            cpu = static_cast<int>(
                call(Op::SelectCpu, static_cast<Kf>(kEnqueue | kSelectCpu), {reinterpret_cast<uint64_t>(p.k), static_cast<uint64_t>(prevCpu), wakeFlags}, p.k));
            seeRule(p);
            directTask = nullptr;
            directDone = false;
            if (!cpuValid(cpu, "from ops.select_cpu()"))
                cpu = prevCpu;
        } else {
            bool found = false;
            cpu = selectCpuDfl(p, prevCpu, wakeFlags, found);
            if (found) {
                p.k->scx.slice = kSliceDfl;
                p.k->scx.ddsp_dsq_id = kDsqLocal;
            }
        }
        wakeFlags |= kWakeRqSelected;
    } else
        cpu = nextCpu(*p.k->cpus_ptr, 0, words);
    return cpuAllowed(p, cpu) ? cpu : selectFallbackRq(p);
}

/// One of its node, else any that it may use; its affinity is widened if none of its CPUs is there any more.
int Kernel::selectFallbackRq(Task &p) {
    for (int cpu = 0; cpu < cpuCount(); ++cpu)
        if (rqOf(cpu).node == p.rq->node && cpuAllowed(p, cpu))
            return cpu;
    for (int cpu = 0; cpu < cpuCount(); ++cpu)
        if (cpuAllowed(p, cpu))
            return cpu;
    p.k->cpus_mask = *possibleMask;
    p.k->nr_cpus_allowed = countCpus(*possibleMask, words);
    return selectFallbackRq(p);
}

/// What follows an enqueue of a task that was not runnable.
void Kernel::activated(Rq &rq, Task &p) {
    if (!rq.curr || classOf(p) > classOf(*rq.curr)) // wakeup_preempt
        resched(rq);
    else if (p.realTime())
        preemptRealTime(rq, p);
    processDeferred(rq);
}

void Kernel::tryToWakeUp(Task &p, uint64_t wakeFlags) {
    p.life = Task::Awake;
    p.halted = p.wakeLater = false;
    p.k->__state = 0;
    wakeFlags |= kWakeTtwu;
    int cpu = selectTaskRq(p, wakeFlags);
    uint64_t flags = kEnqWakeup | kEnqNoclock;
    if (wakeFlags & kWakeRqSelected)
        flags |= constants.enqCpuSelected;
    if (cpu != p.rq->cpu) {
        setTaskCpu(p, rqOf(cpu));
        flags |= kEnqMigrated;
    }
    emit(Event::Wake, cpu, &p, kDsqNone, acting);
    enqueueTask(*p.rq, p, flags);
    p.k->on_rq = kOnRqQueued;
    activated(*p.rq, p);
}

/// wake_up_new_task
void Kernel::activateNew(Task &p) {
    p.life = Task::Awake;
    p.k->__state = 0;
    uint64_t wakeFlags = kWakeFork;
    setTaskCpu(p, rqOf(selectTaskRq(p, wakeFlags)));
    emit(Event::Wake, p.rq->cpu, &p, kDsqNone, acting);
    enqueueTask(*p.rq, p, kEnqNoclock | kEnqInitial);
    p.k->on_rq = kOnRqQueued;
    activated(*p.rq, p);
}

void Kernel::wake(TaskId id, bool sync) {
    Task *p = find(id);
    if (!p || p->life == Task::Dead)
        return;
    if (p->life == Task::Asleep && p->step && p->step->kind == Step::Block) {
        p->step.reset();
        wakeUnlessStopped(*p, sync ? kWakeSync : 0);
    } else
        p->wokenEarly = true;
}

} // namespace scx::sim
