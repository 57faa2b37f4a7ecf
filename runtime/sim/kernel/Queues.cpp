// SPDX-License-Identifier: GPL-2.0-only
// Dispatch queues: made, found, filled, emptied. kernel/sched/ext.c: create_dsq, dispatch_enqueue, dispatch_dequeue.
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

namespace scx::sim {

bool ByVtime::operator()(const Task *a, const Task *b) const { return static_cast<int64_t>(a->k->scx.dsq_vtime - b->k->scx.dsq_vtime) < 0; }

Dsq *Kernel::createDsq(uint64_t id) {
    auto dsq = std::make_unique<Dsq>();
    dsq->k = arena.make<scx_dispatch_q>();
    dsq->k->id = id;
    return dsqs.emplace(id, std::move(dsq)).first->second.get();
}

Dsq *Kernel::findUserDsq(uint64_t id) const {
    auto it = dsqs.find(id);
    return it == dsqs.end() ? nullptr : it->second.get();
}

void Kernel::destroyDsq(uint64_t id) {
    auto it = dsqs.find(id);
    if (it == dsqs.end())
        return;
    if (it->second->k->nr) {
        error("attempting to destroy in-use dsq 0x%016llx (nr=%u)", it->second->k->id, it->second->k->nr);
        return;
    }
    destroyed.push_back(std::move(it->second)); // an iteration may still hold it
    dsqs.erase(it);
}

Dsq &Kernel::findDsqForDispatch(Rq &rq, uint64_t id, Task &p) {
    if (id == kDsqLocal)
        return rq.local;
    if ((id & kDsqLocalOn) == kDsqLocalOn) {
        int cpu = static_cast<int>(id & 0xffffffff);
        return cpuValid(cpu, "in SCX_DSQ_LOCAL_ON dispatch verdict") ? rqOf(cpu).local : globalDsq(p);
    }
    if (id == kDsqGlobal)
        return globalDsq(p);
    if (Dsq *dsq = findUserDsq(id))
        return *dsq;
    error("non-existent DSQ 0x%llx for %s[%d]", static_cast<u64>(id), p.k->comm, p.k->pid);
    return globalDsq(p);
}

void Kernel::dispatchEnqueue(Dsq &dsq, Task &p, uint64_t flags) {
    if (dsq.builtin() && (flags & kEnqDsqPriq)) {
        error("cannot use vtime ordering for built-in DSQs");
        flags &= ~kEnqDsqPriq;
    }
    auto before = dsq.tasks.end();
    if (flags & kEnqDsqPriq) {
        if (dsq.tree.empty() && !dsq.tasks.empty())
            error("DSQ ID 0x%016llx already had FIFO-enqueued tasks", dsq.k->id);
        // A task with an equal key goes behind those that are there.
        p.ordered = p.key ? dsq.tree.insert(std::move(p.key)) : dsq.tree.insert(&p);
        before = dsq.tasks.begin();
        if (*p.ordered != dsq.tree.begin())
            before = std::next((*std::prev(*p.ordered))->queued.at);
    } else {
        if (!dsq.tree.empty())
            error("DSQ ID 0x%016llx already had PRIQ-enqueued tasks", dsq.k->id);
        if (flags & (constants.enqHead | kEnqPreempt))
            before = dsq.tasks.begin();
    }
    p.queued.link(dsq.tasks, before);
    p.dsqSequence = ++dsq.sequence;
    ++dsq.k->nr;
    p.dsq = &dsq;
    p.k->scx.dsq = dsq.k;
    if (flags & kEnqClearOpss)
        p.opsState = OpsState::None;
    if (dsq.local())
        p.fromDsq = p.fromDsq != kDsqNone && (p.fromDsq & kDsqLocalOn) != kDsqLocalOn ? p.fromDsq : kDsqLocalOn | static_cast<uint64_t>(dsq.rq->cpu);
    else
        p.fromDsq = dsq.k->id;
    emit(Event::Queued, here, &p, dsq.local() ? kDsqLocalOn | static_cast<uint64_t>(dsq.rq->cpu) : dsq.k->id, flags & kEnqDsqPriq ? p.k->scx.dsq_vtime : 0);
    if (dsq.local())
        localDsqPostEnq(*dsq.rq, p, flags);
}

/// Tells a CPU of a task that is in its local DSQ now.
void Kernel::localDsqPostEnq(Rq &rq, Task &p, uint64_t flags) {
    if (rq.inBalance)
        return; // it is looking for its next task and will see this one
    bool preempt = false;
    if ((flags & kEnqPreempt) && rq.curr && rq.curr != &p && !rq.curr->realTime()) {
        rq.curr->k->scx.slice = 0;
        rq.curr->reason = Event::Preempted;
        preempt = true;
    }
    if (preempt || !rq.curr)
        resched(rq);
}

void Kernel::unlinkFromDsq(Task &p) {
    Dsq &dsq = *p.dsq;
    for (DsqCursor *cursor : dsq.cursors)
        if (cursor->at == &p) {
            // The cursor stays between those that were beside the task.
            auto it = p.queued.at;
            if (cursor->reverse)
                cursor->at = std::next(it) == dsq.tasks.end() ? nullptr : *std::next(it);
            else
                cursor->at = it == dsq.tasks.begin() ? nullptr : *std::prev(it);
        }
    if (p.ordered) {
        p.key = dsq.tree.extract(*p.ordered);
        p.ordered.reset();
    }
    p.queued.unlink();
    --dsq.k->nr;
    emit(Event::Unqueued, here, &p, dsq.local() ? kDsqLocalOn | static_cast<uint64_t>(dsq.rq->cpu) : dsq.k->id);
    p.dsq = nullptr;
    p.k->scx.dsq = nullptr;
}

void Kernel::dispatchDequeue(Task &p) {
    if (p.dsq)
        unlinkFromDsq(p);
    else if (p.queued.linked())
        p.queued.unlink(); // among the deferred ones
}

} // namespace scx::sim
