// SPDX-License-Identifier: GPL-2.0-only
// Masks of CPUs (kernel/bpf/cpumask.c).
#include "sim/bpf/Calls.h"

#include <cstring>

namespace scx::sim {
namespace {

constexpr size_t kWords = SCX_SIM_MAX_CPUS / 64;

struct OwnMask { // struct bpf_cpumask
    cpumask mask;
    uint32_t usage;
};

const cpumask &maskAt(Execution &execution, uint64_t at) { return *execution.memory<cpumask>(at, Access::Read, "a mask of CPUs"); }

/// One that programs made: only those may be changed.
cpumask &ownMaskAt(Execution &execution, uint64_t at) {
    if (!execution.masks.count(at))
        execution.fault("changes a mask of CPUs that bpf_cpumask_create did not give: " + execution.arena.describe(at));
    return reinterpret_cast<OwnMask *>(at)->mask;
}

uint32_t cpus(Execution &execution) { return static_cast<uint32_t>(execution.host.cpuCount()); }
bool has(const cpumask &mask, uint32_t cpu) { return mask.bits[cpu / 64] >> (cpu % 64) & 1; }

void set(cpumask &mask, uint32_t cpu, bool on) {
    uint64_t bit = uint64_t{1} << (cpu % 64);
    mask.bits[cpu / 64] = on ? mask.bits[cpu / 64] | bit : mask.bits[cpu / 64] & ~bit;
}

/// The first CPU from `from` on for which all masks say `wanted`; the number of CPUs if there is none.
template <typename... Mask> uint32_t next(Execution &execution, uint32_t from, bool wanted, const Mask &...masks) {
    uint32_t count = cpus(execution);
    for (uint32_t cpu = from; cpu < count;) {
        uint64_t word = ~uint64_t{0};
        for (const cpumask *mask : {&masks...})
            word &= wanted ? mask->bits[cpu / 64] : ~mask->bits[cpu / 64];
        word &= ~uint64_t{0} << (cpu % 64);
        if (word)
            return std::min(cpu / 64 * 64 + static_cast<uint32_t>(__builtin_ctzll(word)), count);
        cpu = (cpu / 64 + 1) * 64;
    }
    return count;
}

/// The next one after the one that was found last on this CPU, so that all get their turn.
template <typename... Mask> uint32_t distribute(Execution &execution, const Mask &...masks) {
    int32_t &last = execution.lastDistributed[static_cast<size_t>(execution.cpu)];
    uint32_t found = next(execution, static_cast<uint32_t>(last + 1), true, masks...);
    if (found == cpus(execution))
        found = next(execution, 0, true, masks...);
    if (found < cpus(execution))
        last = static_cast<int32_t>(found);
    return found;
}

template <typename Combine> bool combine(Execution &execution, uint64_t to, uint64_t one, uint64_t two, Combine with) {
    cpumask &result = ownMaskAt(execution, to);
    const cpumask &first = maskAt(execution, one), &second = maskAt(execution, two);
    uint64_t any = 0;
    for (size_t i = 0; i < kWords; ++i)
        any |= result.bits[i] = with(first.bits[i], second.bits[i]);
    return any != 0;
}

uint64_t create(Execution &execution) {
    auto at = reinterpret_cast<uint64_t>(execution.arena.allocate(sizeof(OwnMask), Access::Read, "a mask of CPUs"));
    execution.masks[at] = 1;
    return at;
}

uint64_t acquire(Execution &execution, uint64_t mask) {
    ownMaskAt(execution, mask);
    ++execution.masks[mask];
    return mask;
}

void release(Execution &execution, uint64_t mask) { execution.dropMask(mask); }
uint32_t first(Execution &execution, uint64_t mask) { return next(execution, 0, true, maskAt(execution, mask)); }
uint32_t firstZero(Execution &execution, uint64_t mask) { return next(execution, 0, false, maskAt(execution, mask)); }
uint32_t firstAnd(Execution &execution, uint64_t one, uint64_t two) { return next(execution, 0, true, maskAt(execution, one), maskAt(execution, two)); }
uint32_t any(Execution &execution, uint64_t mask) { return distribute(execution, maskAt(execution, mask)); }
uint32_t anyAnd(Execution &execution, uint64_t one, uint64_t two) { return distribute(execution, maskAt(execution, one), maskAt(execution, two)); }

void setCpu(Execution &execution, uint32_t cpu, uint64_t mask) {
    if (cpumask &own = ownMaskAt(execution, mask); cpu < cpus(execution))
        set(own, cpu, true);
}

void clearCpu(Execution &execution, uint32_t cpu, uint64_t mask) {
    if (cpumask &own = ownMaskAt(execution, mask); cpu < cpus(execution))
        set(own, cpu, false);
}

bool testCpu(Execution &execution, uint32_t cpu, uint64_t mask) {
    const cpumask &of = maskAt(execution, mask);
    return cpu < cpus(execution) && has(of, cpu);
}

bool testAndSet(Execution &execution, uint32_t cpu, uint64_t mask) {
    bool before = testCpu(execution, cpu, mask);
    setCpu(execution, cpu, mask);
    return before;
}

bool testAndClear(Execution &execution, uint32_t cpu, uint64_t mask) {
    bool before = testCpu(execution, cpu, mask);
    clearCpu(execution, cpu, mask);
    return before;
}

void setAll(Execution &execution, uint64_t mask) {
    cpumask &own = ownMaskAt(execution, mask);
    own = {};
    for (uint32_t cpu = 0; cpu < cpus(execution); ++cpu)
        set(own, cpu, true);
}

void clear(Execution &execution, uint64_t mask) { ownMaskAt(execution, mask) = {}; }
bool bothOf(Execution &execution, uint64_t to, uint64_t one, uint64_t two) {
    return combine(execution, to, one, two, [](uint64_t a, uint64_t b) { return a & b; });
}
void eitherOf(Execution &execution, uint64_t to, uint64_t one, uint64_t two) {
    combine(execution, to, one, two, [](uint64_t a, uint64_t b) { return a | b; });
}
void oneOf(Execution &execution, uint64_t to, uint64_t one, uint64_t two) {
    combine(execution, to, one, two, [](uint64_t a, uint64_t b) { return a ^ b; });
}
bool equal(Execution &execution, uint64_t one, uint64_t two) { return std::memcmp(&maskAt(execution, one), &maskAt(execution, two), sizeof(cpumask)) == 0; }
bool intersects(Execution &execution, uint64_t one, uint64_t two) { return firstAnd(execution, one, two) < cpus(execution); }

bool subset(Execution &execution, uint64_t one, uint64_t two) {
    const cpumask &first = maskAt(execution, one), &second = maskAt(execution, two);
    for (size_t i = 0; i < kWords; ++i)
        if (first.bits[i] & ~second.bits[i])
            return false;
    return true;
}

bool empty(Execution &execution, uint64_t mask) { return first(execution, mask) == cpus(execution); }
bool full(Execution &execution, uint64_t mask) { return firstZero(execution, mask) == cpus(execution); }
void copy(Execution &execution, uint64_t to, uint64_t from) { ownMaskAt(execution, to) = maskAt(execution, from); }

uint32_t weight(Execution &execution, uint64_t mask) {
    uint32_t sum = 0;
    for (unsigned long word : maskAt(execution, mask).bits)
        sum += static_cast<uint32_t>(__builtin_popcountll(word));
    return sum;
}

constexpr KernelFunctionRow kRows[] = {
    {"bpf_cpumask_create", callAs<create>},
    {"bpf_cpumask_acquire", callAs<acquire>},
    {"bpf_cpumask_release", callAs<release>},
    {"bpf_cpumask_first", callAs<first>},
    {"bpf_cpumask_first_zero", callAs<firstZero>},
    {"bpf_cpumask_first_and", callAs<firstAnd>},
    {"bpf_cpumask_set_cpu", callAs<setCpu>},
    {"bpf_cpumask_clear_cpu", callAs<clearCpu>},
    {"bpf_cpumask_test_cpu", callAs<testCpu>},
    {"bpf_cpumask_test_and_set_cpu", callAs<testAndSet>},
    {"bpf_cpumask_test_and_clear_cpu", callAs<testAndClear>},
    {"bpf_cpumask_setall", callAs<setAll>},
    {"bpf_cpumask_clear", callAs<clear>},
    {"bpf_cpumask_and", callAs<bothOf>},
    {"bpf_cpumask_or", callAs<eitherOf>},
    {"bpf_cpumask_xor", callAs<oneOf>},
    {"bpf_cpumask_equal", callAs<equal>},
    {"bpf_cpumask_intersects", callAs<intersects>},
    {"bpf_cpumask_subset", callAs<subset>},
    {"bpf_cpumask_empty", callAs<empty>},
    {"bpf_cpumask_full", callAs<full>},
    {"bpf_cpumask_copy", callAs<copy>},
    {"bpf_cpumask_any_distribute", callAs<any>},
    {"bpf_cpumask_any_and_distribute", callAs<anyAnd>},
    {"bpf_cpumask_weight", callAs<weight>},
};

} // namespace

std::span<const KernelFunctionRow> maskFunctions() { return kRows; }

} // namespace scx::sim
