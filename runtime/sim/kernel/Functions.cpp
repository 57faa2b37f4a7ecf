// SPDX-License-Identifier: GPL-2.0-only
// The kernel functions of sched_ext, and those that go over the kernel's tasks and cgroups, as programs call them. A function of a later kernel is a row more here, and a
// prototype in profile.c, which says since when it is there.
#include "sim/kernel/Cpumask.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include "sim/bpf/Check.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <type_traits>

namespace scx::sim {
namespace {

uint64_t result(const void *p) { return reinterpret_cast<uint64_t>(p); }
uint64_t result(int64_t value) { return static_cast<uint64_t>(value); }
/// What a program gives as a pointer: it faults if that is none to something it may read.
template <typename T> T *as(uint64_t value) { return checkedPointer<std::remove_const_t<T>>(value, "an argument"); }
/// Room that a program gives for an answer.
template <typename T> T *into(uint64_t value) { return checkedPointer<T>(value, "room for an answer", Access::Write); }

constexpr uint64_t kIterReverse = 1 << 16;
constexpr uint64_t kMaxFormatBytes = 12 * 8; // MAX_BPRINTF_VARARGS

struct InsertVtimeArgs {
    u64 dsq, slice, vtime, flags;
};
struct SelectCpuAndArgs {
    s32 prevCpu;
    u64 wakeFlags, flags;
};

/// What bpf_iter_css and bpf_iter_task keep on the program's stack: a list that is made when the iteration begins.
template <typename T> struct Walk {
    std::vector<T *> items;
    size_t next = 0;
};

} // namespace

struct Functions {
    using U = uint64_t;
    static Kernel &kernel(void *self) { return static_cast<Kernel &>(*static_cast<Host *>(self)); }
    /// A task that a program gives; null for null and for a CPU's idle task. It faults for what is none.
    static Task *task(Kernel &k, U p) {
        if (!p)
            return nullptr;
        auto *given = static_cast<task_struct *>(checkedMemory(p, offsetof(task_struct, simulated), Access::Read, "the task"));
        Task *found = k.find(static_cast<TaskId>(given->pid));
        if (found && found->k == given)
            return found;
        for (const auto &rq : k.rqs)
            if (rq->idle == given)
                return nullptr;
        fault("passes as the task what is none");
    }
    static Task &liveTask(Kernel &k, U p) {
        Task *found = task(k, p);
        if (!found)
            fault("passes no task");
        return *found;
    }

    // ---------------------------------------------------------------- inserting

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
        std::vector<Task *> tasks(rq.local.tasks.begin(), rq.local.tasks.end());
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

    // ---------------------------------------------------------------- CPUs

