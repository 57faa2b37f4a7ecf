// SPDX-License-Identifier: GPL-2.0-only
// CPUs, as programs ask for them: which are idle, which is taken, what runs there.
#include "sim/kernel/Cpumask.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Functions.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace scx::sim {
namespace {

struct SelectCpuAndArgs {
    s32 prevCpu;
    u64 wakeFlags, flags;
};

} // namespace

struct Functions::Cpus {
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

    static const Function rows[];
};

// clang-format off
const Function Functions::Cpus::rows[] = {
    {"scx_bpf_select_cpu_dfl", selectCpuDfl}, {"scx_bpf_select_cpu_and", selectCpuAnd6}, {"__scx_bpf_select_cpu_and", selectCpuAndArgs}, {"scx_bpf_kick_cpu", kickCpu},
    {"scx_bpf_test_and_clear_cpu_idle", testAndClearCpuIdle}, {"scx_bpf_pick_idle_cpu", pickIdleCpu}, {"scx_bpf_pick_any_cpu", pickAnyCpu},
    {"scx_bpf_pick_idle_cpu_node", pickIdleCpuNode}, {"scx_bpf_pick_any_cpu_node", pickAnyCpuNode}, {"scx_bpf_get_idle_cpumask", idleMask},
    {"scx_bpf_get_idle_smtmask", idleCoreMask}, {"scx_bpf_get_idle_cpumask_node", idleMaskNode}, {"scx_bpf_get_idle_smtmask_node", idleCoreMaskNode},
    {"scx_bpf_put_idle_cpumask", nothing}, {"scx_bpf_put_cpumask", nothing}, {"scx_bpf_get_online_cpumask", onlineMask}, {"scx_bpf_get_possible_cpumask", possibleMask},
    {"scx_bpf_nr_cpu_ids", nrCpuIds}, {"scx_bpf_nr_node_ids", nrNodeIds}, {"scx_bpf_cpu_node", cpuNode}, {"scx_bpf_cpu_rq", cpuRq}, {"scx_bpf_cpu_curr", cpuCurr},
    {"scx_bpf_locked_rq", lockedRq}, {"scx_bpf_cpuperf_cap", cpuperfCap}, {"scx_bpf_cpuperf_cur", cpuperfCur}, {"scx_bpf_cpuperf_set", cpuperfSet},
};
// clang-format on

std::span<const Function> Functions::cpuRows() { return Cpus::rows; }

} // namespace scx::sim
