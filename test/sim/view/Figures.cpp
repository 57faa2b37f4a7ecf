// SPDX-License-Identifier: GPL-2.0-only
// Fluid, Conservation, Histogram and the bound of Statistics against what is plainly counted: the same questions answered slowly and without a trick.
#include "sim/view/Recorder.h"
#include "sim/view/Statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <random>

using namespace scx::sim;

static int failed = 0;

static void expect(const char *what, double got, double wanted, double within = 0) {
    if (std::abs(got - wanted) <= within)
        return;
    std::printf("%s: %.9g, not %.9g\n", what, got, wanted);
    failed = 1;
}

/// Water-filling by repetition: who would have more than a CPU gets one, and the others divide the rest anew.
static std::vector<double> shares(const std::vector<uint32_t> &weights, double cpus) {
    std::vector<double> got(weights.size(), 0);
    std::vector<bool> whole(weights.size());
    for (bool changed = true; changed;) {
        changed = false;
        double left = cpus, sum = 0;
        for (size_t i = 0; i < weights.size(); ++i)
            whole[i] ? left -= 1 : sum += weights[i];
        for (size_t i = 0; i < weights.size(); ++i)
            if (!whole[i]) {
                got[i] = left * weights[i] / sum;
                if (got[i] >= 1) {
                    got[i] = 1;
                    whole[i] = changed = true;
                }
            }
    }
    return got;
}

static void fluidByHand() {
    Fluid fluid;
    fluid.cpus(0, 2);
    auto heavy = fluid.enter(0, 300), light = fluid.enter(0, 100), other = fluid.enter(0, 100);
    // 300 of 500 of two CPUs would be 1.2: it has one, the others a half each.
    expect("heavy", static_cast<double>(fluid.served(1000, 300, heavy)), 1000);
    expect("light", static_cast<double>(fluid.served(1000, 100, light)), 500);
    expect("other", static_cast<double>(fluid.leave(1000, 100, other)), 500);
    expect("light, alone with heavy", static_cast<double>(fluid.leave(1600, 100, light)), 500 + 600);
    // Who has more than it wanted leaves it to the others: of 1000 ns that were due in 2000 it wanted 400.
    Fluid pool;
    pool.cpus(0, 1);
    auto keen = pool.enter(0, 100), modest = pool.enter(0, 100);
    expect("modest", static_cast<double>(pool.leave(2000, 100, modest, 400)), 400);
    expect("keen", static_cast<double>(pool.leave(2000, 100, keen)), 1000 + 600);
    fluid.cpus(2000, 1);
    auto third = fluid.enter(2000, 100);
    expect("a quarter of the one CPU left", static_cast<double>(fluid.leave(3000, 100, third)), 250);
    expect("heavy in all", static_cast<double>(fluid.leave(3000, 300, heavy)), 2000 + 750);
}

static void fluidAgainstShares(uint32_t seed) {
    std::mt19937 random(seed);
    struct Member {
        uint32_t weight;
        Fluid::Service entered;
        double want;
    };
    std::vector<Member> members;
    Fluid fluid;
    unsigned cpus = 1 + random() % 8;
    fluid.cpus(0, cpus);
    const uint32_t weights[] = {1, 15, 100, 100, 100, 303, 1024, 10000};
    uint64_t now = 0;
    for (int i = 0; i < 400; ++i) {
        uint64_t passed = random() % 100'000;
        std::vector<uint32_t> present;
        for (const Member &m : members)
            present.push_back(m.weight);
        std::vector<double> part = shares(present, cpus);
        for (size_t k = 0; k < members.size(); ++k)
            members[k].want += part[k] * static_cast<double>(passed);
        now += passed;
        unsigned what = random() % 20;
        if (what == 0) {
            cpus = 1 + random() % 8;
            fluid.cpus(now, cpus);
        } else if (what < 11 || members.empty()) {
            uint32_t weight = weights[random() % std::size(weights)];
            members.push_back({weight, fluid.enter(now, weight), 0});
        } else {
            size_t k = random() % members.size();
            // Every other one leaves half of it, to those who have no whole CPU.
            double left = random() % 2 ? members[k].want / 2 : 0, sum = 0;
            present.clear();
            for (const Member &m : members)
                present.push_back(m.weight);
            part = shares(present, cpus);
            auto takes = [&](size_t other) { return other != k && (part[other] < 1 && present.size() > cpus); };
            for (size_t other = 0; other < members.size(); ++other)
                sum += takes(other) ? members[other].weight : 0;
            for (size_t other = 0; other < members.size(); ++other)
                if (takes(other))
                    members[other].want += left * members[other].weight / sum;
            double got = members[k].want - left;
            expect("what the fluid machine gave",
                   static_cast<double>(fluid.leave(now, members[k].weight, members[k].entered, left > 0 ? static_cast<uint64_t>(got) : ~0ull)), got, 40);
            members.erase(members.begin() + static_cast<long>(k));
        }
    }
}