    static U selectCpuDfl(void *self, U p, U prevCpu, U wakeFlags, U isIdle, U) {
        Kernel &k = kernel(self);
        int prev = static_cast<int>(prevCpu);
        bool found = false;
        int cpu = prev;
        if (!k.cpuValid(prev, nullptr)) {
        } else if (!k.builtinIdle)
            k.error("built-in idle tracking is disabled");
        else if (k.kfAllowed(Kernel::kSelectCpu))
            cpu = k.selectCpuDfl(liveTask(k, p), prev, wakeFlags, found);
        *into<bool>(isIdle) = found;
        return result(cpu);
    }
    static int selectCpuAnd(Kernel &k, Task &p, int prev, U wakeFlags, const cpumask *allowed, U) {
        if (!k.cpuValid(prev, nullptr))
            return -EINVAL;
        if (!k.builtinIdle) {
            k.error("built-in idle tracking is disabled");
            return -EBUSY;
        }
        if (k.kfMask != Kernel::kUnlocked && !k.kfAllowed(Kernel::kSelectCpu | Kernel::kEnqueue))
            return -EPERM;
        cpumask both{};
        for (int word = 0; word < k.words; ++word)
            both.bits[word] = p.k->cpus_ptr->bits[word] & allowed->bits[word];
        bool found = false;
        int cpu = k.selectCpuDfl(p, prev, wakeFlags, found, &both);
        return found ? cpu : -EBUSY;
    }
    static U selectCpuAnd6(void *self, U p, U prev, U wakeFlags, U allowed, U flags) {
        return result(selectCpuAnd(kernel(self), liveTask(kernel(self), p), static_cast<int>(prev), wakeFlags, as<const cpumask>(allowed), flags));
    }
    static U selectCpuAndArgs(void *self, U p, U allowed, U args, U, U) {
        const auto *a = as<const SelectCpuAndArgs>(args);
        return result(selectCpuAnd(kernel(self), liveTask(kernel(self), p), a->prevCpu, a->wakeFlags, as<const cpumask>(allowed), a->flags));
    }
    static U kickCpu(void *self, U cpu, U flags, U, U, U) {
        kernel(self).kickCpu(static_cast<int>(cpu), flags);
        return 0;
    }
    static bool tracksIdle(Kernel &k) {
        if (!k.builtinIdle)
            k.error("built-in idle tracking is disabled");
        return k.builtinIdle;
    }
    static U testAndClearCpuIdle(void *self, U cpu, U, U, U, U) {
        Kernel &k = kernel(self);
        return tracksIdle(k) && k.cpuValid(static_cast<int>(cpu), nullptr) && k.testAndClearCpuIdle(static_cast<int>(cpu));
    }
    static U pickIdleCpu(void *self, U allowed, U flags, U, U, U) {
        Kernel &k = kernel(self);
        return result(tracksIdle(k) ? k.pickIdleCpu(*as<cpumask>(allowed), flags) : -EBUSY);
    }
    static U pickAnyCpu(void *self, U allowed, U flags, U, U, U) {
        Kernel &k = kernel(self);
        int cpu = k.builtinIdle ? k.pickIdleCpu(*as<cpumask>(allowed), flags) : -EBUSY;
        return result(cpu >= 0 ? cpu : k.pickAnyCpu(*as<cpumask>(allowed)));
    }
    static U pickIdleCpuNode(void *self, U allowed, U node, U flags, U, U) {
        Kernel &k = kernel(self);
        return result(tracksIdle(k) ? k.pickIdleCpuInNode(*as<cpumask>(allowed), static_cast<int>(node), flags) : -EBUSY);
    }
    static U pickAnyCpuNode(void *self, U allowed, U node, U flags, U, U) {
        Kernel &k = kernel(self);
        int cpu = k.builtinIdle ? k.pickIdleCpuInNode(*as<cpumask>(allowed), static_cast<int>(node), flags) : -EBUSY;
        return result(cpu >= 0 ? cpu : k.pickAnyCpu(*as<cpumask>(allowed)));
    }
    static U idleMask(void *self, U, U, U, U, U) {
        Kernel &k = kernel(self);
        return result(tracksIdle(k) ? k.idleCpus : k.emptyMask);
    }
    static U idleCoreMask(void *self, U, U, U, U, U) {
        Kernel &k = kernel(self);
        return result(!tracksIdle(k) ? k.emptyMask : k.smt ? k.idleCores : k.idleCpus);
    }
    static U idleMaskOfNode(Kernel &k, U node, const cpumask &idle) {
        auto n = static_cast<int>(node);
        if (!tracksIdle(k))
            return result(k.emptyMask);
        if (n < 0 || n >= static_cast<int>(k.globals.size())) {
            k.error("invalid NUMA node %d", n);
            return result(k.emptyMask);
        }
        while (k.nodeMasks.size() < k.globals.size() * 2)
            k.nodeMasks.push_back(k.arena.make<cpumask>());
        cpumask &mask = *k.nodeMasks[static_cast<size_t>(n) * 2 + (&idle == k.idleCores)]; // as it is now: it changes no more while the program looks
        mask = {};
        eachCpu(idle, k.words, [&](int cpu) {
            if (k.rqOf(cpu).node == n)
                setCpu(mask, cpu);
        });
        return result(&mask);
    }
    static U idleMaskNode(void *self, U node, U, U, U, U) { return idleMaskOfNode(kernel(self), node, *kernel(self).idleCpus); }
    static U idleCoreMaskNode(void *self, U node, U, U, U, U) {
        Kernel &k = kernel(self);
        return idleMaskOfNode(k, node, k.smt ? *k.idleCores : *k.idleCpus);
    }
    static U onlineMask(void *self, U, U, U, U, U) { return result(kernel(self).onlineMask); }
    static U possibleMask(void *self, U, U, U, U, U) { return result(kernel(self).possibleMask); }
    static U nothing(void *, U, U, U, U, U) { return 0; }
    static U nrCpuIds(void *self, U, U, U, U, U) { return kernel(self).rqs.size(); }
    static U nrNodeIds(void *self, U, U, U, U, U) { return kernel(self).globals.size(); }
    static U cpuNode(void *self, U cpu, U, U, U, U) {
        Kernel &k = kernel(self);
        return k.cpuValid(static_cast<int>(cpu), nullptr) ? result(k.rqOf(static_cast<int>(cpu)).node) : result(-1);
    }
    static U cpuRq(void *self, U cpu, U, U, U, U) {
        Kernel &k = kernel(self);
        return k.cpuValid(static_cast<int>(cpu), nullptr) ? result(k.rqOf(static_cast<int>(cpu)).k) : 0;
    }
    static U cpuCurr(void *self, U cpu, U, U, U, U) {
        Kernel &k = kernel(self);
        return k.cpuValid(static_cast<int>(cpu), nullptr) ? result(k.rqOf(static_cast<int>(cpu)).k->curr) : 0;
    }
    static U lockedRq(void *self, U, U, U, U, U) {
        Kernel &k = kernel(self);
        if (k.kfMask == Kernel::kUnlocked) {
            k.error("accessing rq without holding rq lock");
            return 0;
        }
        return result(k.thisRq().k);
    }
    static U cpuperfCap(void *self, U cpu, U, U, U, U) {
        Kernel &k = kernel(self);
        return k.cpuValid(static_cast<int>(cpu), nullptr) ? k.rqOf(static_cast<int>(cpu)).capacity : 1024;
    }
    static U cpuperfCur(void *self, U cpu, U, U, U, U) { // frequencies are not simulated: a CPU always runs at its best
        kernel(self).cpuValid(static_cast<int>(cpu), nullptr);
        return 1024;
    }
    static U cpuperfSet(void *self, U cpu, U perf, U, U, U) {
        Kernel &k = kernel(self);
        if (static_cast<uint32_t>(perf) > 1024)
            k.error("Invalid cpuperf target %u for CPU %d", static_cast<uint32_t>(perf), static_cast<int>(cpu));
        else
            k.cpuValid(static_cast<int>(cpu), nullptr);
        return 0;
    }

