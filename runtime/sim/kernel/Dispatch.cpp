// SPDX-License-Identifier: GPL-2.0-only
// What does a CPU run next? kernel/sched/ext.c: balance_one, consume_dispatch_q, finish_dispatch, dispatch_to_local_dsq, scx_dispatch_from_dsq.
#include "sim/kernel/Cpumask.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

namespace scx::sim {

/// True if the CPU has something to run: `prev` further (balKeep) or the head of its local DSQ.
bool Kernel::balanceOne(Rq &rq, Task *prev) {
    bool queued = prev && prev->k->scx.flags & kTaskQueued;
    rq.inBalance = true;
    rq.balKeep = false;
    struct Out {
        Rq &rq;
        ~Out() { rq.inBalance = false; }
    } out{rq};
    if (rq.released) {
        if (has(Op::CpuAcquire))
            call(Op::CpuAcquire, kRest, {static_cast<uint64_t>(rq.cpu), 0});
        rq.released = false;
    }
    if (prev) {
        updateCurr(rq);
        if (queued && prev->k->scx.slice && !rq.bypassing) {
            rq.balKeep = true;
            return true;
        }
    }
    if (rq.local.k->nr || consumeDispatchQ(rq, *globals[static_cast<size_t>(rq.node)]))
        return true;
    if (has(Op::Dispatch) && !rq.bypassing && rq.online) {
        int loops = 32; // SCX_DSP_MAX_LOOPS
        do {
            rq.dispatched = 0;
            call(Op::Dispatch, kDispatch, {static_cast<uint64_t>(rq.cpu), reinterpret_cast<uint64_t>(prev ? prev->k : nullptr)});
            flushDispatchBuf(rq);
            if (queued && prev->k->scx.slice) {
                rq.balKeep = true;
                return true;
            }
            if (rq.local.k->nr || consumeDispatchQ(rq, *globals[static_cast<size_t>(rq.node)]))
                return true;
            if (!--loops) {
                kickCpu(rq.cpu, 0);
                break;
            }
        } while (rq.dispatched);
    }
    if (queued && (!enqLast || rq.bypassing)) {
        rq.balKeep = true;
        return true;
    }
    return false;
}

/// Moves the first task of the DSQ that may run here into the CPU's local one.
bool Kernel::consumeDispatchQ(Rq &rq, Dsq &dsq) {
    for (Task *p : dsq.tasks) {
        if (p->rq == &rq) {
            unlinkFromDsq(*p);
            moveLocalTaskToLocalDsq(*p, 0, rq);
            return true;
        }
        if (taskCanRunOnRemoteRq(*p, rq, false)) {
            unlinkFromDsq(*p);
            moveRemoteTaskToLocalDsq(*p, 0, *p->rq, rq);
            return true;
        }
    }
    return false;
}

/// scx_bpf_consume
bool Kernel::consume(uint64_t id) {
    if (!kfAllowed(kDispatch))
        return false;
    Rq &rq = thisRq();
    flushDispatchBuf(rq);
    Dsq *dsq = findUserDsq(id);
    if (!dsq) {
        error("invalid DSQ ID 0x%016llx", static_cast<u64>(id));
        return false;
    }
    if (!consumeDispatchQ(rq, *dsq))
        return false;
    ++rq.dispatched;
    return true;
}

void Kernel::moveLocalTaskToLocalDsq(Task &p, uint64_t flags, Rq &to) {
    Dsq &dsq = to.local;
    p.queued.link(dsq.tasks, flags & (constants.enqHead | kEnqPreempt) ? dsq.tasks.begin() : dsq.tasks.end());
    ++dsq.k->nr;
    p.dsq = &dsq;
    p.k->scx.dsq = dsq.k;
    emit(Event::Queued, here, &p, kDsqLocalOn | static_cast<uint64_t>(to.cpu));
    localDsqPostEnq(to, p, flags);
}

/// The task has left its DSQ. It goes to another CPU, and with its sticky CPU past the program into the local DSQ there.
void Kernel::moveRemoteTaskToLocalDsq(Task &p, uint64_t flags, Rq &from, Rq &to) {
    p.k->on_rq = kOnRqMigrating;
    dequeueTask(from, p, 0);
    setTaskCpu(p, to);
    p.k->scx.sticky_cpu = to.cpu;
    to.extraFlags = flags;
    enqueueTask(to, p, 0);
    to.extraFlags = 0;
    p.k->on_rq = kOnRqQueued;
}

bool Kernel::taskCanRunOnRemoteRq(Task &p, Rq &rq, bool triggerError) {
    if (p.k->migration_disabled) {
        if (triggerError)
            error("SCX_DSQ_LOCAL[_ON] cannot move migration disabled %s[%d] from CPU %d to %d", p.k->comm, p.k->pid, p.rq->cpu, rq.cpu);
        return false;
    }
    if (!testCpu(*p.k->cpus_ptr, rq.cpu)) {
        if (triggerError)
            error("SCX_DSQ_LOCAL[_ON] target CPU %d not allowed for %s[%d]", rq.cpu, p.k->comm, p.k->pid);
        return false;
    }
    return rq.online && rq.active;
}

void Kernel::flushDispatchBuf(Rq &rq) {
    for (size_t i = 0; i < rq.buffer.size(); ++i) // moving a task may not add to it
        finishDispatch(rq, rq.buffer[i]);
    rq.dispatched += static_cast<uint32_t>(rq.buffer.size());
    rq.buffer.clear();
}

void Kernel::finishDispatch(Rq &rq, const Rq::Buffered &entry) {
    Task &p = *entry.task;
    // Somebody else got to it, or it was queued anew since.
    if (p.opsState != OpsState::Queued || p.opsSequence != entry.sequence)
        return;
    Dsq &dsq = findDsqForDispatch(rq, entry.dsq, p);
    if (dsq.local())
        dispatchToLocalDsq(rq, *dsq.rq, p, entry.flags);
    else
        dispatchEnqueue(dsq, p, entry.flags | kEnqClearOpss);
}

void Kernel::dispatchToLocalDsq(Rq &rq, Rq &to, Task &p, uint64_t flags) {
    Rq &from = *p.rq;
    if (&rq == &from && &rq == &to)
        return dispatchEnqueue(to.local, p, flags | kEnqClearOpss);
    if (&from != &to && !taskCanRunOnRemoteRq(p, to, true))
        return dispatchEnqueue(globalDsq(p), p, flags | kEnqClearOpss);
    p.opsState = OpsState::None;
    if (&from == &to)
        dispatchEnqueue(to.local, p, flags);
    else
        moveRemoteTaskToLocalDsq(p, flags, from, to);
    if (!to.curr)
        resched(to);
}

/// move_task_between_dsqs: from the DSQ it is in, which is no local one.
void Kernel::moveBetweenDsqs(Task &p, uint64_t flags, Dsq &wanted) {
    Dsq *to = &wanted;
    Rq *rq = p.rq;
    if (to->local()) {
        rq = to->rq;
        if (p.rq != rq && !taskCanRunOnRemoteRq(p, *rq, true)) {
            to = &globalDsq(p);
            rq = p.rq;
        }
    }
    unlinkFromDsq(p);
    if (!to->local())
        dispatchEnqueue(*to, p, flags);
    else if (p.rq == rq)
        moveLocalTaskToLocalDsq(p, flags, *rq);
    else
        moveRemoteTaskToLocalDsq(p, flags, *p.rq, *rq);
}

/// scx_bpf_dispatch_from_dsq and its kin. True if the task was moved; not if it has left or was queued anew since the iteration began.
bool Kernel::dispatchFromDsq(DsqCursor *cursor, Task *p, uint64_t id, uint64_t flags) {
    if (!cursor || !cursor->dsq)
        return false;
    if (kfMask != kUnlocked && !kfAllowed(kDispatch))
        return false;
    bool moved = false;
    if (p && p->dsq == cursor->dsq && static_cast<int32_t>(cursor->sequence - p->dsqSequence) >= 0) {
        Dsq &to = findDsqForDispatch(thisRq(), id, *p);
        if (cursor->vtime)
            p->k->scx.dsq_vtime = *cursor->vtime;
        if (cursor->slice)
            p->k->scx.slice = *cursor->slice;
        moveBetweenDsqs(*p, flags, to);
        moved = true;
    }
    cursor->vtime.reset();
    cursor->slice.reset();
    return moved;
}

} // namespace scx::sim
