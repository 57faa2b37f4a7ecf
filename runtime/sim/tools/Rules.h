// SPDX-License-Identifier: GPL-2.0-only
// By which of a policy's rules was a task placed? Its own counters of hits tell, right after it was asked.
#pragma once

#include "object/Object.h"
#include "sim/bpf/Object.h"

#include <vector>

namespace scx::sim {

class Rules {
  public:
    /// The object outlives it, and keeps statistics.
    Rules(const ObjectInfo &info, const Object &object);
    /// The rule whose count on this CPU grew since the last call for this CPU; -1: none.
    int hit(int cpu);

  private:
    struct Counter {
        const uint64_t *first = nullptr; // of CPU 0; null: the object keeps none
        size_t stride = 0;               // to the next CPU's, in numbers
    };
    std::vector<Counter> counters;
    std::vector<std::vector<uint64_t>> seen; // by CPU and rule
};

} // namespace scx::sim
