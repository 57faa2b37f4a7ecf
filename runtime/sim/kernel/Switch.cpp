// SPDX-License-Identifier: GPL-2.0-only
// A change of tasks on a CPU. kernel/sched/ext.c: pick_task_scx, put_prev_task_scx, set_next_task_scx, update_curr_scx; kernel/sched/core.c: __schedule.
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <algorithm>
#include <utility>

namespace scx::sim {
/// Charges the running task for the time since it was last charged.
void Kernel::updateCurr(Rq &rq) {
    rq.k->clock = rq.k->clock_task = time;
    uint64_t delta = time - rq.updated;
    rq.updated = time;
    Task *p = rq.curr;
    if (!p || !delta)
        return;
    p->k->se.sum_exec_runtime += delta;
    p->k->utime += delta;
    if (!p->realTime() && p->k->scx.slice && p->k->scx.slice != kSliceInf) {
        p->k->scx.slice -= std::min<uint64_t>(p->k->scx.slice, delta);
        if (!p->k->scx.slice)
            p->reason = Event::SliceEnd;
    }
    uint64_t lost = std::min(p->overhead, delta);
    p->overhead -= lost;
    p->lost += lost;
    p->left -= std::min(p->left, (delta - lost) * rq.capacity);
}

void Kernel::resched(Rq &rq) {
    rq.needResched = true;
    askToGo(rq);
}

/// __schedule: whoever runs is put away if another is picked. A task that sleeps or ends has been dequeued before.
void Kernel::schedule(Rq &rq) {
    rq.needResched = false;
    Task *prev = rq.curr;
    rq.k->clock = rq.k->clock_task = time;
    Task *next = nullptr;
    bool idled = !prev && !std::exchange(rq.stopper, false);
    balance(rq, prev, idled);
    if (!rq.realTime.empty()) {
        next = rq.realTime.front();
        if (prev && prev != next && prev->life == Task::Awake && (prev->realTime() || prev->k->scx.slice))
            prev->reason = Event::Preempted;
    } else if (rq.balKeep) {
        next = prev;
        if (!next->k->scx.slice)
            next->k->scx.slice = kSliceDfl;
    } else if (!rq.local.tasks.empty()) {
        next = rq.local.tasks.front();
        if (!next->k->scx.slice) {
            if (!rq.bypassing && !warnedZeroSlice) {
                print("sched_ext: " + std::string(next->k->comm) + "[" + std::to_string(next->k->pid) + "] has zero slice in pick_task_scx()");
                warnedZeroSlice = true;
            }
            next->k->scx.slice = kSliceDfl;
        }
    }
    if (next == prev && (next || idled)) {
        if (!next)
            updateIdle(rq, true, false); // pick_task_idle: a CPU that was claimed and found nothing is idle again
        if (!rq.deferred.empty())
            processDeferred(rq);
        return;
    }
    if (prev)
        putPrev(rq, *prev, next ? classOf(*next) : Class::Idle, next ? next->k : rq.idle);
    else if (idled)
        updateIdle(rq, false, true);
    ++rq.turn;
    rq.updated = time;
    if (next) {
        next->ranSince = next->k->se.sum_exec_runtime;
        next->lost = 0;
        uint64_t overhead = machine.costs.contextSwitch;
        if (next->lastRan >= 0 && next->lastRan != rq.cpu)
            overhead += rqOf(next->lastRan).llc == rq.llc ? machine.costs.migration : machine.costs.coldCache;
        next->overhead += overhead;
        if (next->lastRan != rq.cpu && next->lastRan >= 0)
            emit(Event::Migrate, next->lastRan, next, 0, static_cast<uint64_t>(rq.cpu));
        next->lastRan = rq.cpu;
        uint64_t from = next->fromDsq;
        setNext(rq, *next);
        next->fromDsq = kDsqNone;
        next->reason = Event::SliceEnd;
        ++switched;
        emit(Event::Run, rq.cpu, next, from, next->realTime() ? kSliceInf : next->k->scx.slice);
        armTick(rq);
    } else {
        updateIdle(rq, true, true);
        emit(Event::Idle, rq.cpu, nullptr);
    }
    rq.curr = next; // programs that were told of the change still saw who ran before
    rq.k->curr = next ? next->k : rq.idle;
    if (prev && prev->k->migration_disabled)
        migrateDisableSwitch(rq, *prev);
    if (prev && prev->life == Task::Dead)
        finishExit(*prev);
    if (next && next->realTime())
        pushRealTime(rq);
    if (!rq.deferred.empty())
        processDeferred(rq);
}

/// prev_balance: the classes are asked from that of the last task down, or from sched_ext if that is higher, until one has something to run.
void Kernel::balance(Rq &rq, Task *prev, bool idled) {
    bool fromAbove = (prev && prev->realTime()) || (!prev && !idled);
    if (prev && prev->realTime() && prev->life != Task::Awake)
        pullRealTime(rq, prev->k->prio);
    rq.balKeep = false;
    if (!fromAbove || rq.realTime.empty())
        balanceOne(rq, prev && !prev->realTime() ? prev : nullptr);
}

/// `next`: the class that has the CPU now, and the task of it.
void Kernel::putPrev(Rq &rq, Task &p, Class next, task_struct *nextTask) {
    updateCurr(rq);
    if (p.realTime())
        return putRealTime(rq, p);
    bool queued = p.k->scx.flags & kTaskQueued;
    if (has(Op::Stopping) && queued)
        call(Op::Stopping, kRest, {arg(p.k), true}, p.k);
    if (rq.curr == &p && p.life != Task::Dead)
        ++(p.life == Task::Asleep ? p.k->nvcsw : p.k->nivcsw);
    emit(Event::Stop, rq.cpu, &p, 0, p.ran(), p.reason);
    if (queued) {
        setTaskRunnable(rq, p);
        if (p.k->scx.slice && !rq.bypassing)
            dispatchEnqueue(rq.local, p, constants.enqHead);
        else if (next < Class::Ext) {
            doEnqueueTask(rq, p, kEnqLast, -1);
            if (p.dsq == &rq.local)
                resched(rq);
        } else
            doEnqueueTask(rq, p, 0, -1);
    }
    if (next != Class::Ext)
        switchClass(rq, next, nextTask);
}

/// switch_class: the policy hears of it once when a class above takes the CPU from one of its tasks, and in balance_one when it has it again.
void Kernel::switchClass(Rq &rq, Class next, task_struct *nextTask) {
    ++rq.classSwitches;
    if (next < Class::Ext || rq.released || (!has(Op::CpuAcquire) && !has(Op::CpuRelease)))
        return;
    if (has(Op::CpuRelease)) {
        auto *args = arena.make<scx_cpu_release_args>();
        *args = {next == Class::Stop ? kPreemptStop : kPreemptRealTime, nextTask};
        call(Op::CpuRelease, kCpuRelease, {static_cast<uint64_t>(rq.cpu), arg(args)});
        arena.release(args);
    }
    rq.released = true;
}

void Kernel::setNext(Rq &rq, Task &p) {
    if (p.realTime())
        return emit(Event::Unqueued, rq.cpu, &p, kDsqRealTime);
    bool queued = p.k->scx.flags & kTaskQueued;
    if (queued) {
        opsDequeue(p, kDeqCoreSchedExec);
        dispatchDequeue(p);
    }
    p.k->se.exec_start = time;
    if (has(Op::Running) && queued)
        call(Op::Running, kRest, {arg(p.k)}, p.k);
    clrTaskRunnable(p, true);
    rq.canStopTick = p.k->scx.slice == kSliceInf;
}

/// The running task sleeps or ends.
void Kernel::deschedule(Rq &rq, Event::Reason reason) {
    Task &p = *rq.curr;
    updateCurr(rq);
    p.reason = reason;
    p.life = reason == Event::Exited ? Task::Dead : Task::Asleep;
    p.k->__state = reason == Event::Exited ? 0x80 : 1; // TASK_DEAD, TASK_INTERRUPTIBLE
    dequeueTask(rq, p, kDeqSleep | kDeqNoclock | (p.life == Task::Dead ? kDeqSpecial : 0));
    p.k->on_rq = 0;
    schedule(rq);
}

/// The stopper of the CPU takes the task off, to do something to it.
void Kernel::stopTask(Rq &rq, Event::Reason reason) {
    Task &p = *rq.curr;
    p.reason = reason;
    if (!rq.stopperTask) {
        rq.stopperTask = arena.make<task_struct>();
        std::snprintf(rq.stopperTask->comm, TASK_COMM_LEN, "migration/%d", rq.cpu);
        rq.stopperTask->flags = kPfKthread | kPfNoSetaffinity;
    }
    putPrev(rq, p, Class::Stop, rq.stopperTask);
    ++rq.turn;
    rq.stopper = true;
    rq.curr = nullptr;
    rq.k->curr = rq.idle;
    if (p.k->migration_disabled)
        migrateDisableSwitch(rq, p);
}

/// sched_yield
void Kernel::yield(Rq &rq) {
    Task &p = *rq.curr;
    if (p.realTime())
        requeueRealTime(rq, p);
    else if (has(Op::Yield))
        call(Op::Yield, kRest, {arg(p.k), 0}, p.k);
    else
        p.k->scx.slice = 0;
    p.reason = Event::Yielded;
    schedule(rq);
}

} // namespace scx::sim
