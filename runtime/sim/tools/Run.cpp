// SPDX-License-Identifier: GPL-2.0-only
#include "sim/tools/Run.h"

#include "sim/tools/Check.h"
#include "sim/tools/Options.h"
#include "sim/view/Recorder.h"
#include "sim/view/Statistics.h"
#include "sim/view/Table.h"
#include "sim/view/Timeline.h"
#include "sim/view/Trace.h"

#include <cstdio>
#include <iostream>
#include <memory>
#include <stdexcept>

namespace scx::sim {
namespace {

using nlohmann::json;

/// Tells several views the same.
class Views : public View {
  public:
    void add(View &view) { all.push_back(&view); }
    void begin(const Machine &machine) override {
        each([&](View &v) { v.begin(machine); });
    }
    void task(const TaskFacts &facts) override {
        each([&](View &v) { v.task(facts); });
    }
    void on(const Event &event) override {
        each([&](View &v) { v.on(event); });
    }
    void print(uint64_t time, int cpu, const std::string &line) override {
        each([&](View &v) { v.print(time, cpu, line); });
    }
    void ended(const ExitFacts &facts) override {
        each([&](View &v) { v.ended(facts); });
    }
    void finish(uint64_t time) override {
        each([&](View &v) { v.finish(time); });
    }

  private:
    template <typename Use> void each(Use use) {
        for (View *view : all)
            use(*view);
    }
    std::vector<View *> all;
};

void printDocument(const json &document) { std::cout << document.dump(2, ' ', false, json::error_handler_t::replace) << '\n'; }

/// What is to be said of it, and why it did not schedule to the end, on standard error.
void tellEnd(const std::string &object, const Outcome &outcome) {
    for (const std::string &note : outcome.notes)
        std::cerr << "scxsim: " << note << '\n';
    if (!outcome.fault.empty())
        std::cerr << "scxsim: `" << object << "` did what no verifier lets pass: " << outcome.fault << '\n';
    else if (outcome.exit.kind)
        std::cerr << "scxsim: the policy ended after " << durationText(static_cast<double>(outcome.exit.time)) << ": " << outcome.exit.reason
                  << (outcome.exit.message.empty() ? "" : " (" + outcome.exit.message + ")") << '\n';
}

int runOne(const Options &options) {
    Policy policy = openPolicy(options.objects.front());
    Views views;
    Statistics statistics(policy.names);
    views.add(statistics);
    std::unique_ptr<Recorder> recorder;
    if (!options.timelines.empty()) {
        recorder = std::make_unique<Recorder>(policy.names);
        recorder->workload(options.setup.workload.name);
        views.add(*recorder);
    }
    Trace trace(policy.names, stdout);
    if (options.events)
        views.add(trace);
    Outcome outcome = simulate(policy, options.setup, &views);
    json document = figures(statistics);
    if (options.json)
        printDocument(document);
    else if (!options.events && !options.setup.traceCalls)
        printTable(document, options.tasks);
    std::cout.flush();
    tellEnd(policy.path, outcome);
    for (const std::string &path : options.timelines)
        writeTimeline(recorder->recording(), document, path);
    return outcome.failed();
}

int runSeveral(const Options &options) {
    Results results;
    bool failed = false;
    for (const std::string &path : options.objects) {
        Policy policy = openPolicy(path);
        Statistics statistics(policy.names);
        Setup setup = options.setup;
        // A workload's behaviours are for one simulation.
        setup.workload = openWorkload(options.workload, setup.machine, setup.seed);
        Outcome outcome = simulate(policy, setup, &statistics);
        tellEnd(path, outcome);
        failed |= outcome.failed();
        results.emplace_back(policy.info ? policy.info->policy : path, figures(statistics));
    }
    if (options.json)
        printDocument(comparison(results));
    else
        printComparison(results);
    return failed;
}

int run(const Options &options) {
    if (options.list) {
        for (const auto &[name, what] : builtinWorkloads())
            std::printf("%-12s %s\n", name.c_str(), what.c_str());
        return 0;
    }
    if (options.check)
        return check(openPolicy(options.objects.front()), options.setup, *options.check, options.json) > 0;
    return options.compare ? runSeveral(options) : runOne(options);
}

} // namespace

int runSimulator(int argc, char **argv) {
    Options options;
    if (std::optional<int> code = readOptions(argc, argv, options))
        return *code;
    try {
        int status = run(options);
        if (std::fflush(stdout) != 0 || std::ferror(stdout) || !std::cout.flush())
            throw std::runtime_error("what is printed cannot be written; is the disk full?");
        return status;
    } catch (const std::runtime_error &error) {
        std::cerr << "scxsim: " << error.what() << '\n';
        return 2;
    }
}

} // namespace scx::sim