/// The largest matching, by trying all: idle CPUs one after the other, each to one of the waiting or to none.
static unsigned matching(std::vector<unsigned> idle, std::vector<unsigned> waiting) {
    if (idle.empty())
        return 0;
    unsigned cpu = idle.back();
    idle.pop_back();
    unsigned best = matching(idle, waiting);
    for (size_t k = 0; k < waiting.size(); ++k)
        if (waiting[k] >> cpu & 1) {
            std::vector<unsigned> rest = waiting;
            rest.erase(rest.begin() + static_cast<long>(k));
            best = std::max(best, 1 + matching(idle, rest));
        }
    return best;
}

static void conservationByHand() {
    Conservation c;
    c.begin(2);
    uint32_t first = c.affinity({1}), anywhere = c.affinity({3});
    expect("all CPUs are no restriction", anywhere, 0);
    c.idle(0, 0, false);
    c.waits(0, first, true);
    c.advance(1000); // only CPU 1 idles, where it may not run
    expect("pinned elsewhere", static_cast<double>(c.wastedTime()), 0);
    c.waits(1000, anywhere, true);
    c.advance(1500);
    expect("one who might", static_cast<double>(c.wastedTime()), 500);
    c.idle(1500, 0, true);
    c.advance(1600); // the pinned one on 0, the other on 1
    expect("both", static_cast<double>(c.wastedTime()), 500 + 200);
    expect("idle", static_cast<double>(c.idleTime()), 1500 + 200);
}

static void conservationAgainstMatching(uint32_t seed) {
    std::mt19937 random(seed);
    constexpr unsigned cpus = 5;
    Conservation c;
    c.begin(cpus);
    unsigned idle = (1 << cpus) - 1;
    std::vector<unsigned> waiting;
    uint64_t now = 0, wanted = 0;
    for (int i = 0; i < 200; ++i) {
        uint64_t passed = 1 + random() % 9;
        std::vector<unsigned> list;
        for (unsigned cpu = 0; cpu < cpus; ++cpu)
            if (idle >> cpu & 1)
                list.push_back(cpu);
        wanted += passed * matching(list, waiting);
        now += passed;
        if (random() % 2) {
            unsigned cpu = random() % cpus;
            idle ^= 1u << cpu;
            c.idle(now, static_cast<int>(cpu), idle >> cpu & 1);
        } else if (waiting.size() < 5 && random() % 2) {
            waiting.push_back(1 + random() % ((1 << cpus) - 1));
            c.waits(now, c.affinity({waiting.back()}), true);
        } else if (!waiting.empty()) {
            c.waits(now, c.affinity({waiting.back()}), false);
            waiting.pop_back();
        }
    }
    c.advance(now);
    expect("CPU time that was wasted", static_cast<double>(c.wastedTime()), static_cast<double>(wanted));
}

static void histograms() {
    Histogram h;
    expect("of nothing", static_cast<double>(h.percentile(500)), 0);
    for (int i = 0; i < 98; ++i)
        h.add(20'000'000);
    h.add(5);
    h.add(1'000'000'000'000);
    expect("p1", static_cast<double>(h.percentile(10)), 5);
    expect("p50 is exact, since all of its bucket are equal", static_cast<double>(h.percentile(500)), 20'000'000);
    expect("p99", static_cast<double>(h.percentile(990)), 20'000'000);
    expect("p100", static_cast<double>(h.percentile(1000)), 1e12);
    Histogram other;
    other.add(h);
    other.add(~0ull >> 1);
    expect("together", static_cast<double>(other.count()), 101);
    std::mt19937_64 random(3);
    std::vector<uint64_t> values;
    Histogram wide;
    for (int i = 0; i < 10'000; ++i) {
        values.push_back(random() >> random() % 50);
        wide.add(values.back() >> 8);
    }
    std::sort(values.begin(), values.end());
    for (unsigned permille : {1u, 100u, 500u, 900u, 990u, 1000u}) {
        auto exact = static_cast<double>(values[values.size() * permille / 1000 - 1] >> 8);
        expect("a percentile within an eighth", static_cast<double>(wide.percentile(permille)), exact, exact / 8);
    }
}

static Event event(Event::Kind kind, uint64_t time, uint32_t task, int cpu, uint64_t dsq = kDsqNone, uint64_t value = 0, Event::Reason reason = Event::Slept) {
    Event e{};
    e.kind = kind;
    e.reason = reason;
    e.cpu = static_cast<int16_t>(cpu);
    e.task = task;
    e.time = time;
    e.dsq = dsq;
    e.value = value;
    return e;
}

