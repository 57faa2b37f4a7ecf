// SPDX-License-Identifier: GPL-2.0-only
// Where may a task run, and what if it is somewhere else? kernel/sched/core.c: __set_cpus_allowed_ptr, affine_move_task, migration_cpu_stop, migrate_disable, migrate_enable.
#include "sim/kernel/Change.h"
#include "sim/kernel/Cpumask.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <cstring>
#include <utility>

namespace scx::sim {
/// All that are possible if none of these is.
cpumask Kernel::maskOf(const std::vector<int> &cpus) const {
    cpumask mask{};
    for (int cpu : cpus)
        if (cpu >= 0 && cpu < cpuCount())
            setCpu(mask, cpu);
    return emptyCpus(mask, words) ? *possibleMask : mask;
}

void Kernel::setMask(Task &p, const cpumask &mask) {
    p.k->cpus_mask = mask;
    p.k->cpus_ptr = &p.k->cpus_mask;
    p.k->nr_cpus_allowed = countCpus(mask, words);
}

/// cpumask_of
const cpumask *Kernel::maskOfOne(int cpu) {
    single.resize(rqs.size());
    cpumask *&mask = single[static_cast<size_t>(cpu)];
    if (!mask) {
        mask = arena.make<cpumask>();
        setCpu(*mask, cpu);
    }
    return mask;
}

/// set_cpus_allowed_scx
void Kernel::tellCpumask(Task &p) {
    if (has(Op::SetCpumask) && !p.realTime())
        call(Op::SetCpumask, kRest, {arg(p.k), arg(p.k->cpus_ptr)}, p.k);
}

void Kernel::setAffinity(TaskId id, const std::vector<int> &cpus) {
    Task *p = find(id);
    if (!p || p->life == Task::Dead)
        return;
    cpumask wanted = maskOf(cpus);
    if (!std::memcmp(&p->k->cpus_mask, &wanted, sizeof wanted))
        return;
    int cpu = anyAndDistribute(*onlineMask, wanted);
    if (cpu < 0)
        return;                                         // EINVAL: none of them is there
    bool narrowed = p->k->cpus_ptr != &p->k->cpus_mask; // it may not be moved now, and that is what counts
    change(*p, kDeqNoclock, [&] {
        p->k->cpus_mask = wanted;
        p->k->nr_cpus_allowed = countCpus(wanted, words);
        tellCpumask(*p);
    });
    if (!narrowed) {
        tell(*p);
        emit(Event::Affinity, p->rq->cpu, p);
    }
    p->pendingCpu = -1;
    if (!p->k->on_rq || testCpu(wanted, p->rq->cpu))
        return;
    if (p->k->migration_disabled)
        p->pendingCpu = cpu; // it goes when it may
    else
        leaveDisallowedCpu(*p, rqOf(cpu));
}

/// migration_cpu_stop: a task that runs is taken off its CPU first.
void Kernel::leaveDisallowedCpu(Task &p, Rq &to) {
    Rq &from = *p.rq;
    int caller = here;
    if (from.curr == &p) {
        here = from.cpu;
        stopTask(from, Event::Changed);
        resched(from);
    }
    moveQueuedTask(from, p, to);
    here = caller;
}

// ---------------------------------------------------------------- migrate_disable

void Kernel::setMigration(bool may) {
    Task &p = *find(acting);
    if (!may && !p.k->migration_disabled)
        p.k->migration_disabled = 1;
    else if (may && p.k->migration_disabled)
        migrateEnable(p);
}

/// The mask of a task that may not be moved is narrowed only when it is switched out: until then nobody could move it.
void Kernel::migrateDisableSwitch(Rq &rq, Task &p) {
    if (p.k->cpus_ptr != &p.k->cpus_mask)
        return;
    change(p, kDeqNoclock, [&] {
        p.k->cpus_ptr = maskOfOne(rq.cpu);
        tellCpumask(p);
    });
    tell(p);
    emit(Event::Affinity, rq.cpu, &p);
}

void Kernel::migrateEnable(Task &p) {
    if (p.k->cpus_ptr != &p.k->cpus_mask) {
        change(p, kDeqNoclock, [&] {
            p.k->cpus_ptr = &p.k->cpus_mask;
            tellCpumask(p);
        });
        tell(p);
        emit(Event::Affinity, p.rq->cpu, &p);
    }
    p.k->migration_disabled = 0;
    if (int to = std::exchange(p.pendingCpu, -1); to >= 0 && p.k->on_rq)
        leaveDisallowedCpu(p, rqOf(cpuAllowed(p, to) ? to : selectFallbackRq(p)));
}

/// A CPU that goes waits for those that may not leave it. Here they are let go at once.
void Kernel::letMigrate(Rq &rq) {
    for (TaskId id : std::vector<TaskId>(birth))
        if (Task &p = *find(id); p.rq == &rq && p.k->migration_disabled)
            migrateEnable(p);
}

} // namespace scx::sim
