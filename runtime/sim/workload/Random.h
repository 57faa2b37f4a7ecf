// SPDX-License-Identifier: GPL-2.0-only
// Chance that is the same on every machine: integers only, since the last bits of libm's functions differ between machines.
#pragma once

#include <cstdint>
#include <string_view>

namespace scx::sim {

/// A stream of numbers of its own. Each task has one, so that what it draws does not hang on who runs before it: two policies see the same work.
class Random {
  public:
    /// Streams of other names or indices have nothing to do with each other.
    Random(uint64_t seed, std::string_view name, uint64_t index = 0);

    uint64_t bits(); // 64
    /// From 0 to below `end`, which is at least 1.
    uint64_t below(uint64_t end);
    /// The time to the next of events that come independently of each other, on average each `mean` (below 2^40): exponentially distributed.
    uint64_t exponential(uint64_t mean);
    /// Log-normally distributed around `median` (below 2^40): in two of three cases between median * 2^-spread and median * 2^spread, where spread is eighths / 8. From 0 to 16 eighths.
    uint64_t logNormal(uint64_t median, unsigned eighths);

  private:
    uint64_t state;
};

} // namespace scx::sim