    // ---------------------------------------------------------------- tasks and cgroups

    static U taskRunning(void *self, U p, U, U, U, U) {
        Task *found = task(kernel(self), p);
        return found ? found->rq->curr == found : true; // an idle task that somebody has runs
    }
    static U taskCpu(void *self, U p, U, U, U, U) {
        Task *found = task(kernel(self), p);
        return found ? result(found->rq->cpu) : result(kernel(self).here);
    }
    static U taskCgroup(void *self, U p, U, U, U, U) {
        Kernel &k = kernel(self);
        task_struct *task = liveTask(k, p).k;
        return result(k.kfAllowedOn(task) ? task->sched_task_group->css.cgroup : k.root->k);
    }
    static U taskSetSlice(void *self, U p, U slice, U, U, U) {
        liveTask(kernel(self), p).k->scx.slice = slice;
        return 1;
    }
    static U taskSetDsqVtime(void *self, U p, U vtime, U, U, U) {
        liveTask(kernel(self), p).k->scx.dsq_vtime = vtime;
        return 1;
    }
    static U now(void *self, U, U, U, U, U) { return kernel(self).time; }
    static U events(void *, U events, U size, U, U, U) {
        std::memset(checkedMemory(events, size, Access::Write, "the counts"), 0, size); // none of what they count is counted
        return 0;
    }
    static U taskFromPid(void *self, U pid, U, U, U, U) {
        Kernel &k = kernel(self);
        Task *p = k.find(static_cast<TaskId>(pid));
        if (!p || p->life == Task::Dead || static_cast<int>(pid) <= 0)
            return 0;
        ++p->references;
        return result(p->k);
    }
    static U cgroupFromId(void *self, U id, U, U, U, U) {
        for (const auto &[path, group] : kernel(self).groups)
            if (group->k->kn->id == id)
                return result(group->k);
        return 0;
    }

