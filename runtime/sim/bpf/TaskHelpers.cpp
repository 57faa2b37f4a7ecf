// SPDX-License-Identifier: GPL-2.0-only
// Helpers that ask who and where: the running task, the CPU, the time (kernel/bpf/helpers.c, kernel/trace/bpf_trace.c).
#include "sim/bpf/Calls.h"

#include <cerrno>
#include <cstring>

namespace scx::sim {
namespace {

uint64_t now(Execution &execution) { return execution.host.now(); }
uint64_t jiffies(Execution &execution) { return execution.host.now() / execution.host.tickLength(); }
uint64_t coarse(Execution &execution) { return jiffies(execution) * execution.host.tickLength(); } // as of the last tick
uint32_t random(Execution &execution) { return static_cast<uint32_t>(execution.host.random()); }
uint32_t cpu(Execution &execution) { return static_cast<uint32_t>(execution.cpu); }
uint64_t task(Execution &execution) { return reinterpret_cast<uint64_t>(execution.host.current()); }

uint64_t ids(Execution &execution) {
    const task_struct *current = execution.host.current();
    return uint64_t{static_cast<uint32_t>(current->tgid)} << 32 | static_cast<uint32_t>(current->pid);
}

uint64_t userAndGroup(Execution &execution) {
    const cred *credentials = execution.host.current()->cred;
    return credentials ? uint64_t{credentials->gid.val} << 32 | credentials->uid.val : 0;
}

int64_t name(Execution &execution, uint64_t buffer, uint32_t size) {
    if (size == 0)
        return -EINVAL;
    auto *to = static_cast<char *>(execution.memory(buffer, size, Access::Write, "room for a name"));
    std::memset(to, 0, size);
    std::memcpy(to, execution.host.current()->comm, strnlen(execution.host.current()->comm, std::min<size_t>(size - 1, TASK_COMM_LEN)));
    return 0;
}

const cgroup *group(Execution &execution) {
    const css_set *set = execution.host.current()->cgroups;
    return set ? set->dfl_cgrp : nullptr;
}

uint64_t idOf(const cgroup *group) { return group && group->kn ? group->kn->id : 0; }

uint64_t groupId(Execution &execution) { return idOf(group(execution)); }

uint64_t ancestorId(Execution &execution, int32_t level) {
    const cgroup *own = group(execution);
    return own && level >= 0 && level <= own->level ? idOf(own->ancestors[level]) : 0;
}

int32_t node(Execution &execution) {
    const void *variable = execution.host.variable("numa_node", execution.cpu);
    int32_t value = 0;
    if (variable)
        std::memcpy(&value, variable, sizeof value);
    return value;
}

uint64_t variableOf(Execution &execution, uint64_t address, uint32_t cpu) {
    auto it = execution.perCpuVariables.find(address);
    if (it == execution.perCpuVariables.end())
        execution.fault("asks for a variable of a CPU that is none: " + execution.arena.describe(address));
    if (cpu >= static_cast<uint32_t>(execution.host.cpuCount()))
        return 0;
    return reinterpret_cast<uint64_t>(execution.host.variable(it->second, static_cast<int>(cpu)));
}

uint64_t variableHere(Execution &execution, uint64_t address) { return variableOf(execution, address, static_cast<uint32_t>(execution.cpu)); }

constexpr HelperRow kRows[] = {
    {5, "ktime_get_ns", callAs<now>, "virtual time"},
    {7, "get_prandom_u32", callAs<random>, "from the simulation's seed"},
    {8, "get_smp_processor_id", callAs<cpu>, "part of the program's own code"},
    {14, "get_current_pid_tgid", callAs<ids>},
    {15, "get_current_uid_gid", callAs<userAndGroup>},
    {16, "get_current_comm", callAs<name>},
    {35, "get_current_task", callAs<task>},
    {42, "get_numa_node_id", callAs<node>},
    {80, "get_current_cgroup_id", callAs<groupId>},
    {118, "jiffies64", callAs<jiffies>, "as many a second as the simulated kernel has ticks"},
    {123, "get_current_ancestor_cgroup_id", callAs<ancestorId>},
    {125, "ktime_get_boot_ns", callAs<now>, "the same as ktime_get_ns"},
    {153, "per_cpu_ptr", callAs<variableOf>},
    {154, "this_cpu_ptr", callAs<variableHere>},
    {158, "get_current_task_btf", callAs<task>},
    {160, "ktime_get_coarse_ns", callAs<coarse>, "as of the last tick"},
    {208, "ktime_get_tai_ns", callAs<now>, "the same as ktime_get_ns"},
};

} // namespace

std::span<const HelperRow> taskHelpers() { return kRows; }

} // namespace scx::sim
