// SPDX-License-Identifier: GPL-2.0-only
// Putting tasks into dispatch queues, taking them out, going over them, as programs ask for it.
#include "sim/kernel/Flags.h"
#include "sim/kernel/Functions.h"

#include <algorithm>
#include <cerrno>

namespace scx::sim {
namespace {

constexpr uint64_t kIterReverse = 1 << 16;

struct InsertVtimeArgs {
    u64 dsq, slice, vtime, flags;
};

} // namespace

struct Functions::Queues {
    static bool insert(Kernel &k, U given, U dsq, U slice, const U *vtime, U flags) {
        if (!k.kfAllowed(Kernel::kEnqueue | Kernel::kDispatch))
            return false;
        Task *task = Functions::task(k, given);
        if (!task) { // null, or a CPU's idle task
            k.error("called with NULL task");
            return false;
        }
        if (flags & kEnqInternal) {
            k.error("invalid enq_flags 0x%llx", static_cast<u64>(flags));
            return false;
        }
        task_struct *p = task->k;
        p->scx.slice = slice ? slice : p->scx.slice ? p->scx.slice : 1;
        if (vtime) {
            p->scx.dsq_vtime = *vtime;
            flags |= kEnqDsqPriq;
        }
        if (k.directTask) {
            k.markDirectDispatch(p, dsq, flags);
            return true;
        }
        Rq &rq = k.thisRq();
        if (rq.buffer.size() >= k.maxBatch) {
            k.error("dispatch buffer overflow");
            return false;
        }
        rq.buffer.push_back({task, task->opsState == OpsState::Queued ? task->opsSequence : 0, dsq, flags});
        return true;
    }
    static U dispatch(void *self, U p, U dsq, U slice, U flags, U) { return insert(kernel(self), p, dsq, slice, nullptr, flags); }
    static U dispatchVtime(void *self, U p, U dsq, U slice, U vtime, U flags) { return insert(kernel(self), p, dsq, slice, &vtime, flags); }
    static U dispatchVtimeArgs(void *self, U p, U args, U, U, U) {
        const auto *a = as<const InsertVtimeArgs>(args);
        U vtime = a->vtime;
        return insert(kernel(self), p, a->dsq, a->slice, &vtime, a->flags);
    }
    static U dispatchNrSlots(void *self, U, U, U, U, U) {
        Kernel &k = kernel(self);
        return k.kfAllowed(Kernel::kDispatch) ? k.maxBatch - k.thisRq().buffer.size() : 0;
    }
    static U dispatchCancel(void *self, U, U, U, U, U) {
        Kernel &k = kernel(self);
        if (!k.kfAllowed(Kernel::kDispatch))
            return 0;
        if (k.thisRq().buffer.empty())
            k.error("dispatch buffer underflow");
        else
            k.thisRq().buffer.pop_back();
        return 0;
    }
    static U consume(void *self, U dsq, U, U, U, U) { return kernel(self).consume(dsq); }

    // ---------------------------------------------------------------- DSQs

    static U createDsq(void *self, U dsq, U node, U, U, U) {
        Kernel &k = kernel(self);
        int n = static_cast<int>(node);
        if (n >= static_cast<int>(k.globals.size()) || n < -1 || (dsq & kDsqBuiltin))
            return result(-EINVAL);
        if (k.findUserDsq(dsq))
            return result(-EEXIST);
        k.createDsq(dsq);
        return 0;
    }
    static U destroyDsq(void *self, U dsq, U, U, U, U) {
        kernel(self).destroyDsq(dsq);
        return 0;
    }
    static U nrQueued(void *self, U dsq, U, U, U, U) {
        Kernel &k = kernel(self);
        if (dsq == kDsqLocal)
            return k.thisRq().local.k->nr;
        if ((dsq & kDsqLocalOn) == kDsqLocalOn) {
            int cpu = static_cast<int>(dsq & 0xffffffff);
            return k.cpuValid(cpu, nullptr) ? k.rqOf(cpu).local.k->nr : result(-ENOENT);
        }
        Dsq *found = k.findUserDsq(dsq);
        return found ? found->k->nr : result(-ENOENT);
    }
    static U peek(void *self, U dsq, U, U, U, U) {
        Kernel &k = kernel(self);
        if (dsq & kDsqBuiltin) {
            k.error("peek disallowed on builtin DSQ 0x%llx", static_cast<u64>(dsq));
            return 0;
        }
        Dsq *found = k.findUserDsq(dsq);
        if (!found) {
            k.error("peek on non-existent DSQ 0x%llx", static_cast<u64>(dsq));
            return 0;
        }
        return found->tasks.empty() ? 0 : result(found->tasks.front()->k);
    }

    // ---------------------------------------------------------------- going over a DSQ; the program's iterator holds a pointer to ours

