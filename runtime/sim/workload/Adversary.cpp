// SPDX-License-Identifier: GPL-2.0-only
#include "sim/workload/Builtin.h"
#include "sim/workload/Random.h"
#include "sim/workload/Script.h"

namespace scx::sim {
namespace {

/// Gives up the CPU without end: what comes of a policy that puts a task which yields in front again?
Script yielder() {
    for (;;) {
        co_yield run(20 * kMicrosecond);
        co_yield yield();
    }
}

/// Sleeps a moment just before its slice ends, so that it never uses one up: what comes of a policy that charges whole slices only?
Script dodger(uint64_t slice) {
    World &world = co_await theWorld;
    for (;;) {
        co_yield run(slice - 50 * kMicrosecond);
        co_yield sleepUntil(world.now() + 20 * kMicrosecond);
    }
}

/// Allows itself another CPU, then two, then all, over and over, also while it is queued for one that it may no longer use.
Script hopper(int first) {
    World &world = co_await theWorld;
    const int cpus = world.cpuCount();
    for (int at = first;; at = (at + 1) % cpus) {
        const int other = (at + cpus / 2) % cpus;
        std::vector<int> two = at == other ? std::vector<int>{at} : std::vector<int>{std::min(at, other), std::max(at, other)};
        world.setAffinity(world.self(), {at});
        co_yield run(300 * kMicrosecond);
        world.setAffinity(world.self(), two);
        co_yield sleepUntil(world.now() + 200 * kMicrosecond);
        co_yield run(300 * kMicrosecond);
        world.setAffinity(world.self(), {});
        co_yield run(300 * kMicrosecond);
    }
}

/// Other nice values all the time, of itself and of whoever it knows.
Script renicer(Random random, std::shared_ptr<TaskId> victim) {
    World &world = co_await theWorld;
    for (;;) {
        world.setNice(world.self(), static_cast<int>(random.below(40)) - 20);
        if (*victim)
            world.setNice(*victim, static_cast<int>(random.below(40)) - 20);
        co_yield run(random.exponential(500 * kMicrosecond));
        co_yield sleepUntil(world.now() + random.exponential(500 * kMicrosecond));
    }
}

Script victim(std::shared_ptr<TaskId> name) {
    World &world = co_await theWorld;
    *name = world.self();
    for (;;)
        co_yield run(5 * kMillisecond);
}

/// Another name now and then, as programs get by executing others, so that other rules match it.
Script renamer() {
    World &world = co_await theWorld;
    for (;;)
        for (const char *name : {"renamer", "bash", "firefox", "kworker/0:1"}) {
            world.setComm(world.self(), name);
            co_yield run(400 * kMicrosecond);
            co_yield sleepUntil(world.now() + 600 * kMicrosecond);
        }
}

/// From cgroup to cgroup.
Script mover() {
    World &world = co_await theWorld;
    for (;;)
        for (const char *path : {"/left", "/right", "/right/inner", "/"}) {
            world.moveToCgroup(world.self(), path);
            co_yield run(500 * kMicrosecond);
            co_yield sleepUntil(world.now() + 300 * kMicrosecond);
        }
}

/// Two that wake each other and go to sleep at once, as through a pipe: each wake-up is synchronous.
struct Pipe {
    unsigned bytes[2] = {1, 0};
    WaitList readers[2];
};

Script pairMember(std::shared_ptr<Pipe> pipe, unsigned side) {
    World &world = co_await theWorld;
    for (;;) {
        while (pipe->bytes[side] == 0)
            co_yield waitIn(pipe->readers[side]);
        --pipe->bytes[side];
        co_yield run(10 * kMicrosecond);
        ++pipe->bytes[1 - side];
        pipe->readers[1 - side].release(world, true);
    }
}

/// Hundreds that hardly run: timers, not work.
Script sleeper(Random random) {
    World &world = co_await theWorld;
    for (;;) {
        co_yield sleepUntil(world.now() + random.exponential(50 * kMillisecond));
        co_yield run(10 * kMicrosecond);
    }
}

/// All that wait are woken at one moment.
Script herdMember(std::shared_ptr<WaitList> herd) {
    for (;;) {
        co_yield waitIn(*herd);
        co_yield run(100 * kMicrosecond);
    }
}
Script herder(std::shared_ptr<WaitList> herd) {
    World &world = co_await theWorld;
    for (;;) {
        co_yield sleepUntil(world.now() + 20 * kMillisecond);
        co_yield run(10 * kMicrosecond);
        herd->releaseAll(world);
    }
}

/// What the others do this for: does a task with a period and a plain one still get their share?
Script bystander() {
    World &world = co_await theWorld;
    for (uint64_t due = world.now();; due += 10 * kMillisecond) {
        co_yield run(kMillisecond);
        world.periodEnded(due, static_cast<int64_t>(world.now() - due - 10 * kMillisecond));
        co_yield sleepUntil(due + 10 * kMillisecond);
    }
}

} // namespace

Workload adversaryWorkload(const Machine &machine, uint64_t seed) {
    const int cpus = static_cast<int>(machine.cpus.size());
    Workload workload;
    workload.duration = 10 * kSecond;
    workload.cgroups = {{"/left", 100}, {"/right", 50}, {"/right/inner", 200}};
    auto add = [&](TaskSpec spec, auto make) { workload.tasks.push_back({0, std::move(spec), [make] { return perform(make()); }}); };
    static constexpr uint64_t slices[] = {kMillisecond, 3 * kMillisecond, 5 * kMillisecond, 20 * kMillisecond};
    for (int i = 0; i < cpus; ++i) {
        const uint64_t number = static_cast<uint64_t>(i);
        add({.comm = "bystander"}, [] { return bystander(); });
        add({.comm = "yielder"}, [] { return yielder(); });
        add({.comm = "dodger"}, [slice = slices[i % 4]] { return dodger(slice); });
        add({.comm = "hopper"}, [i] { return hopper(i); });
        add({.comm = "mover"}, [] { return mover(); });
        add({.comm = "renamer", .group = "renamer"}, [] { return renamer(); });
        auto name = std::make_shared<TaskId>(0);
        add({.comm = "victim"}, [name] { return victim(name); });
        add({.comm = "renicer"}, [=] { return renicer(Random(seed, "renicer", number), name); });
        auto pipe = std::make_shared<Pipe>();
        add({.comm = "pair"}, [pipe] { return pairMember(pipe, 0); });
        add({.comm = "pair"}, [pipe] { return pairMember(pipe, 1); });
        for (uint64_t k = 0; k < 250; ++k)
            add({.comm = "sleeper"}, [=] { return sleeper(Random(seed, "sleeper", number * 250 + k)); });
        auto herd = std::make_shared<WaitList>();
        add({.comm = "herder"}, [herd] { return herder(herd); });
        for (int k = 0; k < 16; ++k)
            add({.comm = "herd"}, [herd] { return herdMember(herd); });
    }
    return workload;
}

} // namespace scx::sim
