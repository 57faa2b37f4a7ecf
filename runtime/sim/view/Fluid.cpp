// SPDX-License-Identifier: GPL-2.0-only
#include "sim/view/Fluid.h"

#include <algorithm>

namespace scx::sim {
namespace {

constexpr unsigned kFraction = 48; // 1024 CPUs above it fit into 64 bits, and 10000 tasks of weight 10000 get their share to 7 digits

} // namespace

void Fluid::advance(uint64_t now) {
    level += static_cast<Service>(rate) * (now - time);
    time = now;
}

void Fluid::settle(Weight &w) {
    bool hasWhole = static_cast<size_t>(&w - weights.data()) < whole;
    w.service += hasWhole ? static_cast<Service>(time - w.time) << kFraction : w.weight * (level - w.levelThen);
    w.time = time;
    w.levelThen = level;
}

Fluid::Weight &Fluid::of(uint32_t weight) {
    if (places.size() <= weight)
        places.resize(weight + 1);
    if (!places[weight]) {
        for (Weight &w : weights)
            settle(w);
        auto at = std::find_if(weights.begin(), weights.end(), [&](const Weight &w) { return w.weight < weight; });
        if (static_cast<size_t>(at - weights.begin()) < whole)
            ++whole;
        weights.insert(at, {weight, 0, 0, level, time});
        for (size_t i = 0; i < weights.size(); ++i)
            places[weights[i].weight] = static_cast<uint16_t>(i + 1);
    }
    return weights[places[weight] - 1u];
}

/// Who has a whole CPU, and how fast the others are served. From the heaviest on: once one is served by weight, so are all lighter ones.
void Fluid::divide() {
    size_t now = 0;
    uint64_t left = machine, others = total;
    if (runnable <= machine)
        now = weights.size();
    else
        while (now < weights.size() && weights[now].weight * left >= others) {
            left -= weights[now].runnable;
            others -= static_cast<uint64_t>(weights[now].weight) * weights[now].runnable;
            ++now;
        }
    for (size_t i = std::min(now, whole); i < std::max(now, whole); ++i)
        settle(weights[i]);
    whole = now;
    shared = now == weights.size() ? 0 : others;
    rate = shared ? (left << kFraction) / shared : 0;
}

void Fluid::cpus(uint64_t now, unsigned count) {
    advance(now);
    machine = count;
    divide();
}

Fluid::Service Fluid::enter(uint64_t now, uint32_t weight) {
    advance(now);
    Weight &w = of(weight);
    settle(w);
    ++w.runnable;
    ++runnable;
    total += weight;
    divide();
    return w.service;
}

uint64_t Fluid::leave(uint64_t now, uint32_t weight, Service entered, uint64_t wanted) {
    uint64_t got = served(now, weight, entered);
    Weight &w = of(weight);
    uint64_t beside = shared - (shared && static_cast<size_t>(&w - weights.data()) >= whole ? weight : 0);
    if (got > wanted && beside)
        level += (static_cast<Service>(got - wanted) << kFraction) / beside;
    --w.runnable;
    --runnable;
    total -= weight;
    divide();
    return std::min(got, wanted);
}

uint64_t Fluid::served(uint64_t now, uint32_t weight, Service entered) {
    advance(now);
    Weight &w = of(weight);
    settle(w);
    return static_cast<uint64_t>((w.service - entered + (Service(1) << (kFraction - 1))) >> kFraction);
}

} // namespace scx::sim