/// Tasks that live for one run each; the later ones are kept in the figures of their group only.
static void shortLives() {
    Names names;
    Statistics statistics(names);
    Machine machine;
    machine.cpus.resize(1);
    statistics.begin(machine);
    constexpr uint32_t lives = Statistics::kTasksKept + 5000;
    uint64_t now = 0;
    for (uint32_t pid = 1; pid <= lives; ++pid, now += 1000) {
        TaskFacts facts;
        facts.pid = pid;
        facts.comm = "child";
        statistics.task(facts);
        statistics.on(event(Event::TaskNew, now, pid, -1));
        statistics.on(event(Event::Wake, now, pid, 0));
        statistics.on(event(Event::Run, now, pid, 0, kDsqGlobal, 20'000'000));
        statistics.on(event(Event::Stop, now + 1000, pid, 0, kDsqNone, 1000, Event::Exited));
        statistics.on(event(Event::TaskExit, now + 1000, pid, -1));
    }
    statistics.finish(now);
    expect("kept", static_cast<double>(statistics.tasks().size()), Statistics::kTasksKept);
    expect("not kept", static_cast<double>(statistics.tasksNotKept()), 5000);
    expect("of the group", static_cast<double>(statistics.groups()[0].switches), lives);
    expect("its CPU time", static_cast<double>(statistics.groups()[0].cpu), 1000.0 * lives);
    expect("everybody had what it wanted", statistics.machine().fairness, 1);
}

/// A recording that finds no more room ends there, whole up to then, and says so.
static void fullRecording() {
    Names names;
    Recorder recorder(names, 10);
    Machine machine;
    machine.cpus.resize(1);
    recorder.begin(machine);
    for (uint32_t pid = 1; pid <= 2; ++pid) {
        TaskFacts facts;
        facts.pid = pid;
        facts.comm = "t";
        recorder.task(facts);
    }
    for (uint32_t i = 0; i < 20; ++i) { // each has a run of 10 ns; the end of the 10th leaves no room
        recorder.on(event(Event::Run, i * 10, i % 2 + 1, 0, kDsqGlobal, 10));
        recorder.on(event(Event::Stop, i * 10 + 10, i % 2 + 1, 0, kDsqNone, 10, Event::SliceEnd));
    }
    recorder.finish(200);
    const Recording &r = recorder.recording();
    expect("runs that found room", static_cast<double>(r.runs.size()), 10);
    expect("the end of the recording", static_cast<double>(r.end), 100);
    expect("it says that more happened", r.cut, 1);
}

/// What an event costs: `tasks` take turns on `cpus`, each after sleeping.
template <typename Made> static double cost(Made &view, uint32_t tasks, int cpus) {
    Machine machine;
    machine.cpus.resize(static_cast<size_t>(cpus));
    view.begin(machine);
    for (uint32_t pid = 1; pid <= tasks; ++pid) {
        TaskFacts facts;
        facts.pid = pid;
        facts.comm = facts.group = "t";
        facts.weight = pid % 3 ? 100 : 300;
        view.task(facts);
    }
    std::vector<Event> events;
    uint64_t now = 0;
    std::vector<uint32_t> on(static_cast<size_t>(cpus));
    uint32_t next = 0;
    for (int i = 0; i < 200'000; ++i) {
        int cpu = i % cpus;
        uint32_t &runs = on[static_cast<size_t>(cpu)], pid = next++ % tasks + 1;
        now += 500 + static_cast<uint64_t>(i * 7919 % 1000);
        if (runs)
            events.push_back(event(Event::Stop, now, runs, cpu, kDsqNone, 1000, Event::Slept));
        events.push_back(event(Event::Wake, now, pid, cpu));
        events.push_back(event(Event::Queued, now, pid, -1, 3));
        events.push_back(event(Event::Unqueued, now, pid, -1, 3));
        events.push_back(event(Event::Run, now, pid, cpu, 3, 20'000'000));
        runs = pid;
    }
    std::clock_t began = std::clock(); // CPU time, whoever else is busy
    for (const Event &e : events)
        view.on(e);
    view.finish(now);
    return static_cast<double>(std::clock() - began) * 1e9 / CLOCKS_PER_SEC / static_cast<double>(events.size());
}

int main() {
    fluidByHand();
    conservationByHand();
    for (uint32_t seed = 1; seed <= 50; ++seed) {
        fluidAgainstShares(seed);
        conservationAgainstMatching(seed);
    }
    histograms();
    shortLives();
    fullRecording();
    Names names;
    for (auto [tasks, cpus] : {std::pair(64u, 8), {10'000u, 256}}) {
        Statistics statistics(names);
        Recorder recorder(names);
        double counted = cost(statistics, tasks, cpus), recorded = cost(recorder, tasks, cpus);
        std::printf("%u tasks on %d CPUs: %.0f ns an event to count, %.0f ns to record\n", tasks, cpus, counted, recorded);
        expect("ns an event, with much room for slow machines", counted < 1500, 1);
    }
    return failed;
}
