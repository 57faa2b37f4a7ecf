// SPDX-License-Identifier: GPL-2.0-only
// How long did CPUs idle while somebody waited whom they could have run?
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace scx::sim {

/// At each moment as many CPUs are wasted as idle ones could have been given a waiting task each, with regard to which CPUs it may run on: a maximum matching. Time is summed over CPUs.
class Conservation {
  public:
    using CpuSet = std::vector<uint64_t>; // bit i % 64 of word i / 64

    /// CPUs are numbered from 0; all are online and idle.
    void begin(unsigned cpus);
    void idle(uint64_t now, int cpu, bool isIdle);
    /// A number for a set of CPUs, the same for equal ones; an empty set, and one of all CPUs, is 0.
    uint32_t affinity(const CpuSet &allowed);
    /// A task of this affinity begins to wait for a CPU, or waits no longer.
    void waits(uint64_t now, uint32_t affinity, bool begins);
    void advance(uint64_t now);

    uint64_t idleTime() const { return idleNs; }
    uint64_t wastedTime() const { return wastedNs; }

  private:
    unsigned wasted();
    bool place(uint32_t affinity);

    unsigned idleCpus = 0, waiting = 0, restricted = 0; // restricted: of those who wait, the ones that may not run everywhere
    CpuSet idleSet;
    std::map<CpuSet, uint32_t> numbers;
    std::vector<CpuSet> sets;        // by number
    std::vector<unsigned> waitingOf; // by number
    std::vector<uint32_t> bySize;    // numbers except 0, the smallest set first
    std::vector<int> given;          // while it is counted: to a task of which affinity a CPU went; -1: to none
    CpuSet tried;
    uint64_t time = 0, idleNs = 0, wastedNs = 0;
};

} // namespace scx::sim