    static U iterDsqNew(void *self, U it, U dsq, U flags, U, U) {
        Kernel &k = kernel(self);
        auto *slot = into<DsqCursor *>(it);
        *slot = nullptr;
        if (flags & ~kIterReverse)
            return result(-EINVAL);
        Dsq *found = k.findUserDsq(dsq);
        if (!found)
            return result(-ENOENT);
        DsqCursor *cursor;
        if (k.freeCursors.empty()) {
            k.cursors.push_back(std::make_unique<DsqCursor>());
            cursor = k.cursors.back().get();
        } else {
            cursor = k.freeCursors.back();
            k.freeCursors.pop_back();
        }
        *cursor = {};
        cursor->dsq = found;
        cursor->reverse = flags & kIterReverse;
        cursor->sequence = found->sequence;
        found->cursors.push_back(cursor);
        *slot = cursor;
        return 0;
    }
    static U iterDsqNext(void *, U it, U, U, U, U) {
        DsqCursor *cursor = *as<DsqCursor *>(it);
        if (!cursor || cursor->over)
            return 0;
        auto &list = cursor->dsq->tasks;
        auto visible = [&](const Task *p) { return static_cast<int32_t>(cursor->sequence - p->dsqSequence) >= 0; };
        Task *found = nullptr;
        if (cursor->reverse) {
            auto at = cursor->at ? cursor->at->queued.at : list.end();
            while (!found && at != list.begin())
                if (visible(*--at))
                    found = *at;
        } else {
            auto at = cursor->at ? std::next(cursor->at->queued.at) : list.begin();
            for (; !found && at != list.end(); ++at)
                if (visible(*at))
                    found = *at;
        }
        cursor->at = found;
        cursor->over = !found;
        return found ? result(found->k) : 0;
    }
    static U iterDsqDestroy(void *self, U it, U, U, U, U) {
        auto *slot = into<DsqCursor *>(it);
        if (DsqCursor *cursor = *slot) {
            std::erase(cursor->dsq->cursors, cursor);
            kernel(self).freeCursors.push_back(cursor);
        }
        *slot = nullptr;
        return 0;
    }
    static U moveSetSlice(void *, U it, U slice, U, U, U) {
        if (DsqCursor *cursor = *as<DsqCursor *>(it))
            cursor->slice = slice;
        return 0;
    }
    static U moveSetVtime(void *, U it, U vtime, U, U, U) {
        if (DsqCursor *cursor = *as<DsqCursor *>(it))
            cursor->vtime = vtime;
        return 0;
    }
    static U move(void *self, U it, U p, U dsq, U flags, U) { return kernel(self).dispatchFromDsq(*as<DsqCursor *>(it), task(kernel(self), p), dsq, flags); }
    static U moveVtime(void *self, U it, U p, U dsq, U flags, U) {
        return kernel(self).dispatchFromDsq(*as<DsqCursor *>(it), task(kernel(self), p), dsq, flags | kEnqDsqPriq);
    }

    static U reenqueueLocal(void *self, U, U, U, U, U) {
        Kernel &k = kernel(self);
        if (!k.constants.reenqueueAnywhere && !k.kfAllowed(Kernel::kCpuRelease))
            return 0;
        Rq &rq = k.thisRq();
        std::vector<Task *> tasks;
        for (Task *p : rq.local.tasks)
            if (p->pendingCpu < 0)
                tasks.push_back(p);
        for (Task *p : tasks)
            k.dispatchDequeue(*p);
        for (Task *p : tasks)
            k.doEnqueueTask(rq, *p, kEnqReenq, -1);
        return tasks.size();
    }

    static U reenqueue(void *self, U dsq, U, U, U, U) {
        Kernel &k = kernel(self);
        if (dsq == kDsqLocal)
            return reenqueueLocal(self, 0, 0, 0, 0, 0);
        Dsq *found = k.findUserDsq(dsq);
        if (!found) {
            k.error("non-existent DSQ 0x%llx for reenq", static_cast<u64>(dsq));
            return 0;
        }
        std::vector<Task *> tasks(found->tasks.begin(), found->tasks.end());
        for (Task *p : tasks)
            k.dispatchDequeue(*p);
        for (Task *p : tasks)
            k.doEnqueueTask(*p->rq, *p, kEnqReenq, -1);
        return 0;
    }

    static const Function rows[];
};

// clang-format off
const Function Functions::Queues::rows[] = {
    {"scx_bpf_dispatch", dispatch}, {"scx_bpf_dsq_insert", dispatch}, {"scx_bpf_dsq_insert___v2", dispatch}, {"scx_bpf_dispatch_vtime", dispatchVtime},
    {"scx_bpf_dsq_insert_vtime", dispatchVtime}, {"__scx_bpf_dsq_insert_vtime", dispatchVtimeArgs}, {"scx_bpf_dispatch_nr_slots", dispatchNrSlots},
    {"scx_bpf_dispatch_cancel", dispatchCancel}, {"scx_bpf_consume", consume}, {"scx_bpf_dsq_move_to_local", consume}, {"scx_bpf_dsq_move_to_local___v2", consume},
    {"scx_bpf_create_dsq", createDsq}, {"scx_bpf_destroy_dsq", destroyDsq}, {"scx_bpf_dsq_nr_queued", nrQueued}, {"scx_bpf_dsq_peek", peek},
    {"bpf_iter_scx_dsq_new", iterDsqNew}, {"bpf_iter_scx_dsq_next", iterDsqNext}, {"bpf_iter_scx_dsq_destroy", iterDsqDestroy},
    {"scx_bpf_dispatch_from_dsq_set_slice", moveSetSlice}, {"scx_bpf_dsq_move_set_slice", moveSetSlice}, {"scx_bpf_dispatch_from_dsq_set_vtime", moveSetVtime},
    {"scx_bpf_dsq_move_set_vtime", moveSetVtime}, {"scx_bpf_dispatch_from_dsq", move}, {"scx_bpf_dsq_move", move}, {"scx_bpf_dispatch_vtime_from_dsq", moveVtime},
    {"scx_bpf_dsq_move_vtime", moveVtime}, {"scx_bpf_reenqueue_local", reenqueueLocal}, {"scx_bpf_reenqueue_local___v2", reenqueueLocal},
    {"scx_bpf_dsq_reenq", reenqueue},
};
// clang-format on

std::span<const Function> Functions::queueRows() { return Queues::rows; }

} // namespace scx::sim
