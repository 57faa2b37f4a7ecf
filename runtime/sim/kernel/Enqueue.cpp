// SPDX-License-Identifier: GPL-2.0-only
// Where does a task go that becomes runnable, or is runnable still when its turn ends? kernel/sched/ext.c: enqueue_task_scx, do_enqueue_task, direct_dispatch, dequeue_task_scx.
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

namespace scx::sim {
void Kernel::setTaskRunnable(Rq &rq, Task &p) {
    if (p.k->scx.flags & kTaskResetRunnableAt) {
        p.runnableAt = jiffies();
        p.k->scx.flags &= ~kTaskResetRunnableAt;
    }
    p.runnable.link(rq.runnable, rq.runnable.end());
}

void Kernel::clrTaskRunnable(Task &p, bool resetRunnableAt) {
    if (p.runnable.linked())
        p.runnable.unlink();
    if (resetRunnableAt)
        p.k->scx.flags |= kTaskResetRunnableAt;
}

void Kernel::enqueueTask(Rq &rq, Task &p, uint64_t flags) {
    if (p.realTime())
        return enqueueRealTime(rq, p);
    int sticky = p.k->scx.sticky_cpu;
    bool migrating = p.k->on_rq == kOnRqMigrating;
    rq.inWakeup = flags & kEnqWakeup;
    if (migrating)
        flags |= kEnqMigrated; // activate_task
    flags |= constants.cutsExtraFlags ? static_cast<uint32_t>(rq.extraFlags) : rq.extraFlags;
    p.k->scx.sticky_cpu = -1;
    if ((flags & kEnqRestore) && rq.curr == &p)
        sticky = rq.cpu; // a task that runs goes on: it is put back into the local DSQ for a moment
    setTaskRunnable(rq, p);
    p.k->scx.flags |= kTaskQueued;
    rq.k->nr_running = ++rq.running;
    if (has(Op::Runnable) && !migrating)
        call(Op::Runnable, kRest, {arg(p.k), flags}, p.k);
    doEnqueueTask(rq, p, flags, sticky);
    rq.inWakeup = false;
}

void Kernel::doEnqueueTask(Rq &rq, Task &p, uint64_t flags, int stickyCpu) {
    auto toLocal = [&] {
        clearDirectDispatch(p);
        dispatchEnqueue(rq.local, p, flags);
    };
    if (stickyCpu == rq.cpu)
        return toLocal();
    if (!rq.online || !rq.active) {
        p.k->scx.slice = kSliceDfl;
        return toLocal();
    }
    if (rq.bypassing) {
        p.k->scx.slice = kSliceDfl;
        clearDirectDispatch(p);
        return dispatchEnqueue(globalDsq(p), p, flags);
    }
    if (p.k->scx.ddsp_dsq_id != kDsqInvalid)
        return directDispatch(p, flags);
    if (!enqExiting && (p.k->flags & kPfExiting)) {
        p.k->scx.slice = kSliceDfl;
        return toLocal();
    }
    if (!has(Op::Enqueue)) {
        p.k->scx.slice = kSliceDfl;
        clearDirectDispatch(p);
        return dispatchEnqueue(globalDsq(p), p, flags);
    }
    ++p.opsSequence;
    p.opsState = OpsState::Queueing;
    directTask = p.k;
    directDone = false;
    call(Op::Enqueue, kEnqueue, {arg(p.k), flags}, p.k);
    seeRule(p);
    directTask = nullptr;
    directDone = false;
    if (p.k->scx.ddsp_dsq_id != kDsqInvalid)
        return directDispatch(p, flags);
    p.opsState = OpsState::Queued; // the program keeps it and will dispatch it
}

/// An insert by select_cpu or enqueue only notes where the task is to go.
void Kernel::markDirectDispatch(task_struct *p, uint64_t dsq, uint64_t flags) {
    bool before = directDone;
    directDone = true;
    if (before || p != directTask) {
        if (before)
            error("%s[%d] already direct-dispatched", p->comm, p->pid);
        else
            error("scheduling for %s[%d] but trying to direct-dispatch %s[%d]", directTask->comm, directTask->pid, p->comm, p->pid);
        return;
    }
    p->scx.ddsp_dsq_id = dsq;
    p->scx.ddsp_enq_flags = flags;
}

void Kernel::clearDirectDispatch(Task &p) {
    p.k->scx.ddsp_dsq_id = kDsqInvalid;
    p.k->scx.ddsp_enq_flags = 0;
}

void Kernel::directDispatch(Task &p, uint64_t flags) {
    Rq &rq = *p.rq;
    Dsq &dsq = findDsqForDispatch(rq, p.k->scx.ddsp_dsq_id, p);
    p.k->scx.ddsp_enq_flags |= flags;
    if (dsq.local() && dsq.rq != &rq) {
        // Another CPU's local DSQ: the kernel holds only this run queue's lock now, so it comes a little later.
        p.opsState = OpsState::None;
        p.queued.link(rq.deferred, rq.deferred.end());
        return scheduleDeferred(rq);
    }
    uint64_t all = p.k->scx.ddsp_enq_flags;
    clearDirectDispatch(p);
    dispatchEnqueue(dsq, p, all | kEnqClearOpss);
}

void Kernel::scheduleDeferred(Rq &rq) {
    if (rq.inWakeup || rq.inBalance)
        return; // activated() and schedule() will see to them
    rq.runDeferred = true;
    interruptSoon(rq);
}

void Kernel::processDeferred(Rq &rq) {
    while (!rq.deferred.empty()) {
        Task &p = *rq.deferred.front();
        uint64_t id = p.k->scx.ddsp_dsq_id, flags = p.k->scx.ddsp_enq_flags;
        p.queued.unlink();
        clearDirectDispatch(p);
        Dsq &dsq = findDsqForDispatch(rq, id, p);
        if (dsq.local())
            dispatchToLocalDsq(rq, *dsq.rq, p, flags);
    }
}

/// The task leaves the program's hands, if it is in them.
void Kernel::opsDequeue(Task &p, uint64_t flags) {
    clrTaskRunnable(p, false);
    if (p.opsState == OpsState::Queued) {
        if (has(Op::Dequeue))
            call(Op::Dequeue, kRest, {arg(p.k), flags}, p.k);
        p.opsState = OpsState::None;
    }
}

void Kernel::dequeueTask(Rq &rq, Task &p, uint64_t flags) {
    if (p.realTime())
        return dequeueRealTime(rq, p);
    if (!(p.k->scx.flags & kTaskQueued))
        return;
    bool migrating = p.k->on_rq == kOnRqMigrating;
    opsDequeue(p, flags);
    if (has(Op::Stopping) && rq.curr == &p) {
        updateCurr(rq);
        call(Op::Stopping, kRest, {arg(p.k), false}, p.k);
    }
    if (has(Op::Quiescent) && !migrating)
        call(Op::Quiescent, kRest, {arg(p.k), flags}, p.k);
    if (flags & kDeqSleep)
        p.k->scx.flags |= kTaskDeqdForSleep;
    else
        p.k->scx.flags &= ~kTaskDeqdForSleep;
    p.k->scx.flags &= ~kTaskQueued;
    rq.k->nr_running = --rq.running;
    dispatchDequeue(p);
    clearDirectDispatch(p);
}

/// move_queued_task: to another CPU, through the program's hands there. Between CPUs it counts as runnable all the time.
void Kernel::moveQueuedTask(Rq &from, Task &p, Rq &to) {
    p.k->on_rq = kOnRqMigrating;
    dequeueTask(from, p, kDeqNoclock);
    setTaskCpu(p, to);
    enqueueTask(to, p, 0);
    p.k->on_rq = kOnRqQueued;
    activated(to, p);
}

} // namespace scx::sim
