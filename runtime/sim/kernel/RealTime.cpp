// SPDX-License-Identifier: GPL-2.0-only
// The class above sched_ext: tasks of SCHED_FIFO and SCHED_RR, which take a CPU whenever they want one. kernel/sched/rt.c; a task that cannot run where it is goes where none of
// this class, or one of lower priority, has the CPU.
#include "sim/kernel/Cpumask.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <algorithm>

namespace scx::sim {
namespace {

constexpr uint64_t kRrSlice = 100'000'000; // RR_TIMESLICE, ns
constexpr int kNone = 100;                 // MAX_RT_PRIO: worse than any priority of the class

int bestPrio(const Rq &rq) { return rq.realTime.empty() ? kNone : rq.realTime.front()->k->prio; }

/// Behind those of its priority.
void queue(Rq &rq, Task &p) {
    p.queued.link(rq.realTime, std::find_if(rq.realTime.begin(), rq.realTime.end(), [&](const Task *other) { return other->k->prio > p.k->prio; }));
}

} // namespace

void Kernel::enqueueRealTime(Rq &rq, Task &p) {
    queue(rq, p);
    rq.k->nr_running = ++rq.running;
    p.fromDsq = kDsqRealTime;
    p.rrLeft = kRrSlice;
    emit(Event::Queued, rq.cpu, &p, kDsqRealTime);
}

void Kernel::dequeueRealTime(Rq &rq, Task &p) {
    if (!p.queued.linked())
        return;
    p.queued.unlink();
    rq.k->nr_running = --rq.running;
    if (rq.curr != &p)
        emit(Event::Unqueued, rq.cpu, &p, kDsqRealTime);
}

void Kernel::requeueRealTime(Rq &rq, Task &p) {
    p.queued.unlink();
    queue(rq, p);
}

/// It leaves the CPU, for another of its class or to sleep.
void Kernel::putRealTime(Rq &rq, Task &p) {
    ++(p.life == Task::Asleep ? p.k->nvcsw : p.k->nivcsw);
    emit(Event::Stop, rq.cpu, &p, 0, p.ran(), p.reason);
    if (!p.queued.linked())
        return;
    p.fromDsq = kDsqRealTime;
    emit(Event::Queued, rq.cpu, &p, kDsqRealTime);
}

/// task_tick_rt
void Kernel::tickRealTime(Rq &rq, Task &p) {
    if (p.k->policy != kSchedRr)
        return;
    p.rrLeft -= std::min(p.rrLeft, machine.tickNs);
    if (p.rrLeft)
        return;
    p.rrLeft = kRrSlice;
    requeueRealTime(rq, p);
    if (rq.realTime.front() != &p)
        resched(rq);
}

/// A real-time task came to a CPU where one runs.
void Kernel::preemptRealTime(Rq &rq, Task &p) {
    if (p.k->prio < rq.curr->k->prio)
        resched(rq);
    else
        pushRealTime(rq);
}

/// A CPU that the task may use and where none of its class is, its last one before others; -1: none is better than where a task of its priority runs.
int Kernel::lowestCpu(const Task &p) {
    int best = -1, prio = p.k->prio;
    for (const auto &rq : rqs)
        if (cpuAllowed(p, rq->cpu) && (bestPrio(*rq) > prio || (best >= 0 && rq.get() == p.rq && bestPrio(*rq) == prio))) {
            best = rq->cpu;
            prio = bestPrio(*rq);
        }
    return best;
}

/// select_task_rq_rt: where it was, unless one of its priority or a higher one runs there.
int Kernel::selectRealTimeCpu(const Task &p) {
    const Task *curr = p.rq->curr;
    if (!curr || !curr->realTime() || (curr->k->nr_cpus_allowed > 1 && curr->k->prio > p.k->prio))
        return p.rq->cpu;
    int cpu = lowestCpu(p);
    return cpu >= 0 ? cpu : p.rq->cpu;
}

/// push_rt_tasks: those that wait here go to CPUs where they would run.
void Kernel::pushRealTime(Rq &rq) {
    for (auto at = rq.realTime.begin(); at != rq.realTime.end();) {
        Task &p = **at++;
        if (&p == rq.curr || &p == rq.realTime.front() || p.k->nr_cpus_allowed < 2 || p.k->migration_disabled)
            continue;
        if (int cpu = lowestCpu(p); cpu >= 0 && cpu != rq.cpu)
            moveQueuedTask(rq, p, rqOf(cpu));
    }
}

/// pull_rt_task: a task of `prio` leaves the CPU; who waits elsewhere and is above what is left here comes.
void Kernel::pullRealTime(Rq &rq, int prio) {
    if (bestPrio(rq) <= prio)
        return;
    for (const auto &other : rqs) {
        if (other.get() == &rq)
            continue;
        for (Task *p : other->realTime)
            if (p != other->curr && p->k->prio < bestPrio(rq) && !p->k->migration_disabled && cpuAllowed(*p, rq.cpu)) {
                moveQueuedTask(*other, *p, rq);
                break;
            }
    }
}

} // namespace scx::sim
