// SPDX-License-Identifier: GPL-2.0-only
#include "sim/view/Conservation.h"

#include <algorithm>
#include <bit>

namespace scx::sim {
namespace {

unsigned sizeOf(const Conservation::CpuSet &set) {
    unsigned size = 0;
    for (uint64_t word : set)
        size += static_cast<unsigned>(std::popcount(word));
    return size;
}

} // namespace

void Conservation::begin(unsigned cpus) {
    idleCpus = cpus;
    idleSet.assign((cpus + 63) / 64, ~0ull);
    if (cpus % 64)
        idleSet.back() = (1ull << cpus % 64) - 1;
    sets = {idleSet};
    waitingOf = {0};
    numbers = {{idleSet, 0}};
    given.resize(cpus);
}

uint32_t Conservation::affinity(const CpuSet &allowed) {
    if (allowed.empty())
        return 0;
    CpuSet set = allowed;
    set.resize(idleSet.size());
    for (size_t i = 0; i < set.size(); ++i)
        set[i] &= sets[0][i];
    auto [found, isNew] = numbers.emplace(set, static_cast<uint32_t>(sets.size()));
    if (isNew) {
        bySize.insert(std::upper_bound(bySize.begin(), bySize.end(), sizeOf(set), [&](unsigned size, uint32_t other) { return size < sizeOf(sets[other]); }),
                      found->second);
        sets.push_back(set);
        waitingOf.push_back(0);
    }
    return found->second;
}

/// Kuhn's algorithm, one augmenting path: a CPU for a task of this affinity, if need be one that another can do without.
bool Conservation::place(uint32_t affinity) {
    for (size_t word = 0; word < tried.size(); ++word)
        while (uint64_t left = sets[affinity][word] & idleSet[word] & ~tried[word]) {
            size_t cpu = word * 64 + static_cast<size_t>(std::countr_zero(left));
            tried[word] |= left & -left;
            if (given[cpu] < 0 || place(static_cast<uint32_t>(given[cpu]))) {
                given[cpu] = static_cast<int>(affinity);
                return true;
            }
        }
    return false;
}

/// Those who may run everywhere take what the others leave.
unsigned Conservation::wasted() {
    unsigned placed = 0;
    if (restricted) {
        std::fill(given.begin(), given.end(), -1);
        for (uint32_t affinity : bySize)
            for (unsigned i = 0; i < waitingOf[affinity]; ++i, ++placed) {
                tried.assign(idleSet.size(), 0);
                if (!place(affinity))
                    break;
            }
    }
    return placed + std::min(idleCpus - placed, waiting - restricted);
}

void Conservation::advance(uint64_t now) {
    uint64_t passed = now - time;
    time = now;
    if (!passed || !idleCpus)
        return;
    idleNs += passed * idleCpus;
    if (waiting)
        wastedNs += passed * wasted();
}

void Conservation::idle(uint64_t now, int cpu, bool isIdle) {
    auto number = static_cast<size_t>(cpu);
    uint64_t bit = 1ull << number % 64, &word = idleSet[number / 64];
    if (((word & bit) != 0) == isIdle)
        return;
    advance(now);
    word ^= bit;
    idleCpus += isIdle ? 1 : -1u;
}

void Conservation::waits(uint64_t now, uint32_t affinity, bool begins) {
    advance(now);
    unsigned by = begins ? 1 : -1u;
    waiting += by;
    waitingOf[affinity] += by;
    if (affinity)
        restricted += by;
}

} // namespace scx::sim
