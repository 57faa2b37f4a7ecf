// SPDX-License-Identifier: GPL-2.0-only
// Kernel functions that every kind of program may call (kernel/bpf/helpers.c, bpf_iter.c): locks, references, numbers, casts.
#include "sim/bpf/Calls.h"

#include <bit>
#include <cerrno>
#include <cstring>

namespace scx::sim {
namespace {

// Nothing else runs while a program runs: what keeps others out has nothing to do.
void nothing(Execution &) {}

// The begin of a struct is enough to tell it from what is none.
task_struct *taskAt(Execution &execution, uint64_t at) { return static_cast<task_struct *>(execution.memory(at, 8, Access::Read, "a task")); }
cgroup *groupAt(Execution &execution, uint64_t at) { return static_cast<cgroup *>(execution.memory(at, 8, Access::Read, "a cgroup")); }

uint64_t holdTask(Execution &execution, uint64_t task) {
    execution.host.hold(taskAt(execution, task));
    return task;
}

void dropTask(Execution &execution, uint64_t task) { execution.host.drop(taskAt(execution, task)); }

uint64_t holdGroup(Execution &execution, uint64_t group) {
    execution.host.hold(groupAt(execution, group));
    return group;
}

void dropGroup(Execution &execution, uint64_t group) { execution.host.drop(groupAt(execution, group)); }

uint64_t ancestor(Execution &execution, uint64_t at, int32_t level) {
    cgroup *group = groupAt(execution, at);
    if (level < 0 || level > group->level)
        return 0;
    execution.host.hold(group->ancestors[level]);
    return reinterpret_cast<uint64_t>(group->ancestors[level]);
}

int64_t under(Execution &execution, uint64_t task, uint64_t at) {
    const css_set *set = taskAt(execution, task)->cgroups;
    const cgroup *above = groupAt(execution, at), *own = set ? set->dfl_cgrp : nullptr;
    return own && above->level <= own->level && own->ancestors[above->level] == above;
}

struct Numbers { // struct bpf_iter_num_kern
    int32_t current, end;
};

Numbers &numbersAt(Execution &execution, uint64_t at) { return *execution.memory<Numbers>(at, Access::Write, "an iterator"); }

int32_t numbersNew(Execution &execution, uint64_t at, int32_t begin, int32_t end) {
    Numbers &numbers = numbersAt(execution, at);
    numbers = {0, 0};
    if (begin > end)
        return -EINVAL;
    if (int64_t{end} - begin > Execution::kLoops)
        return -E2BIG;
    numbers = {begin - 1, end}; // the first step makes it `begin`
    return 0;
}

uint64_t numbersNext(Execution &execution, uint64_t at) {
    Numbers &numbers = numbersAt(execution, at);
    if (int64_t{numbers.current} + 1 >= numbers.end) {
        numbers = {0, 0};
        return 0;
    }
    ++numbers.current;
    return at;
}

void numbersDestroy(Execution &execution, uint64_t at) { numbersAt(execution, at) = {0, 0}; }

struct Bits { // struct bpf_iter_bits_kern; longer ones are copied there, and only up to here
    uint64_t bits;
    int32_t current, count;
};

Bits &bitsAt(Execution &execution, uint64_t at) { return *execution.memory<Bits>(at, Access::Write, "an iterator"); }

int32_t bitsNew(Execution &execution, uint64_t at, uint64_t words, uint32_t count) {
    Bits &bits = bitsAt(execution, at);
    bits = {};
    if (!words || !count)
        return -EINVAL;
    if (count > 1)
        execution.fault("iterates over the bits of " + std::to_string(count) + " words; the simulator has this for one");
    if (!execution.arena.allows(words, 8, Access::Read))
        return -EFAULT;
    std::memcpy(&bits.bits, reinterpret_cast<const void *>(words), 8);
    bits.current = -1;
    bits.count = 64;
    return 0;
}

uint64_t bitsNext(Execution &execution, uint64_t at) {
    Bits &bits = bitsAt(execution, at);
    int32_t from = bits.current + 1;
    if (bits.count == 0 || from >= bits.count || !(bits.bits >> from)) {
        bits.count = 0;
        return 0;
    }
    bits.current = from + std::countr_zero(bits.bits >> from);
    return at + offsetof(Bits, current);
}

void bitsDestroy(Execution &execution, uint64_t at) { bitsAt(execution, at) = {}; }

uint64_t same(Execution &, uint64_t object) { return object; }

void saveInterrupts(Execution &execution, uint64_t flags) { *execution.memory<uint64_t>(flags, Access::Write, "room for flags") = 0; }
void restoreInterrupts(Execution &execution, uint64_t flags) { execution.memory<uint64_t>(flags, Access::Read, "flags"); }

constexpr KernelFunctionRow kRows[] = {
    {"bpf_rcu_read_lock", callAs<nothing>, "nothing else runs meanwhile"},
    {"bpf_rcu_read_unlock", callAs<nothing>},
    {"bpf_preempt_disable", callAs<nothing>},
    {"bpf_preempt_enable", callAs<nothing>},
    {"bpf_local_irq_save", callAs<saveInterrupts>},
    {"bpf_local_irq_restore", callAs<restoreInterrupts>},
    {"bpf_task_acquire", callAs<holdTask>},
    {"bpf_task_release", callAs<dropTask>},
    {"bpf_cgroup_acquire", callAs<holdGroup>},
    {"bpf_cgroup_release", callAs<dropGroup>},
    {"bpf_cgroup_ancestor", callAs<ancestor>},
    {"bpf_task_under_cgroup", callAs<under>},
    {"bpf_iter_num_new", callAs<numbersNew>},
    {"bpf_iter_num_next", callAs<numbersNext>},
    {"bpf_iter_num_destroy", callAs<numbersDestroy>},
    {"bpf_iter_bits_new", callAs<bitsNew>, "one word"},
    {"bpf_iter_bits_next", callAs<bitsNext>},
    {"bpf_iter_bits_destroy", callAs<bitsDestroy>},
    {"bpf_cast_to_kern_ctx", callAs<same>},
    {"bpf_rdonly_cast", callAs<same>},
};

} // namespace

std::span<const KernelFunctionRow> commonFunctions() { return kRows; }

} // namespace scx::sim
