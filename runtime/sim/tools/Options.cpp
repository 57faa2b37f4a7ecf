// SPDX-License-Identifier: GPL-2.0-only
#include "sim/tools/Options.h"

#include "sim/bpf/Profile.h"
#include "sim/view/Timeline.h"

#include <CLI/CLI.hpp>

#include <charconv>
#include <iostream>
#include <stdexcept>

namespace scx::sim {
namespace {

constexpr uint64_t kUsualDuration = 1'000'000'000;
constexpr unsigned kUsualChecks = 100;

uint64_t positive(const std::string &option, const std::string &text) {
    int64_t ns = parseDuration(text);
    if (ns < 0)
        throw std::runtime_error("`" + option + " " + text + "` is below 0; give a time such as 2us");
    return static_cast<uint64_t>(ns);
}

std::string joined(const std::vector<std::string> &words) {
    std::string out;
    for (const std::string &word : words)
        out += (out.empty() ? "" : ", ") + word;
    return out;
}

/// What `--check` or `--check=TEXT` asks for; the option alone reads as "true".
unsigned numberOfChecks(const std::string &text) {
    unsigned runs = text == "true" ? kUsualChecks : 0;
    if (!runs && (std::from_chars(text.data(), text.data() + text.size(), runs).ptr != text.data() + text.size() || !runs))
        throw std::runtime_error("`--check=" + text + "` is no number of machines; write --check, or --check=30");
    return runs;
}

} // namespace

std::optional<int> readOptions(int argc, char **argv, Options &into) {
    CLI::App app{"Runs a compiled policy, or any sched_ext object, on a simulated machine in virtual time", "scxsim"};
    std::string machine = "4", duration, contextSwitch, migration, coldCache, userCost, check;
    std::vector<std::string> sets;
    unsigned hz = 0;
    bool noStats = false;
    app.add_option("object", into.objects, "policy.bpf.o; several to compare them");
    app.add_option("--workload", into.workload, "a built-in one, an rt-app JSON file, or the text of a trace; desktop if not given");
    app.add_option("--machine", machine, "8 CPUs: 8; sockets x cores x threads: 2x4x2; or a JSON file; 4 if not given");
    app.add_option("--for", duration, "end after this virtual time (5s, 500ms); if not given what the workload says, or 1s");
    app.add_option("--seed", into.setup.seed, "of all that is random; 1 if not given");
    app.add_option("--kernel", into.setup.kernel, "the kernel that is simulated: " + joined(Profile::known()));
    app.add_option("--set", sets, "a parameter, name=value; of a scheduler in C: a variable of .rodata or .data")->allow_extra_args(false);
    app.add_option("--timeline", into.timelines, "a picture of it: FILE.html, FILE.svg, or FILE.json for ui.perfetto.dev")->allow_extra_args(false);
    app.add_flag("--tasks", into.tasks, "a row for each task, not for each group of tasks");
    app.add_flag("--json", into.json, "one JSON document instead of tables");
    app.add_flag("--events", into.events, "print what happens, a line an event");
    app.add_flag("--trace", into.setup.traceCalls, "print each callback and what it did, by source line");
    app.add_flag("--compare", into.compare, "several objects side by side on the same workload");
    app.add_flag("--check", check, "search for trouble in 100 random machines and workloads; --check=N: in N of them");
    app.add_option("--hz", hz, "ticks a second of the simulated kernel; 250 if not given");
    app.add_option("--switch-cost", contextSwitch, "what changing tasks takes, such as 2us; nothing if not given");
    app.add_option("--migration-cost", migration, "what a task loses on another CPU of the same LLC");
    app.add_option("--cache-cost", coldCache, "what a task loses on a CPU of another LLC");
    app.add_option("--user-cost", userCost, "CPU time of the process that orders queues in user space, for a record or a task; 1us if not given");
    app.add_option("--user-policy", into.setup.user.plugin, "a shared object that orders them in place of their disciplines");
    app.add_flag("--no-stats", noStats, "the object keeps no statistics");
    app.add_flag("--list", into.list, "show the built-in workloads");
    app.set_version_flag("--version", std::string("scxsim " SCX_VERSION));
    try {
        app.parse(argc, argv);
        if (into.list)
            return {};
        if (into.objects.empty())
            throw std::runtime_error("no object is given; name what scxc wrote");
        if (!check.empty())
            into.check = numberOfChecks(check);
        if (into.check && into.objects.size() > 1)
            throw std::runtime_error("--check takes one object; name one, and write a number of machines as --check=30");
        into.compare |= into.objects.size() > 1;
        if (into.compare && (!into.timelines.empty() || into.events || into.setup.traceCalls))
            throw std::runtime_error("--compare prints figures only; run one object alone for --timeline, --events or --trace");
        for (const std::string &path : into.timelines)
            checkTimelinePath(path);
        into.setup.sets = splitSettings(sets, "--set ");
        Profile::open(into.setup.kernel);
        Machine &shape = into.setup.machine = parseMachine(machine);
        if (app.count("--hz") && (hz < 1 || hz > 10'000))
            throw std::runtime_error("`--hz " + std::to_string(hz) + "` is no kernel's; give 100 to 1000");
        if (hz)
            shape.tickNs = 1'000'000'000 / hz;
        if (!contextSwitch.empty())
            shape.costs.contextSwitch = positive("--switch-cost", contextSwitch);
        if (!migration.empty())
            shape.costs.migration = positive("--migration-cost", migration);
        if (!coldCache.empty())
            shape.costs.coldCache = positive("--cache-cost", coldCache);
        if (!userCost.empty())
            into.setup.user.cost = positive("--user-cost", userCost);
        into.setup.statistics = !noStats;
        if (!into.check)
            into.setup.workload = openWorkload(into.workload, shape, into.setup.seed);
        for (const std::string &note : into.setup.workload.notes)
            std::cerr << "scxsim: " << note << '\n';
        into.setup.duration = !duration.empty() ? positive("--for", duration) : into.setup.workload.duration ? into.setup.workload.duration : kUsualDuration;
        if (!into.setup.duration)
            throw std::runtime_error("`--for " + duration + "` is no time to run");
    } catch (const CLI::ParseError &error) {
        if (error.get_exit_code() == 0)
            return app.exit(error);
        std::cerr << "scxsim: " << error.what() << "; see scxsim --help\n";
        return 2;
    } catch (const std::runtime_error &error) {
        std::cerr << "scxsim: " << error.what() << '\n';
        return 2;
    }
    return {};
}

} // namespace scx::sim
