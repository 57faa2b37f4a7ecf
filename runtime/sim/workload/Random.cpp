// SPDX-License-Identifier: GPL-2.0-only
#include "sim/workload/Random.h"

#include <array>
#include <bit>

namespace scx::sim {
namespace {

__extension__ typedef unsigned __int128 Wide;

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
constexpr uint64_t mix(uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

/// log2 of x, which is not 0, with 32 bits behind the point: the whole part is the highest bit's, each bit behind it comes from squaring.
constexpr uint64_t log2(uint64_t x) {
    const int whole = 63 - std::countl_zero(x);
    uint64_t rest = x << (63 - whole), result = static_cast<uint64_t>(whole); // rest: 1 to below 2, 63 bits behind the point
    for (int bit = 0; bit < 32; ++bit) {
        const Wide square = static_cast<Wide>(rest) * rest >> 63;
        const bool two = square >> 64 != 0;
        rest = static_cast<uint64_t>(two ? square >> 1 : square);
        result = result << 1 | (two ? 1 : 0);
    }
    return result;
}

constexpr uint64_t root(Wide x) {
    uint64_t r = 0;
    for (uint64_t bit = uint64_t{1} << 63; bit; bit >>= 1)
        if (static_cast<Wide>(r | bit) * (r | bit) <= x)
            r |= bit;
    return r;
}

/// 2^(1/2), 2^(1/4), … with 62 bits behind the point.
constexpr std::array<uint64_t, 32> kRoots = [] {
    std::array<uint64_t, 32> roots{};
    uint64_t last = uint64_t{2} << 62;
    for (uint64_t &r : roots)
        last = r = root(static_cast<Wide>(last) << 62);
    return roots;
}();

/// 2^x for x from 0 to below 1 with 32 bits behind the point; the result has 62.
constexpr uint64_t exp2(uint32_t x) {
    uint64_t result = uint64_t{1} << 62;
    for (int bit = 0; bit < 32; ++bit)
        if (x >> (31 - bit) & 1)
            result = static_cast<uint64_t>(static_cast<Wide>(result) * kRoots[static_cast<size_t>(bit)] >> 62);
    return result;
}

static_assert(log2(1) == 0 && log2(8) == uint64_t{3} << 32 && exp2(0) == uint64_t{1} << 62);

constexpr uint64_t kLn2 = 2'977'044'472; // ln 2, 32 bits behind the point

} // namespace

Random::Random(uint64_t seed, std::string_view name, uint64_t index) : state(mix(seed + 0x9e3779b97f4a7c15)) {
    for (char c : name)
        state = mix(state ^ static_cast<unsigned char>(c));
    state = mix(state ^ mix(index + 1));
}

uint64_t Random::bits() { return mix(state += 0x9e3779b97f4a7c15); }

uint64_t Random::below(uint64_t end) { return static_cast<uint64_t>(static_cast<Wide>(bits()) * end >> 64); }

uint64_t Random::exponential(uint64_t mean) {
    const uint64_t minusLog2 = (uint64_t{64} << 32) - log2(bits() | 1); // -log2 of a number between 0 and 1
    const uint64_t minusLn = static_cast<uint64_t>(static_cast<Wide>(minusLog2) * kLn2 >> 32);
    return static_cast<uint64_t>(static_cast<Wide>(mean) * minusLn >> 32);
}

uint64_t Random::logNormal(uint64_t median, unsigned eighths) {
    int64_t normal = -(int64_t{6} << 32); // twelve numbers between 0 and 1 less six are very nearly normally distributed: mean 0, deviation 1
    for (int i = 0; i < 12; ++i)
        normal += static_cast<int64_t>(bits() >> 32);
    const int64_t power = normal * static_cast<int64_t>(eighths) / 8; // of 2, 32 bits behind the point; between -12 and 12
    const int64_t whole = power >> 32;
    const Wide scaled = static_cast<Wide>(median) * exp2(static_cast<uint32_t>(power)) >> 32; // 30 bits behind the point
    return static_cast<uint64_t>(whole < 0 ? scaled >> (30 - whole) : (scaled << whole) >> 30);
}

} // namespace scx::sim
