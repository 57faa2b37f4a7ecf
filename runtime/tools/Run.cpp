// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Run.h"

#include "kernel/Hints.h"
#include "kernel/Scheduler.h"
#include "tools/Figures.h"
#include "tools/List.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <iostream>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

namespace scx {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t stopped = 0;

struct Options {
    std::string path;
    std::vector<std::string> sets;
    std::chrono::nanoseconds limit{0}; // 0: none
    double every = 0;                  // seconds between two tables; 0: only the closing one
    bool list = false, json = false;
    LoadOptions load;
};

/// The exit code that ends the program at once: help, version, or a wrong command line.
std::optional<int> readOptions(int argc, char **argv, Options &into) {
    CLI::App app{"Makes a compiled policy the system's scheduler, until it is interrupted", "scxrun"};
    std::string duration;
    bool noStats = false;
    app.add_option("object", into.path, "policy.bpf.o")->required();
    app.add_option("--set", into.sets, "a parameter, name=value")->allow_extra_args(false);
    app.add_option("--for", duration, "end after this time (5s, 500ms)");
    app.add_option("--stats", into.every, "print the table every so many seconds");
    app.add_flag("--list", into.list, "show parameters, queues and rules, and load nothing");
    app.add_flag("--json", into.json, "one JSON document a line instead of tables");
    app.add_flag("--no-stats", noStats, "keep no statistics; costs nothing then");
    app.add_flag("--dump", into.load.dump, "print the kernel's dump if it ends the policy with an error");
    app.add_option("--verifier-log", into.load.verifierLog, "where all of the log goes if the kernel refuses the policy");
    app.add_flag("--verbose", into.load.verbose, "show what libbpf and the verifier say");
    app.footer("scxrun hint VALUE --pid PID | --tid TID | -- COMMAND…: tells the running policy something about a task");
    app.set_version_flag("--version", std::string("scxrun " SCX_VERSION));
    try {
        app.parse(argc, argv);
        if (app.count("--stats") && !(into.every > 0))
            throw std::runtime_error("`--stats` takes a number of seconds above 0");
        if (!duration.empty()) {
            into.limit = std::chrono::nanoseconds(parseDuration(duration));
            if (into.limit.count() <= 0)
                throw std::runtime_error("`--for " + duration + "` is no time to run");
        }
    } catch (const CLI::ParseError &error) {
        if (error.get_exit_code() == 0)
            return app.exit(error);
        std::cerr << "scxrun: " << error.what() << "; see scxrun --help\n";
        return 2;
    } catch (const std::runtime_error &error) {
        std::cerr << "scxrun: " << error.what() << "; see scxrun --help\n";
        return 2;
    }
    into.load.statistics = !noStats;
    return {};
}

/// The values of all `--set name=value`, in the form of memory. Throws with one line.
std::map<std::string, int64_t> readParameters(const ObjectInfo &info, const std::vector<std::string> &sets) {
    std::map<std::string, int64_t> values;
    std::vector<std::string> known;
    for (const Parameter &p : info.parameters)
        known.push_back(p.name);
    for (const std::string &set : sets) {
        size_t equals = set.find('=');
        if (equals == std::string::npos)
            throw std::runtime_error("`--set " + set + "` has no value; write name=value");
        std::string name = set.substr(0, equals);
        auto parameter = std::find_if(info.parameters.begin(), info.parameters.end(), [&](const Parameter &p) { return p.name == name; });
        if (parameter == info.parameters.end()) {
            std::string near = nearestName(name, known);
            throw std::runtime_error("the policy has no parameter `" + name + "`; " + (known.empty() ? "it has none" : near.empty() ? "--list shows what it has" : "did you mean `" + near + "`?"));
        }
        values[name] = parseValue(info, *parameter, set.substr(equals + 1));
    }
    return values;
}

/// The first signal ends the policy in order; a second one ends scxrun itself, and with it the link.
void onSignals() {
    struct sigaction action = {};
    action.sa_handler = [](int) { stopped = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

void printDocument(const json &document) { std::cout << document.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl; }

enum class Ended { InOrder, InError, ByHotplug };

/// One life of the policy, from load to its end. `begin`: since when `--for` counts, set by the first life.
Ended runOnce(const Options &options, const ObjectFile &file, const ObjectInfo &info, const std::map<std::string, int64_t> &parameters, std::optional<Clock::time_point> &begin) {
    Scheduler scheduler(file, info, parameters, options.load);
    if (!begin) {
        begin = Clock::now();
        for (const std::string &line : scheduler.lostHooks())
            std::cerr << "scxrun: " << line << "\n";
    }
    bool started = scheduler.exitInfo().kind == 0;
    if (started)
        std::cerr << "scxrun: " << info.policy << " schedules this machine, " << sysconf(_SC_NPROCESSORS_ONLN) << " CPUs\n";
    auto loaded = Clock::now(), shown = loaded;
    auto seconds = [](Clock::time_point since, Clock::time_point until) { return std::chrono::duration<double>(until - since).count(); };
    while (!stopped && scheduler.exitInfo().kind == 0) {
        scheduler.wait(std::chrono::milliseconds(50));
        auto now = Clock::now();
        if (options.limit.count() && now - *begin >= options.limit)
            break;
        if (options.every > 0 && seconds(shown, now) >= options.every) {
            shown = now;
            json document = figures(scheduler, info);
            document["seconds"] = seconds(loaded, now);
            if (options.json)
                printDocument(document);
            else {
                printf("after %.1f s\n", seconds(loaded, now));
                printTable(document);
                printf("\n");
            }
        }
    }
    double lived = seconds(loaded, Clock::now());
    bool itself = scheduler.exitInfo().kind != 0; // the kernel ended it, not we
    scheduler.detach();
    ExitInfo end = scheduler.exitInfo();
    for (int i = 0; i < 100 && end.kind == 0; ++i, end = scheduler.exitInfo())
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::string dump = end.error() ? scheduler.dump() : "";

    if (options.json) {
        json document = options.load.statistics ? figures(scheduler, info) : json{{"policy", info.policy}};
        document["seconds"] = lived;
        document["exit"] = {{"kind", end.kind}, {"code", end.code}, {"reason", end.reason}, {"message", end.message}, {"error", end.error()}, {"restart", end.restart()}};
        if (!dump.empty())
            document["exit"]["dump"] = dump;
        printDocument(document);
    } else if (options.load.statistics && started)
        printTable(figures(scheduler, info));
    if (!itself && !end.error())
        return Ended::InOrder;
    std::cerr << "scxrun: " << (started ? "the kernel ended " + info.policy : info.policy + " did not start") << ": " << end.reason << (end.message.empty() ? "" : " (" + end.message + ")")
              << (end.stall() && !options.load.dump ? "; --dump shows every CPU and waiting task of that moment" : "") << "\n";
    if (end.error()) {
        if (options.load.dump && !options.json)
            std::cerr << (dump.empty() ? "scxrun: the object keeps no dump; compile the policy again, or look at the trace event sched_ext_dump\n" : dump + "\n");
        return Ended::InError;
    }
    return end.restart() ? Ended::ByHotplug : Ended::InOrder;
}

} // namespace

int runPolicy(int argc, char **argv) {
    Options options;
    if (std::optional<int> code = readOptions(argc, argv, options))
        return *code;
    try {
        ObjectFile file = readFile(options.path);
        ObjectInfo info = describe(file);
        checkSymbols(file, info);
        std::map<std::string, int64_t> parameters = readParameters(info, options.sets);
        if (options.list) {
            listPolicy(info, options.json);
            return 0;
        }
        checkKernel();
        if (info.told.hints)
            options.load.hints = std::make_shared<Hints>();
        onSignals();
        mlockall(MCL_CURRENT | MCL_FUTURE); // its own policy must not make it wait for memory
        std::optional<Clock::time_point> begin;
        while (true) {
            switch (runOnce(options, file, info, parameters, begin)) {
            case Ended::InOrder: return 0;
            case Ended::InError: return 3;
            case Ended::ByHotplug: break;
            }
            if (stopped || (options.limit.count() && Clock::now() - *begin >= options.limit))
                return 0;
            std::cerr << "scxrun: CPUs changed, loading again\n";
        }
    } catch (const std::exception &error) {
        std::cerr << "scxrun: " << error.what() << "\n";
        return 1;
    }
}

} // namespace scx
