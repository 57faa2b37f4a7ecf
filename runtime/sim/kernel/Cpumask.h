// SPDX-License-Identifier: GPL-2.0-only
// Sets of CPUs as the kernel keeps them (include/linux/cpumask.h). `words`: how many 64-bit words the machine's CPUs take.
#pragma once

#include "sim/kernel/types.h"

#include <bit>

namespace scx::sim {

inline bool testCpu(const cpumask &mask, int cpu) { return mask.bits[cpu / 64] >> (cpu % 64) & 1; }
inline void setCpu(cpumask &mask, int cpu) { mask.bits[cpu / 64] |= 1ul << (cpu % 64); }
inline void clearCpu(cpumask &mask, int cpu) { mask.bits[cpu / 64] &= ~(1ul << (cpu % 64)); }

/// The first CPU from `from` on that is in both, -1 if there is none.
inline int nextCpu(const cpumask &a, const cpumask &b, int from, int words) {
    for (int word = from / 64; word < words; ++word) {
        unsigned long bits = a.bits[word] & b.bits[word];
        if (word == from / 64)
            bits &= ~0ul << (from % 64);
        if (bits)
            return word * 64 + std::countr_zero(bits);
    }
    return -1;
}
inline int nextCpu(const cpumask &a, int from, int words) { return nextCpu(a, a, from, words); }

inline bool emptyCpus(const cpumask &mask, int words) {
    for (int word = 0; word < words; ++word)
        if (mask.bits[word])
            return false;
    return true;
}

inline int countCpus(const cpumask &mask, int words) {
    int count = 0;
    for (int word = 0; word < words; ++word)
        count += std::popcount(mask.bits[word]);
    return count;
}

template <typename Use> void eachCpu(const cpumask &mask, int words, Use use) {
    for (int cpu = nextCpu(mask, 0, words); cpu >= 0; cpu = nextCpu(mask, cpu + 1, words))
        use(cpu);
}

} // namespace scx::sim
