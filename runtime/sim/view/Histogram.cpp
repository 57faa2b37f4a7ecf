// SPDX-License-Identifier: GPL-2.0-only
#include "sim/view/Histogram.h"

#include <algorithm>
#include <bit>

namespace scx::sim {

Histogram::Doubling &Histogram::doubling(unsigned number) {
    uint8_t &place = places[number];
    if (!place) {
        doublings.emplace_back();
        place = static_cast<uint8_t>(doublings.size());
    }
    return doublings[place - 1];
}

void Histogram::add(uint64_t value) {
    unsigned highest = value < kParts ? kBits - 1 : static_cast<unsigned>(std::bit_width(value)) - 1;
    unsigned number = highest - (kBits - 1), shift = number ? number - 1 : 0;
    Bucket &bucket = doubling(number)[value >> shift & (kParts - 1)];
    ++bucket.count;
    bucket.sum += value;
    ++values;
    total += value;
    largest = std::max(largest, value);
}

void Histogram::add(const Histogram &other) {
    for (unsigned number = 0; number < kDoublings; ++number)
        if (other.places[number]) {
            const Doubling &theirs = other.doublings[other.places[number] - 1u];
            Doubling &ours = doubling(number);
            for (unsigned i = 0; i < kParts; ++i) {
                ours[i].count += theirs[i].count;
                ours[i].sum += theirs[i].sum;
            }
        }
    values += other.values;
    total += other.total;
    largest = std::max(largest, other.largest);
}

uint64_t Histogram::percentile(unsigned permille) const {
    uint64_t rank = std::clamp<uint64_t>((values * permille + 999) / 1000, 1, std::max<uint64_t>(values, 1)), seen = 0;
    for (uint8_t place : places)
        if (place)
            for (const Bucket &bucket : doublings[place - 1u])
                if ((seen += bucket.count) >= rank)
                    return (bucket.sum + bucket.count / 2) / bucket.count;
    return 0;
}

} // namespace scx::sim
