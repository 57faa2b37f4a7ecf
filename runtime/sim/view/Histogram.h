// SPDX-License-Identifier: GPL-2.0-only
// How are many values spread? In little memory, whatever their number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace scx::sim {

/// Log-linear: eight buckets for each doubling, each of which knows the sum of its values. A percentile is the mean of the bucket it falls into: exact while all
/// values of that bucket are equal, and never off by more than an eighth. Room is taken only for doublings in which there are values.
class Histogram {
  public:
    void add(uint64_t value);
    void add(const Histogram &other);

    uint64_t count() const { return values; }
    uint64_t sum() const { return total; }
    uint64_t max() const { return largest; }
    /// The smallest value that at least `permille` (1 to 1000) of 1000 values do not exceed, as exactly as said above; 0 if there is no value.
    uint64_t percentile(unsigned permille) const;

  private:
    struct Bucket {
        uint64_t count = 0, sum = 0;
    };
    static constexpr unsigned kBits = 3, kParts = 1 << kBits, kDoublings = 65 - kBits; // the first holds 0 to 7, one each
    using Doubling = std::array<Bucket, kParts>;
    Doubling &doubling(unsigned number);

    std::array<uint8_t, kDoublings> places{}; // of a doubling: 1 + its index below; 0: it has no values
    std::vector<Doubling> doublings;
    uint64_t values = 0, total = 0, largest = 0;
};

} // namespace scx::sim
