// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Run.h"

#include "kernel/Hints.h"
#include "tools/Figures.h"
#include "tools/List.h"

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
Ended runOnce(const RunOptions &options, const ObjectFile &file, const ObjectInfo &info, const std::map<std::string, int64_t> &parameters, std::optional<Clock::time_point> &begin) {
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

int runPolicy(RunOptions options) {
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
