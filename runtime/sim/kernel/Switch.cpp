// SPDX-License-Identifier: GPL-2.0-only
// A change of tasks on a CPU. kernel/sched/ext.c: pick_task_scx, put_prev_task_scx, set_next_task_scx, update_curr_scx; kernel/sched/core.c: __schedule.
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <algorithm>

namespace scx::sim {
namespace {

uint64_t arg(const void *p) { return reinterpret_cast<uint64_t>(p); }

} // namespace

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
    if (p->k->scx.slice && p->k->scx.slice != kSliceInf) {
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
    balanceOne(rq, prev);
    if (rq.balKeep) {
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
    if (next == prev) {
        if (!next)
            updateIdle(rq, true, false); // pick_task_idle: a CPU that was claimed and found nothing is idle again
        if (!rq.deferred.empty())
            processDeferred(rq);
        return;
    }
    if (prev)
        putPrev(rq, *prev, !next);
    else
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
        emit(Event::Run, rq.cpu, next, from, next->k->scx.slice);
        armTick(rq);
    } else {
        updateIdle(rq, true, true);
        emit(Event::Idle, rq.cpu, nullptr);
    }
    rq.curr = next; // programs that were told of the change still saw who ran before
    rq.k->curr = next ? next->k : rq.idle;
    if (prev && prev->life == Task::Dead)
        finishExit(*prev);
    if (!rq.deferred.empty())
        processDeferred(rq);
}

void Kernel::putPrev(Rq &rq, Task &p, bool toIdle) {
    updateCurr(rq);
    bool queued = p.k->scx.flags & kTaskQueued;
    if (has(Op::Stopping) && queued)
        call(Op::Stopping, kRest, {arg(p.k), true}, p.k);
    if (rq.curr == &p && p.life != Task::Dead)
        ++(p.life == Task::Asleep ? p.k->nvcsw : p.k->nivcsw);
    emit(Event::Stop, rq.cpu, &p, 0, p.ran(), p.reason);
    rq.classSwitches += toIdle;
    if (!queued)
        return;
    setTaskRunnable(rq, p);
    if (p.k->scx.slice && !rq.bypassing)
        dispatchEnqueue(rq.local, p, constants.enqHead);
    else if (toIdle) {
        doEnqueueTask(rq, p, kEnqLast, -1);
        if (p.dsq == &rq.local)
            resched(rq);
    } else
        doEnqueueTask(rq, p, 0, -1);
}

void Kernel::setNext(Rq &rq, Task &p) {
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

/// sched_yield
void Kernel::yield(Rq &rq) {
    Task &p = *rq.curr;
    if (has(Op::Yield))
        call(Op::Yield, kRest, {arg(p.k), 0}, p.k);
    else
        p.k->scx.slice = 0;
    p.reason = Event::Yielded;
    schedule(rq);
}

} // namespace scx::sim
