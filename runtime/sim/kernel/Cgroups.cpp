// SPDX-License-Identifier: GPL-2.0-only
// cgroups with the cpu controller. kernel/sched/ext.c: scx_tg_online, scx_cgroup_init, scx_cgroup_can_attach, scx_cgroup_move_task; kernel/sched/core.c: sched_move_task.
#include "sim/kernel/Change.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <algorithm>
#include <stdexcept>

namespace scx::sim {
Group *Kernel::findGroup(const std::string &path) const {
    auto it = groups.find(path);
    return it == groups.end() ? nullptr : it->second.get();
}

Group &Kernel::makeGroup(const std::string &path, uint32_t weight) {
    Group *parent = path == "/" ? nullptr : findGroup(path.rfind('/') == 0 ? "/" : path.substr(0, path.rfind('/')));
    if (path != "/" && !parent)
        throw std::runtime_error("cgroup `" + path + "` has no parent; list the folder above it first");
    auto owned = std::make_unique<Group>();
    Group &group = *owned;
    group.path = path;
    group.parent = parent;
    group.k = arena.make<cgroup>();
    group.tg = arena.make<task_group>();
    group.set = arena.make<css_set>();
    group.k->self = {group.k, nextGroupId};
    group.k->level = parent ? parent->k->level + 1 : 0;
    if (static_cast<size_t>(group.k->level) >= std::size(group.k->ancestors))
        throw std::runtime_error("cgroup `" + path + "` lies too deep; the simulator knows 16 levels");
    for (int i = 0; parent && i <= parent->k->level; ++i)
        group.k->ancestors[i] = parent->k->ancestors[i];
    group.k->ancestors[group.k->level] = group.k;
    group.k->kn = arena.make<kernfs_node>();
    *group.k->kn = {parent ? parent->k->kn : nullptr, keep(parent ? path.substr(path.rfind('/') + 1) : ""), nextGroupId++};
    group.tg->css = {group.k, group.k->self.serial_nr};
    group.tg->scx_weight = weight;
    group.set->dfl_cgrp = group.k;
    if (parent) {
        parent->children.push_back(&group);
        ++parent->references;
    }
    groups.emplace(path, std::move(owned));
    return group;
}

/// What the policy answers when it is told of a cgroup; 0: it takes it.
int Kernel::initGroup(Group &group) {
    if (has(Op::CgroupInit)) {
        auto *args = arena.make<scx_cgroup_init_args>();
        args->weight = group.tg->scx_weight;
        int error = static_cast<int>(call(Op::CgroupInit, kUnlocked, {arg(group.k), arg(args)}));
        arena.release(args);
        if (error)
            return error;
    }
    group.inited = true;
    return 0;
}

/// scx_tg_online
void Kernel::onlineGroup(Group &group) {
    if (!cgroupsOn)
        return;
    if (int error = initGroup(group))
        sanitizeError("cgroup_init", error);
}

void Kernel::offlineGroup(Group &group) {
    if (has(Op::CgroupExit) && group.inited)
        call(Op::CgroupExit, kUnlocked, {arg(group.k)});
    group.inited = group.online = false;
    if (group.parent) {
        std::erase(group.parent->children, &group);
        --group.parent->references;
    }
    auto it = groups.find(group.path);
    goneGroups.push_back(std::move(it->second)); // a program may still keep it
    groups.erase(it);
    if (object)
        object->forget(group.k);
}

void Kernel::setGroupWeight(Group &group, uint32_t weight) {
    if (cgroupsOn && has(Op::CgroupSetWeight) && group.tg->scx_weight != weight)
        call(Op::CgroupSetWeight, kUnlocked, {arg(group.k), weight});
    group.tg->scx_weight = weight;
}

void Kernel::moveToCgroup(TaskId id, const std::string &path) {
    Task *p = find(id);
    Group *to = findGroup(path);
    if (!to)
        throw std::runtime_error("a task moves to cgroup `" + path + "`, which is not there; list it among the workload's cgroups");
    if (p && p->life != Task::Dead && p->cgroup != to)
        moveTask(*p, *to);
}

void Kernel::moveTask(Task &p, Group &to) {
    Group &from = *p.cgroup;
    if (cgroupsOn) {
        if (has(Op::CgroupPrepMove))
            if (int error = static_cast<int>(call(Op::CgroupPrepMove, kUnlocked, {arg(p.k), arg(from.k), arg(to.k)}))) {
                sanitizeError("cgroup_prep_move", error);
                return;
            }
        p.k->scx.cgrp_moving_from = from.k;
    }
    bool runs = p.rq->curr == &p;
    change(p, kDeqMove | kDeqNoclock, [&] {
        p.cgroup = &to;
        p.k->cgroups = to.set;
        p.k->sched_task_group = to.tg;
        ++to.references;
        --from.references;
        if (cgroupsOn && has(Op::CgroupMove) && p.k->scx.cgrp_moving_from)
            call(Op::CgroupMove, kUnlocked, {arg(p.k), arg(from.k), arg(to.k)}, p.k);
        p.k->scx.cgrp_moving_from = nullptr;
    });
    if (runs)
        resched(*p.rq);
    tell(p);
    emit(Event::CgroupMove, p.rq->cpu, &p);
}

/// scx_cgroup_init: parents before children. False if the policy refuses one.
bool Kernel::initGroups(Group &group) {
    if (int code = initGroup(group)) {
        error("ops.cgroup_init() failed (%d)", code);
        return false;
    }
    for (Group *child : group.children)
        if (!initGroups(*child))
            return false;
    return true;
}

/// scx_cgroup_exit: children before parents.
void Kernel::exitGroups(Group &group) {
    for (Group *child : group.children)
        exitGroups(*child);
    if (group.inited && has(Op::CgroupExit))
        call(Op::CgroupExit, kUnlocked, {arg(group.k)});
    group.inited = false;
}

void Kernel::hold(cgroup *) {} // groups that are gone stay until the simulation ends: programs may keep pointers to them
void Kernel::drop(cgroup *) {}

} // namespace scx::sim
