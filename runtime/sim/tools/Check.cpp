// SPDX-License-Identifier: GPL-2.0-only
#include "sim/tools/Check.h"

#include "sim/view/Statistics.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>
#include <map>
#include <random>
#include <stdexcept>

namespace scx::sim {
namespace {

using nlohmann::json;

constexpr const char *kMachines[] = {"1", "2", "4", "1x2x2", "2x2x1", "2x2x2", "8", "1x4x2", "2x4x2", "1x4x1,capacities=1024:512"};
constexpr uint64_t kDuration = 2'000'000'000; // of one simulation; a stall shows when a task has waited for as long as it lasted

/// Watches for what no figure shows: a task that waited to the end, and the longest time for which a CPU idled while a task waited that could have run on it.
class Watch : public View {
  public:
    void begin(const Machine &machine) override {
        tick = machine.tickNs;
        idleSince.assign(machine.cpus.size(), 0);
        idle.assign(machine.cpus.size(), true);
    }
    void task(const TaskFacts &facts) override { waiting[facts.pid].facts = facts; }
    void on(const Event &event) override {
        switch (event.kind) {
        case Event::Wake: begins(event); break;
        case Event::Stop:
            if (event.reason != Event::Slept && event.reason != Event::Exited)
                begins(event);
            break;
        case Event::Run: {
            Wait &wait = waiting[event.task];
            auto cpu = static_cast<size_t>(event.cpu);
            // For how long did both last? The CPU that takes it may have waited for it, and so may have others.
            for (size_t other = 0; other < idle.size(); ++other)
                if ((idle[other] || other == cpu) && allowed(wait.facts, other) && wait.since) {
                    uint64_t both = event.time - std::max(*wait.since, idleSince[other]);
                    if (idle[other] && both > worst) {
                        worst = both;
                        who = wait.facts.comm;
                        where = static_cast<int>(other);
                        when = event.time;
                    }
                }
            idle[cpu] = false;
            wait.since.reset();
            break;
        }
        case Event::Idle:
            idle[static_cast<size_t>(event.cpu)] = true;
            idleSince[static_cast<size_t>(event.cpu)] = event.time;
            break;
        case Event::TaskExit: waiting.erase(event.task); break;
        case Event::CpuOffline: idle[static_cast<size_t>(event.cpu)] = false; break;
        default: break;
        }
    }
    void finish(uint64_t time) override { end = time; }

    std::vector<std::string> troubles() const {
        std::vector<std::string> out;
        for (const auto &[pid, wait] : waiting)
            if (wait.since && end - *wait.since > patience())
                out.push_back("task " + wait.facts.comm + " waits since " + durationText(static_cast<double>(*wait.since)));
        if (worst > 2 * tick)
            out.push_back("cpu " + std::to_string(where) + " idled for " + durationText(static_cast<double>(worst)) + " until " +
                          durationText(static_cast<double>(when)) + " while task " + who + " waited, which may run there");
        return out;
    }

  private:
    struct Wait {
        TaskFacts facts;
        std::optional<uint64_t> since;
    };
    static bool allowed(const TaskFacts &facts, size_t cpu) {
        return facts.allowed.empty() || (cpu / 64 < facts.allowed.size() && (facts.allowed[cpu / 64] >> (cpu % 64) & 1));
    }
    /// Four times as long as a turn of all tasks takes with the kernel's own slice.
    uint64_t patience() const { return std::max(kDuration / 2, 4 * 20'000'000 * waiting.size() / idle.size()); }
    void begins(const Event &event) { waiting[event.task].since = event.time; }

    uint64_t tick = 0, worst = 0, when = 0, end = 0;
    std::string who;
    int where = 0;
    std::vector<uint64_t> idleSince;
    std::vector<bool> idle;
    std::map<uint32_t, Wait> waiting;
};

} // namespace

unsigned check(const Policy &policy, const Setup &base, unsigned runs, bool asJson) {
    std::vector<std::string> workloads;
    for (const auto &[name, what] : builtinWorkloads())
        workloads.push_back(name);
    unsigned bad = 0;
    json found = json::array();
    for (unsigned i = 0; i < runs; ++i) {
        uint64_t seed = base.seed + i;
        std::mt19937_64 choice(seed);
        std::string machine = kMachines[choice() % std::size(kMachines)], workload = workloads[choice() % workloads.size()];
        Setup setup = base;
        setup.seed = seed;
        setup.machine = parseMachine(machine);
        setup.machine.costs = base.machine.costs;
        setup.machine.tickNs = base.machine.tickNs;
        setup.workload = openWorkload(workload, setup.machine, seed);
        setup.duration = kDuration;
        Watch watch;
        Outcome outcome = simulate(policy, setup, &watch);
        std::vector<std::string> troubles = watch.troubles();
        if (!outcome.fault.empty())
            troubles.insert(troubles.begin(), outcome.fault);
        else if (outcome.failed())
            troubles.insert(troubles.begin(),
                            outcome.exit.reason + " (" + outcome.exit.message + ") after " + durationText(static_cast<double>(outcome.exit.time)));
        bad += !troubles.empty();
        std::string again =
            "--machine " + machine + " --workload " + workload + " --seed " + std::to_string(seed) + " --for " + durationText(static_cast<double>(kDuration));
        for (const std::string &trouble : troubles) {
            if (asJson)
                found.push_back({{"trouble", trouble}, {"machine", machine}, {"workload", workload}, {"seed", seed}});
            else
                std::cout << trouble << "\n    " << again << '\n';
        }
    }
    if (asJson)
        std::cout << json{{"runs", runs}, {"withTrouble", bad}, {"troubles", found}}.dump(2) << '\n';
    else
        std::cout << runs << " simulations, " << bad << " with trouble\n";
    return bad;
}

} // namespace scx::sim
