// SPDX-License-Identifier: GPL-2.0-only
// The birth, the end and the changes of a task. kernel/sched/ext.c: scx_ops_init_task, scx_ops_enable_task, scx_ops_exit_task; kernel/sched/core.c: set_user_nice.
#include "sim/kernel/Change.h"
#include "sim/kernel/Cpumask.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace scx::sim {
namespace {

constexpr uint32_t kNiceToWeight[40] = { // sched_prio_to_weight of kernel/sched/core.c: 1024 at nice 0, a quarter more or less a step
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
    1024,  820,   655,   526,   423,   335,   272,   215,   172,   137,   110,  87,   70,   56,   45,   36,   29,   23,   18,   15};
constexpr uint32_t kIdleWeight = 3;
constexpr uint32_t kRealTimeWeight = 100'000; // for the views: ten times the heaviest of the others, so that such a task is due a whole CPU

uint32_t policyNumber(const std::string &policy) {
    return policy == "fifo"    ? kSchedFifo
           : policy == "rr"    ? kSchedRr
           : policy == "batch" ? kSchedBatch
           : policy == "idle"  ? kSchedIdle
           : policy == "ext"   ? kSchedExt
                               : kSchedNormal;
}

} // namespace

Task *Kernel::find(TaskId id) const {
    auto it = tasks.find(id);
    return it == tasks.end() ? nullptr : it->second.get();
}

task_struct *Kernel::current() const {
    const Rq &rq = *rqs[static_cast<size_t>(here)];
    return rq.curr ? rq.curr->k : rq.idle;
}

/// A string that programs may read, for as long as the simulation lasts.
const char *Kernel::keep(const std::string &text) {
    char *copy = static_cast<char *>(arena.allocate(text.size() + 1, Access::Read));
    std::memcpy(copy, text.c_str(), text.size() + 1);
    return copy;
}

/// The memory of a process that runs this file, for those that ask for its path: mm->exe_file->f_path.dentry and its parents.
mm_struct *Kernel::image(const std::string &exe) {
    mm_struct *&mm = images[exe];
    if (mm)
        return mm;
    auto *up = arena.make<dentry>();
    up->d_parent = up;
    up->d_name = {0, 1, keep("/")};
    for (size_t from = 1; from < exe.size();) {
        size_t to = std::min(exe.find('/', from), exe.size());
        auto *entry = arena.make<dentry>();
        entry->d_parent = up;
        entry->d_name = {0, static_cast<u32>(to - from), keep(exe.substr(from, to - from))};
        up = entry;
        from = to + 1;
    }
    mm = arena.make<mm_struct>();
    mm->exe_file = arena.make<file>();
    mm->exe_file->f_path.dentry = up;
    return mm;
}

