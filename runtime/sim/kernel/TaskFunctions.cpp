// SPDX-License-Identifier: GPL-2.0-only
// Tasks and cgroups, as programs ask for them and go over them.
#include "sim/kernel/Functions.h"

#include <cerrno>
#include <cstring>

namespace scx::sim {
namespace {

/// What bpf_iter_css and bpf_iter_task keep on the program's stack: a list that is made when the iteration begins.
template <typename T> struct Walk {
    std::vector<T *> items;
    size_t next = 0;
};

} // namespace

struct Functions::Tasks {
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

    static const Function rows[];
};

// clang-format off
const Function Functions::Tasks::rows[] = {
    {"scx_bpf_task_running", taskRunning}, {"scx_bpf_task_cpu", taskCpu}, {"scx_bpf_task_cgroup", taskCgroup}, {"scx_bpf_task_set_slice", taskSetSlice},
    {"scx_bpf_task_set_dsq_vtime", taskSetDsqVtime}, {"scx_bpf_now", now}, {"scx_bpf_events", events}, {"bpf_task_from_pid", taskFromPid},
    {"bpf_task_from_vpid", taskFromPid}, {"bpf_cgroup_from_id", cgroupFromId}, {"bpf_iter_css_new", iterCssNew}, {"bpf_iter_css_next", walkNext<cgroup_subsys_state>},
    {"bpf_iter_css_destroy", walkDestroy<cgroup_subsys_state>}, {"bpf_iter_task_new", iterTaskNew}, {"bpf_iter_task_next", walkNext<task_struct>},
    {"bpf_iter_task_destroy", walkDestroy<task_struct>},
};
// clang-format on

std::span<const Function> Functions::taskRows() { return Tasks::rows; }

} // namespace scx::sim