    template <typename T> static U walkNew(Kernel &, U it, std::vector<T *> items) {
        *into<Walk<T> *>(it) = new Walk<T>{std::move(items), 0};
        return 0;
    }
    template <typename T> static U walkNext(void *, U it, U, U, U, U) {
        Walk<T> *walk = *as<Walk<T> *>(it);
        return walk && walk->next < walk->items.size() ? result(walk->items[walk->next++]) : 0;
    }
    template <typename T> static U walkDestroy(void *, U it, U, U, U, U) {
        delete *as<Walk<T> *>(it);
        *into<Walk<T> *>(it) = nullptr;
        return 0;
    }
    static void below(const Group &group, bool parentFirst, std::vector<cgroup_subsys_state *> &out) {
        if (parentFirst)
            out.push_back(&group.k->self);
        for (const Group *child : group.children)
            below(*child, parentFirst, out);
        if (!parentFirst)
            out.push_back(&group.k->self);
    }
    static U iterCssNew(void *self, U it, U start, U flags, U, U) {
        Kernel &k = kernel(self);
        *into<void *>(it) = nullptr;
        const Group *from = nullptr;
        for (const auto &[path, group] : k.groups)
            if (&group->k->self == as<cgroup_subsys_state>(start) || &group->tg->css == as<cgroup_subsys_state>(start))
                from = group.get();
        if (!from || flags < 2 || flags > 4) // BPF_CGROUP_ITER_DESCENDANTS_PRE, _POST, _ANCESTORS_UP
            return result(-EINVAL);
        std::vector<cgroup_subsys_state *> items;
        if (flags == 4)
            for (; from; from = from->parent)
                items.push_back(&from->k->self);
        else
            below(*from, flags == 2, items);
        return walkNew(k, it, std::move(items));
    }
    static U iterTaskNew(void *self, U it, U of, U flags, U, U) {
        Kernel &k = kernel(self);
        *into<void *>(it) = nullptr;
        if (flags > 2) // BPF_TASK_ITER_ALL_PROCS, _ALL_THREADS, _PROC_THREADS
            return result(-EINVAL);
        const task_struct *leader = flags == 2 ? liveTask(k, of).k->group_leader : nullptr;
        std::vector<task_struct *> items;
        for (TaskId id : k.birth) {
            task_struct *p = k.find(id)->k;
            if (flags == 1 || (flags == 0 && p->group_leader == p) || (flags == 2 && p->group_leader == leader))
                items.push_back(p);
        }
        return walkNew(k, it, std::move(items));
    }

    // ---------------------------------------------------------------- messages

    static bool text(Kernel &k, U format, U data, U size, std::string &out) {
        uint32_t bytes = static_cast<uint32_t>(size);
        if (bytes % 8 || bytes > kMaxFormatBytes || (bytes && !data)) {
            k.error("invalid data=%p and data__sz=%u", reinterpret_cast<void *>(data), bytes);
            return false;
        }
        std::optional<std::string> made = checkedFormat(format, data, bytes);
        if (!made) {
            k.error("format preparation failed (%d)", -EINVAL);
            return false;
        }
        out = *made;
        return true;
    }
    static U exitBstr(void *self, U code, U format, U data, U size, U) {
        Kernel &k = kernel(self);
        if (std::string out; text(k, format, data, size, out))
            k.exitKind(kExitUnregBpf, static_cast<int64_t>(code), "%s", out.c_str());
        return 0;
    }
    static U errorBstr(void *self, U format, U data, U size, U, U) {
        Kernel &k = kernel(self);
        if (std::string out; text(k, format, data, size, out))
            k.exitKind(kExitErrorBpf, 0, "%s", out.c_str());
        return 0;
    }
    static U dumpBstr(void *self, U format, U data, U size, U, U) {
        Kernel &k = kernel(self);
        if (!k.dumping.out)
            k.error("scx_bpf_dump() must only be called from ops.dump() and friends");
        else if (std::string out; text(k, format, data, size, out))
            k.dumpText(out);
        return 0;
    }

