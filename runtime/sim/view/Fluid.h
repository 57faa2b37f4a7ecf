// SPDX-License-Identifier: GPL-2.0-only
// How much CPU time would each task have under an ideal scheduler?
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace scx::sim {

/// The fluid machine of generalized processor sharing (Parekh and Gallager 1993) with several CPUs: at each moment those who are runnable divide the CPUs by
/// weight, nobody more than one CPU; what the heavy ones cannot take is divided among the others (water-filling). Affinity, groups and capacities of CPUs are not in it.
/// Tasks of one weight get the same, so what is kept is by weight; a task remembers where its weight stood when it came. A change of who is runnable costs
/// a division and a step for each weight whose tasks have a whole CPU from then on, or no longer.
class Fluid {
  public:
    using Service = unsigned __int128; // ns in units of 2^-48, since the beginning

    /// How many CPUs there are, from now on.
    void cpus(uint64_t now, unsigned count);
    /// A task of this weight (1 to 10000) becomes runnable; returns what leave() and served() want.
    Service enter(uint64_t now, uint32_t weight);
    /// It no longer is; returns ns it would have had since, but no more than it `wanted`: the rest goes to those beside it who are served by weight.
    uint64_t leave(uint64_t now, uint32_t weight, Service entered, uint64_t wanted = ~0ull);
    /// What it would have had up to now, while it stays.
    uint64_t served(uint64_t now, uint32_t weight, Service entered);

  private:
    struct Weight {
        uint32_t weight = 0, runnable = 0;
        Service service = 0; // what one task of this weight would have had, up to `time`
        Service levelThen = 0;
        uint64_t time = 0;
    };
    Weight &of(uint32_t weight);
    void advance(uint64_t now);
    void settle(Weight &w);
    void divide();

    std::vector<Weight> weights;                   // the heaviest first
    std::vector<uint16_t> places;                  // by weight: 1 + its index above
    size_t whole = 0;                              // so many of the first have one CPU for each task
    uint64_t total = 0, runnable = 0, machine = 0; // the sum of the weights of who is runnable, their number; CPUs
    uint64_t shared = 0;                           // the sum of the weights of who is served by weight
    uint64_t rate = 0;                             // ns, in units of 2^-48, that one of weight 1 gets in a ns
    Service level = 0;                             // its integral
    uint64_t time = 0;
};

} // namespace scx::sim
