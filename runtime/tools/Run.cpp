// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Run.h"

#include "kernel/Scheduler.h"
#include "tools/Figures.h"

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

volatile std::sig_atomic_t stopped = 0;

void list(const ObjectInfo &info, bool asJson) {
    nlohmann::json out = {{"policy", info.policy}, {"doc", info.doc}, {"params", nlohmann::json::array()}, {"queues", nlohmann::json::array()}, {"rules", nlohmann::json::array()}};
    for (const Parameter &p : info.parameters) {
        std::string range = rangeText(info, p);
        out["params"].push_back({{"name", p.name}, {"type", p.type}, {"default", valueText(info, p.type, p.value)}, {"range", range}, {"live", p.live}, {"doc", p.doc}});
    }
    for (const QueueInfo &q : info.queues)
        out["queues"].push_back({{"name", q.name}, {"ordering", q.ordering}, {"domain", q.domain}, {"on", q.on}, {"doc", q.doc}});
    for (const RuleInfo &r : info.rules)
        out["rules"].push_back(r.text);
    if (asJson) {
        std::cout << out.dump() << "\n";
        return;
    }
    std::cout << "policy " << info.policy << (info.doc.empty() ? "" : "  " + info.doc) << "\n";
    for (const auto &p : out["params"])
        std::cout << "param  " << p["name"].get<std::string>() << ": " << p["type"].get<std::string>() << " = " << p["default"].get<std::string>()
                  << (p["range"] == "" ? "" : " in " + p["range"].get<std::string>()) << (p["live"].get<bool>() ? " (live)" : "") << "  " << p["doc"].get<std::string>() << "\n";
    for (const QueueInfo &q : info.queues)
        std::cout << "queue  " << q.name << ": " << q.ordering << (q.domain.empty() ? "" : " per " + q.domain) << (q.on.empty() ? "" : " on " + q.on) << (q.doc.empty() ? "" : "  " + q.doc) << "\n";
    for (const RuleInfo &r : info.rules)
        std::cout << "rule   " << r.text << "\n";
}

} // namespace

int runPolicy(int argc, char **argv) {
    CLI::App app{"Makes a compiled policy the system's scheduler, until it is interrupted", "scxrun"};
    std::string path, duration;
    std::vector<std::string> sets;
    double every = 0;
    bool listOnly = false, asJson = false, noStats = false, showDump = false;
    LoadOptions options;
    app.add_option("object", path, "policy.bpf.o")->required();
    app.add_option("--set", sets, "a parameter, name=value")->allow_extra_args(false);
    app.add_option("--for", duration, "end after this time (5s, 500ms)");
    app.add_option("--stats", every, "print the table every so many seconds");
    app.add_flag("--list", listOnly, "show parameters, queues and rules, and load nothing");
    app.add_flag("--json", asJson, "one JSON document a line instead of tables");
    app.add_flag("--no-stats", noStats, "keep no statistics; costs nothing then");
    app.add_flag("--dump", showDump, "print the kernel's dump when it ended the policy with an error");
    app.add_option("--verifier-log", options.verifierLog, "where all of the log goes if the kernel refuses the policy");
    app.add_flag("--verbose", options.verbose, "show what libbpf and the verifier say");
    app.set_version_flag("--version", std::string("scxrun " SCX_VERSION));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        if (error.get_exit_code() == 0)
            return app.exit(error);
        std::cerr << "scxrun: " << error.what() << "; see scxrun --help\n";
        return 2;
    }
    try {
        ObjectInfo info = readObject(path);
        checkSymbols(path, info);
        std::map<std::string, int64_t> parameters;
        for (const std::string &set : sets) {
            size_t equals = set.find('=');
            const Parameter *parameter = nullptr;
            std::vector<std::string> known;
            for (const Parameter &p : info.parameters) {
                known.push_back(p.name);
                if (p.name == set.substr(0, equals))
                    parameter = &p;
            }
            if (equals == std::string::npos)
                throw std::runtime_error("`--set " + set + "` has no value; write name=value");
            if (!parameter) {
                std::string near = nearestName(set.substr(0, equals), known);
                throw std::runtime_error("the policy has no parameter `" + set.substr(0, equals) + "`; " +
                                         (known.empty() ? "it has none" : near.empty() ? "--list shows what it has" : "did you mean `" + near + "`?"));
            }
            parameters[parameter->name] = parseValue(info, *parameter, set.substr(equals + 1));
        }
        int64_t limit = duration.empty() ? 0 : parseDuration(duration);
        if (listOnly) {
            list(info, asJson);
            return 0;
        }
        options.statistics = !noStats;
        checkKernel();
        std::signal(SIGINT, [](int) { stopped = 1; });
        std::signal(SIGTERM, [](int) { stopped = 1; });
        mlockall(MCL_CURRENT | MCL_FUTURE); // its own policy must not make it wait for memory
        auto begin = std::chrono::steady_clock::now();
        while (true) {
            Scheduler scheduler(path, info, parameters, options);
            // A policy that failed to start attaches all the same; the kernel says so only in the exit information.
            if (scheduler.exitInfo().kind == 0)
                std::cerr << "scxrun: " << info.policy << " schedules this machine, " << sysconf(_SC_NPROCESSORS_ONLN) << " CPUs\n";
            auto shown = std::chrono::steady_clock::now();
            auto show = [&] {
                if (asJson)
                    std::cout << figures(scheduler, info).dump() << std::endl;
                else
                    printTable(figures(scheduler, info));
            };
            while (!stopped && scheduler.exitInfo().kind == 0) {
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
                auto now = std::chrono::steady_clock::now();
                if (limit && std::chrono::duration_cast<std::chrono::nanoseconds>(now - begin).count() >= limit)
                    break;
                if (every > 0 && std::chrono::duration<double>(now - shown).count() >= every) {
                    shown = now;
                    show();
                }
            }
            ExitInfo before = scheduler.exitInfo();
            scheduler.detach();
            for (int i = 0; i < 100 && scheduler.exitInfo().kind == 0; ++i)
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            if (!noStats)
                show();
            if (before.kind == 0)
                return 0;
            std::cerr << "scxrun: the kernel ended " << info.policy << ": " << before.reason << (before.message.empty() ? "" : " (" + before.message + ")") << "\n";
            if (before.error()) {
                if (std::string dump = scheduler.dump(); showDump)
                    std::cerr << (dump.empty() ? "scxrun: the policy keeps no dump; the trace event sched_ext_dump has it\n" : dump);
                return 3;
            }
            if (!before.restart() || stopped)
                return 0;
            std::cerr << "scxrun: CPUs changed, loading again\n";
        }
    } catch (const std::exception &error) {
        std::cerr << "scxrun: " << error.what() << "\n";
        return 1;
    }
}

} // namespace scx
