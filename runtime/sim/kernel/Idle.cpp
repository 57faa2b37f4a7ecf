// SPDX-License-Identifier: GPL-2.0-only
// Which CPUs are idle, and where would the kernel itself place a task? kernel/sched/ext.c: update_builtin_idle, scx_pick_idle_cpu, scx_select_cpu_dfl.
#include "sim/kernel/Cpumask.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <cerrno>

namespace scx::sim {

void Kernel::resetIdleMasks() {
    *idleCpus = *onlineMask;
    *idleCores = *onlineMask;
}

void Kernel::updateIdle(Rq &rq, bool idle, bool notify) {
    if (has(Op::UpdateIdle) && notify && !rq.bypassing)
        call(Op::UpdateIdle, kRest, {static_cast<uint64_t>(rq.cpu), idle});
    if (!builtinIdle)
        return;
    if (idle)
        setCpu(*idleCpus, rq.cpu);
    else
        clearCpu(*idleCpus, rq.cpu);
    if (!smt)
        return;
    for (int word = 0; word < words; ++word) {
        if (idle && (rq.siblings.bits[word] & ~idleCpus->bits[word]))
            return; // a sibling is busy
    }
    for (int word = 0; word < words; ++word) {
        if (idle)
            idleCores->bits[word] |= rq.siblings.bits[word];
        else
            idleCores->bits[word] &= ~rq.siblings.bits[word];
    }
}

bool Kernel::testAndClearCpuIdle(int cpu) {
    if (smt)
        for (int word = 0; word < words; ++word)
            idleCores->bits[word] &= ~rqOf(cpu).siblings.bits[word];
    bool was = testCpu(*idleCpus, cpu);
    clearCpu(*idleCpus, cpu);
    return was;
}

/// cpumask_any_and_distribute: the next one after the one that this CPU got last, around.
int Kernel::anyAndDistribute(const cpumask &a, const cpumask &b) {
    int &last = thisRq().distribute;
    int cpu = last + 1 < cpuCount() ? nextCpu(a, b, last + 1, words) : -1;
    if (cpu < 0)
        cpu = nextCpu(a, b, 0, words);
    if (cpu >= 0)
        last = cpu;
    return cpu;
}

/// -EBUSY if there is none.
int Kernel::pickIdleCpu(const cpumask &allowed, uint64_t flags) {
    for (;;) {
        int cpu = -1;
        if (smt) {
            cpu = anyAndDistribute(*idleCores, allowed);
            if (cpu < 0 && (flags & kPickIdleCore))
                return -EBUSY;
        }
        if (cpu < 0)
            cpu = anyAndDistribute(*idleCpus, allowed);
        if (cpu < 0)
            return -EBUSY;
        if (testAndClearCpuIdle(cpu))
            return cpu;
    }
}

int Kernel::pickIdleCpuInNode(const cpumask &allowed, int node, uint64_t flags) {
    cpumask inside{};
    eachCpu(allowed, words, [&](int cpu) {
        if (rqOf(cpu).node == node)
            setCpu(inside, cpu);
    });
    int cpu = pickIdleCpu(inside, flags);
    return cpu >= 0 || (flags & kPickIdleInNode) ? cpu : pickIdleCpu(allowed, flags);
}

int Kernel::pickAnyCpu(const cpumask &allowed) {
    int cpu = anyAndDistribute(allowed, allowed);
    return cpu >= 0 ? cpu : -EBUSY;
}

int Kernel::selectCpuDfl(Task &p, int prevCpu, uint64_t wakeFlags, bool &found, const cpumask *allowed) {
    const cpumask &mask = allowed ? *allowed : *p.k->cpus_ptr;
    found = true;
    if ((wakeFlags & kWakeSync) && !emptyCpus(*idleCpus, words) && !(current()->flags & kPfExiting) && !thisRq().local.k->nr && testCpu(mask, here))
        return here;
    if (smt) {
        if (testCpu(*idleCores, prevCpu) && (!allowed || testCpu(mask, prevCpu)) && testAndClearCpuIdle(prevCpu))
            return prevCpu;
        if (int cpu = pickIdleCpu(mask, kPickIdleCore); cpu >= 0)
            return cpu;
    }
    if ((!allowed || testCpu(mask, prevCpu)) && testAndClearCpuIdle(prevCpu))
        return prevCpu;
    if (int cpu = pickIdleCpu(mask, 0); cpu >= 0)
        return cpu;
    found = false;
    return prevCpu;
}

} // namespace scx::sim