Task &Kernel::makeTask(const TaskSpec &spec, std::unique_ptr<Behaviour> behaviour, Task *parent) {
    auto *k = arena.make<task_struct>();
    auto owned = std::make_unique<Task>(k);
    Task &p = *owned;
    p.pid = nextPid++;
    k->simulated = &p;
    arena.allow(&k->simulated, 8, Access::None);
    arena.allow(&k->scx.slice, 8, Access::Write);
    arena.allow(&k->scx.dsq_vtime, 8, Access::Write);
    arena.allow(&k->scx.disallow, 8, Access::Write);
    tasks.emplace(p.pid, std::move(owned));
    birth.push_back(p.pid);

    p.behaviour = std::move(behaviour);
    p.group = spec.group.empty() ? spec.comm : spec.group;
    std::memcpy(k->comm, spec.comm.c_str(), std::min<size_t>(spec.comm.size(), TASK_COMM_LEN - 1));
    k->pid = static_cast<pid_t>(p.pid);
    Task *leader = spec.leader ? find(spec.leader) : nullptr;
    k->group_leader = leader ? leader->k : k;
    k->tgid = leader ? leader->k->pid : k->pid;
    k->real_parent = k->parent = parent ? parent->k : k;
    if (parent)
        ++parent->references;
    if (leader)
        ++leader->references;
    k->flags = spec.kthread ? kPfKthread | (spec.affinity.size() == 1 ? kPfNoSetaffinity : 0) : 0;
    k->rt_priority = static_cast<u32>(spec.rtPriority);
    k->policy = partial && !spec.rtPriority ? kSchedExt : policyNumber(spec.policy);
    k->static_prio = 120 + spec.nice;
    k->prio = k->normal_prio = spec.rtPriority ? 99 - spec.rtPriority : k->static_prio;
    k->start_time = k->start_boottime = time;
    k->self_exec_id = 1;
    cred *&credentials = creds[{spec.uid, spec.gid}];
    if (!credentials) {
        credentials = arena.make<cred>();
        *credentials = {{spec.uid}, {spec.gid}, {spec.uid}, {spec.gid}};
    }
    k->cred = k->real_cred = credentials;
    if (!spec.kthread)
        k->mm = image(spec.exe.empty() ? "/usr/bin/" + spec.comm : spec.exe);
    k->thread_pid = arena.make<pid>();
    k->thread_pid->numbers[0] = {k->pid, pidNamespace};

    Group *group = findGroup(spec.cgroup);
    if (!group)
        throw std::runtime_error("task " + spec.comm + " is in cgroup `" + spec.cgroup + "`, which is not there; list it among the workload's cgroups");
    p.cgroup = group;
    ++group->references;
    k->cgroups = group->set;
    k->sched_task_group = group->tg;

    setMask(p, maskOf(spec.affinity));
    Rq *start = parent && parent->rq ? parent->rq : rqs[0].get();
    if (!cpuAllowed(p, start->cpu))
        start = &rqOf(nextCpu(*k->cpus_ptr, 0, words));
    setTaskCpu(p, *start);
    k->scx.sticky_cpu = k->scx.holding_cpu = -1;
    k->scx.ddsp_dsq_id = kDsqInvalid;
    k->scx.slice = kSliceDfl;
    k->scx.weight = 100;
    p.runnableAt = jiffies();
    return p;
}

void Kernel::tell(const Task &p) {
    if (!view || quiet)
        return;
    TaskFacts facts;
    facts.pid = p.pid;
    facts.tgid = static_cast<uint32_t>(p.k->tgid);
    facts.weight = p.realTime() ? kRealTimeWeight : p.k->scx.weight;
    facts.nice = p.k->static_prio - 120;
    facts.comm = p.k->comm;
    facts.group = p.group;
    facts.cgroup = p.cgroup->path;
    facts.allowed.assign(p.k->cpus_ptr->bits, p.k->cpus_ptr->bits + words);
    facts.rule = p.rule;
    view->task(facts);
}

void Kernel::seeRule(Task &p) {
    if (!ruleHit)
        return;
    int rule = ruleHit(here);
    if (rule < 0 || rule == p.rule)
        return;
    p.rule = rule;
    tell(p);
}

// ---------------------------------------------------------------- under a policy

/// False if the policy refuses the task.
bool Kernel::initTask(Task &p, bool fork) {
    p.k->scx.disallow = false;
    p.k->scx.flags |= kTaskResetRunnableAt;
    if (has(Op::InitTask)) {
        auto *args = arena.make<scx_init_task_args>();
        args->fork = fork;
        args->cgroup = p.cgroup->k;
        int error = static_cast<int>(call(Op::InitTask, kUnlocked, {arg(p.k), arg(args)}));
        arena.release(args);
        if (error) {
            error = sanitizeError("init_task", error);
            if (!fork)
                this->error("ops.init_task() failed (%d) for %s[%d]", error, p.k->comm, p.k->pid);
            return false;
        }
    }
    if (p.k->scx.disallow && p.k->policy == kSchedExt) {
        if (fork)
            error("ops.init_task() set task->scx.disallow for %s[%d] during fork", p.k->comm, p.k->pid);
        else
            p.k->policy = kSchedNormal;
    }
    p.ready = true;
    return true;
}

void Kernel::setWeight(Task &p, int nice) {
    p.k->static_prio = 120 + nice;
    if (p.realTime())
        return;
    p.k->prio = p.k->normal_prio = 120 + nice;
    uint64_t weight = p.k->policy == kSchedIdle ? kIdleWeight : kNiceToWeight[nice + 20];
    p.k->scx.weight = static_cast<u32>(std::clamp<uint64_t>((weight * 100 + 512) / 1024, 1, 10000)); // sched_weight_to_cgroup
}