    static const Function rows[];
};

const Function Functions::rows[] = {
    {"scx_bpf_dispatch", dispatch}, {"scx_bpf_dsq_insert", dispatch}, {"scx_bpf_dsq_insert___v2", dispatch},
    {"scx_bpf_dispatch_vtime", dispatchVtime}, {"scx_bpf_dsq_insert_vtime", dispatchVtime}, {"__scx_bpf_dsq_insert_vtime", dispatchVtimeArgs},
    {"scx_bpf_dispatch_nr_slots", dispatchNrSlots}, {"scx_bpf_dispatch_cancel", dispatchCancel},
    {"scx_bpf_consume", consume}, {"scx_bpf_dsq_move_to_local", consume}, {"scx_bpf_dsq_move_to_local___v2", consume},
    {"scx_bpf_create_dsq", createDsq}, {"scx_bpf_destroy_dsq", destroyDsq}, {"scx_bpf_dsq_nr_queued", nrQueued}, {"scx_bpf_dsq_peek", peek},
    {"bpf_iter_scx_dsq_new", iterDsqNew}, {"bpf_iter_scx_dsq_next", iterDsqNext}, {"bpf_iter_scx_dsq_destroy", iterDsqDestroy},
    {"scx_bpf_dispatch_from_dsq_set_slice", moveSetSlice}, {"scx_bpf_dsq_move_set_slice", moveSetSlice},
    {"scx_bpf_dispatch_from_dsq_set_vtime", moveSetVtime}, {"scx_bpf_dsq_move_set_vtime", moveSetVtime},
    {"scx_bpf_dispatch_from_dsq", move}, {"scx_bpf_dsq_move", move},
    {"scx_bpf_dispatch_vtime_from_dsq", moveVtime}, {"scx_bpf_dsq_move_vtime", moveVtime},
    {"scx_bpf_reenqueue_local", reenqueueLocal}, {"scx_bpf_reenqueue_local___v2", reenqueueLocal}, {"scx_bpf_dsq_reenq", reenqueue},
    {"scx_bpf_select_cpu_dfl", selectCpuDfl}, {"scx_bpf_select_cpu_and", selectCpuAnd6}, {"__scx_bpf_select_cpu_and", selectCpuAndArgs},
    {"scx_bpf_kick_cpu", kickCpu}, {"scx_bpf_test_and_clear_cpu_idle", testAndClearCpuIdle},
    {"scx_bpf_pick_idle_cpu", pickIdleCpu}, {"scx_bpf_pick_any_cpu", pickAnyCpu},
    {"scx_bpf_pick_idle_cpu_node", pickIdleCpuNode}, {"scx_bpf_pick_any_cpu_node", pickAnyCpuNode},
    {"scx_bpf_get_idle_cpumask", idleMask}, {"scx_bpf_get_idle_smtmask", idleCoreMask},
    {"scx_bpf_get_idle_cpumask_node", idleMaskNode}, {"scx_bpf_get_idle_smtmask_node", idleCoreMaskNode},
    {"scx_bpf_put_idle_cpumask", nothing}, {"scx_bpf_put_cpumask", nothing},
    {"scx_bpf_get_online_cpumask", onlineMask}, {"scx_bpf_get_possible_cpumask", possibleMask},
    {"scx_bpf_nr_cpu_ids", nrCpuIds}, {"scx_bpf_nr_node_ids", nrNodeIds}, {"scx_bpf_cpu_node", cpuNode},
    {"scx_bpf_cpu_rq", cpuRq}, {"scx_bpf_cpu_curr", cpuCurr}, {"scx_bpf_locked_rq", lockedRq},
    {"scx_bpf_cpuperf_cap", cpuperfCap}, {"scx_bpf_cpuperf_cur", cpuperfCur}, {"scx_bpf_cpuperf_set", cpuperfSet},
    {"scx_bpf_task_running", taskRunning}, {"scx_bpf_task_cpu", taskCpu}, {"scx_bpf_task_cgroup", taskCgroup},
    {"scx_bpf_task_set_slice", taskSetSlice}, {"scx_bpf_task_set_dsq_vtime", taskSetDsqVtime}, {"scx_bpf_now", now}, {"scx_bpf_events", events},
    {"bpf_task_from_pid", taskFromPid}, {"bpf_task_from_vpid", taskFromPid}, {"bpf_cgroup_from_id", cgroupFromId},
    {"bpf_iter_css_new", iterCssNew}, {"bpf_iter_css_next", walkNext<cgroup_subsys_state>}, {"bpf_iter_css_destroy", walkDestroy<cgroup_subsys_state>},
    {"bpf_iter_task_new", iterTaskNew}, {"bpf_iter_task_next", walkNext<task_struct>}, {"bpf_iter_task_destroy", walkDestroy<task_struct>},
    {"scx_bpf_exit_bstr", exitBstr}, {"scx_bpf_error_bstr", errorBstr}, {"scx_bpf_dump_bstr", dumpBstr},
};

const Function *Kernel::function(std::string_view name) const {
    for (const Function &row : Functions::rows)
        if (row.name == name)
            return &row;
    return nullptr;
}

void *Kernel::variable(std::string_view name, int cpu) {
    auto at = static_cast<size_t>(cpu);
    if (name == "sd_llc_id")
        return llcIds[at];
    if (name == "numa_node")
        return nodeIds[at];
    if (name == "runqueues")
        return rqs[at]->k;
    return nullptr;
}

void Kernel::startTimer(void *timer, uint64_t when, bool) {
    auto [it, fresh] = timerIndex.emplace(timer, timers.size());
    if (fresh)
        timers.push_back({timer, 0, 0});
    TimerState &state = timers[it->second];
    state.cpu = here;
    at(std::max(when, time), Timed::Timer, it->second, ++state.generation);
}

void Kernel::cancelTimer(void *timer) {
    if (auto it = timerIndex.find(timer); it != timerIndex.end())
        ++timers[it->second].generation;
}

void Kernel::print(std::string_view line) {
    if (view)
        view->print(time, here, std::string(line));
}

} // namespace scx::sim
