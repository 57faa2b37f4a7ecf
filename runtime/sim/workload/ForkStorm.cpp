// SPDX-License-Identifier: GPL-2.0-only
#include "sim/workload/Builtin.h"
#include "sim/workload/Random.h"
#include "sim/workload/Script.h"

namespace scx::sim {
namespace {

/// What wait4 waits for: as many children as were forked and not waited for yet.
struct Children {
    unsigned alive = 0;
    WaitList parent;
};

/// Begins as a copy of its parent, executes a program, and one in four starts a child of its own for a part of the work.
Script child(Random random, std::shared_ptr<Children> siblings, unsigned depth) {
    World &world = co_await theWorld;
    co_yield run(60 * kMicrosecond);
    world.setComm(world.self(), depth ? "as" : "cc");
    auto own = std::make_shared<Children>();
    co_yield run(random.logNormal(700 * kMicrosecond, 8));
    if (depth < 2 && random.below(4) == 0) {
        ++own->alive;
        world.fork({.comm = "cc", .group = "child"}, perform(child(Random(random.bits(), "child"), own, depth + 1)));
    }
    while (own->alive)
        co_yield waitIn(own->parent);
    co_yield run(20 * kMicrosecond);
    --siblings->alive;
    siblings->parent.release(world);
}

/// A child after the other, each waited for.
Script shell(Random random) {
    World &world = co_await theWorld;
    auto children = std::make_shared<Children>();
    for (;;) {
        co_yield run(150 * kMicrosecond);
        ++children->alive;
        world.fork({.comm = "sh", .group = "child"}, perform(child(Random(random.bits(), "child"), children, 0)));
        while (children->alive)
            co_yield waitIn(children->parent);
        co_yield sleepUntil(world.now() + random.exponential(2 * kMillisecond));
    }
}

/// As many children at once as it was told, until all are done; then the next lot.
Script make(Random random, unsigned jobs) {
    World &world = co_await theWorld;
    auto children = std::make_shared<Children>();
    for (;;) {
        while (children->alive < jobs) {
            co_yield run(80 * kMicrosecond);
            ++children->alive;
            world.fork({.comm = "make", .group = "child"}, perform(child(Random(random.bits(), "child"), children, 0)));
        }
        while (children->alive)
            co_yield waitIn(children->parent);
        co_yield sleepUntil(world.now() + 5 * kMillisecond);
    }
}

} // namespace

Workload forkStormWorkload(const Machine &machine, uint64_t seed) {
    const unsigned cpus = static_cast<unsigned>(machine.cpus.size());
    Workload workload;
    workload.duration = 10 * kSecond;
    for (unsigned i = 0; i < cpus; ++i)
        workload.tasks.push_back({0, {.comm = "sh"}, [=] { return perform(shell(Random(seed, "shell", i))); }});
    workload.tasks.push_back({0, {.comm = "make"}, [=] { return perform(make(Random(seed, "make"), 2 * cpus)); }});
    return workload;
}

} // namespace scx::sim