void Kernel::enableTask(Task &p) {
    setWeight(p, p.k->static_prio - 120);
    if (has(Op::Enable))
        call(Op::Enable, kRest, {arg(p.k)}, p.k);
    p.enabled = true;
    if (has(Op::SetWeight))
        call(Op::SetWeight, kRest, {arg(p.k), p.k->scx.weight}, p.k);
}

/// switching_to_scx: a task that was there before the policy, rather than forked under it.
void Kernel::switchToScx(Task &p) {
    p.k->scx.slice = kSliceDfl;
    enableTask(p);
    tellCpumask(p);
}

void Kernel::exitTask(Task &p) {
    if (!p.ready)
        return;
    if (p.enabled) {
        clearDirectDispatch(p);
        if (has(Op::Disable))
            call(Op::Disable, kRest, {arg(p.k)}, p.k);
        p.enabled = false;
    }
    if (has(Op::ExitTask)) {
        auto *args = arena.make<scx_exit_task_args>();
        call(Op::ExitTask, kRest, {arg(p.k), arg(args)}, p.k);
        arena.release(args);
    }
    p.ready = false;
}

// ---------------------------------------------------------------- birth and end

TaskId Kernel::fork(const TaskSpec &spec, std::unique_ptr<Behaviour> behaviour) {
    Task *parent = acting ? find(acting) : init;
    Task &p = makeTask(spec, std::move(behaviour), parent);
    if (initTaskOn && !initTask(p, true)) { // fork(2) fails
        TaskId none = 0;
        birth.pop_back();
        release(p);
        return none;
    }
    if (!p.realTime())
        enableTask(p);
    tell(p);
    emit(Event::TaskNew, here, &p);
    activateNew(p);
    return p.pid;
}

void Kernel::add(StartingTask task) {
    plan.tasks.push_back(std::move(task));
    at(std::max(plan.tasks.back().at, time), Timed::Start, static_cast<uint32_t>(plan.tasks.size() - 1), 0);
}

/// finish_task_switch of one that ended: sched_ext_free
void Kernel::finishExit(Task &p) {
    exitTask(p);
    emit(Event::TaskExit, here, &p);
    if (p.behaviour)
        p.behaviour->ended(*this);
    p.behaviour.reset();
    if (p.references > 1) // children go to init
        for (TaskId id : birth)
            if (Task *child = find(id); child && child->k->real_parent == p.k && child != &p) {
                child->k->real_parent = child->k->parent = init->k;
                ++init->references;
                --p.references;
            }
    birth.erase(std::lower_bound(birth.begin(), birth.end(), p.pid));
    release(p);
}

void Kernel::release(Task &p) {
    if (--p.references > 0)
        return;
    if (object)
        object->forget(p.k);
    --p.cgroup->references;
    if (Task *parent = taskOf(p.k->real_parent); parent && parent != &p)
        release(*parent);
    if (Task *leader = taskOf(p.k->group_leader); leader && leader != &p)
        release(*leader);
    arena.release(p.k->thread_pid);
    arena.release(p.k);
    tasks.erase(p.pid);
}

void Kernel::hold(task_struct *task) {
    if (Task *p = taskOf(task))
        ++p->references;
}

void Kernel::drop(task_struct *task) {
    if (Task *p = taskOf(task))
        release(*p);
}

// ---------------------------------------------------------------- changes

void Kernel::setNice(TaskId id, int nice) {
    Task *p = find(id);
    if (!p || p->life == Task::Dead || p->k->static_prio == 120 + nice)
        return;
    change(*p, kDeqNoclock, [&] {
        setWeight(*p, std::clamp(nice, -20, 19));
        if (has(Op::SetWeight) && !p->realTime())
            call(Op::SetWeight, kRest, {arg(p->k), p->k->scx.weight}, p->k);
    });
    tell(*p);
    emit(Event::Renice, p->rq->cpu, p);
}

void Kernel::setComm(TaskId id, const std::string &comm) {
    Task *p = find(id);
    if (!p)
        return;
    std::memset(p->k->comm, 0, TASK_COMM_LEN);
    std::memcpy(p->k->comm, comm.c_str(), std::min<size_t>(comm.size(), TASK_COMM_LEN - 1));
    tell(*p);
    emit(Event::Rename, p->rq->cpu, p);
}

void Kernel::periodEnded(uint64_t, int64_t late) { emit(Event::PeriodEnd, here, find(acting), 0, late > 0 ? static_cast<uint64_t>(late) : 0); }

} // namespace scx::sim
