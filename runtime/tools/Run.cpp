// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Run.h"

#include "kernel/Scheduler.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <iostream>
#include <sys/mman.h>
#include <thread>

namespace scx {
namespace {

volatile std::sig_atomic_t stopped = 0;

/// The value below which `part` of the values lie; the middle of the bucket that holds it.
double percentile(const std::vector<uint64_t> &buckets, double part) {
    uint64_t total = 0, seen = 0;
    for (uint64_t n : buckets)
        total += n;
    for (size_t i = 0; total && i < buckets.size(); ++i) {
        seen += buckets[i];
        if (static_cast<double>(seen) >= part * static_cast<double>(total)) {
            if (i < 8)
                return static_cast<double>(i);
            double low = static_cast<double>((4 + i % 4)) * static_cast<double>(1ull << (i / 4 - 2));
            return low + static_cast<double>(1ull << (i / 4 - 2)) / 2;
        }
    }
    return 0;
}

nlohmann::json figures(const Scheduler &scheduler, const ObjectInfo &info) {
    nlohmann::json out = {{"policy", info.policy}, {"queues", nlohmann::json::array()}, {"rules", nlohmann::json::array()}, {"counters", nlohmann::json::object()}};
    uint64_t all = 0;
    for (const QueueInfo &q : info.queues)
        all += scheduler.counter(q.ran);
    for (const QueueInfo &q : info.queues) {
        uint64_t ran = scheduler.counter(q.ran);
        std::vector<uint64_t> waits = scheduler.histogram(q.wait);
        out["queues"].push_back({{"name", q.name}, {"tasks", scheduler.counter(q.tasks)}, {"direct", scheduler.counter(q.direct)}, {"ran_ns", ran},
                                 {"share", all ? static_cast<double>(ran) / static_cast<double>(all) : 0.0}, {"wait_p50_ns", percentile(waits, 0.5)}, {"wait_p99_ns", percentile(waits, 0.99)}});
    }
    for (const RuleInfo &r : info.rules)
        out["rules"].push_back({{"text", r.text}, {"hits", scheduler.counter(r.hits)}});
    for (const std::string &c : info.counters)
        out["counters"][c] = scheduler.counter(c);
    return out;
}

void table(const nlohmann::json &f) {
    printf("%-16s %12s %12s %10s %10s %10s\n", "queue", "runs", "direct", "cpu share", "wait p50", "wait p99");
    for (const auto &q : f["queues"])
        printf("%-16s %12llu %12llu %9.1f%% %10s %10s\n", q["name"].get<std::string>().c_str(), q["tasks"].get<unsigned long long>(), q["direct"].get<unsigned long long>(),
               q["share"].get<double>() * 100, durationText(q["wait_p50_ns"]).c_str(), durationText(q["wait_p99_ns"]).c_str());
    for (const auto &r : f["rules"])
        printf("rule   %12llu  %s\n", r["hits"].get<unsigned long long>(), r["text"].get<std::string>().c_str());
    for (const auto &[name, value] : f["counters"].items())
        printf("counter %11llu  %s\n", value.get<unsigned long long>(), name.c_str());
    fflush(stdout);
}

void list(const ObjectInfo &info, bool asJson) {
    nlohmann::json out = {{"policy", info.policy}, {"doc", info.doc}, {"params", nlohmann::json::array()}, {"queues", nlohmann::json::array()}, {"rules", nlohmann::json::array()}};
    for (const Parameter &p : info.parameters) {
        std::string range = p.minimum ? valueText(info, p.type, *p.minimum) + ".." + valueText(info, p.type, *p.maximum) : "";
        out["params"].push_back({{"name", p.name}, {"type", p.type}, {"default", valueText(info, p.type, p.value)}, {"range", range}, {"live", p.live}, {"doc", p.doc}});
    }
    for (const QueueInfo &q : info.queues)
        out["queues"].push_back({{"name", q.name}, {"ordering", q.ordering}, {"domain", q.domain}, {"on", q.on}});
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
        std::cout << "queue  " << q.name << ": " << q.ordering << (q.domain.empty() ? "" : " per " + q.domain) << (q.on.empty() ? "" : " on " + q.on) << "\n";
    for (const RuleInfo &r : info.rules)
        std::cout << "rule   " << r.text << "\n";
}

} // namespace

int runPolicy(int argc, char **argv) {
    CLI::App app{"Makes a compiled policy the system's scheduler, until it is interrupted", "scxrun"};
    std::string path, duration;
    std::vector<std::string> sets;
    double every = 0;
    bool listOnly = false, asJson = false, noStats = false, verbose = false;
    app.add_option("object", path, "policy.bpf.o")->required();
    app.add_option("--set", sets, "a parameter, name=value")->allow_extra_args(false);
    app.add_option("--for", duration, "end after this time (5s, 500ms)");
    app.add_option("--stats", every, "print the table every so many seconds");
    app.add_flag("--list", listOnly, "show parameters, queues and rules, and load nothing");
    app.add_flag("--json", asJson, "one JSON document a line instead of tables");
    app.add_flag("--no-stats", noStats, "keep no statistics; costs nothing then");
    app.add_flag("--verbose", verbose, "show what libbpf and the verifier say");
    app.set_version_flag("--version", std::string("scxrun " SCX_VERSION));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        ObjectInfo info = readObject(path);
        std::map<std::string, int64_t> parameters;
        for (const std::string &set : sets) {
            size_t equals = set.find('=');
            const Parameter *parameter = nullptr;
            std::string known;
            for (const Parameter &p : info.parameters) {
                known += (known.empty() ? "" : ", ") + p.name;
                if (p.name == set.substr(0, equals))
                    parameter = &p;
            }
            if (equals == std::string::npos)
                throw std::runtime_error("`--set " + set + "` has no value; write name=value");
            if (!parameter)
                throw std::runtime_error("the policy has no parameter `" + set.substr(0, equals) + "`; it has " + (known.empty() ? "none" : known));
            parameters[parameter->name] = parseValue(info, *parameter, set.substr(equals + 1));
        }
        int64_t limit = duration.empty() ? 0 : parseDuration(duration);
        if (listOnly) {
            list(info, asJson);
            return 0;
        }
        checkKernel();
        std::signal(SIGINT, [](int) { stopped = 1; });
        std::signal(SIGTERM, [](int) { stopped = 1; });
        mlockall(MCL_CURRENT | MCL_FUTURE); // its own policy must not make it wait for memory
        auto begin = std::chrono::steady_clock::now();
        while (true) {
            Scheduler scheduler(path, info, parameters, !noStats, verbose);
            std::cerr << "scxrun: " << info.policy << " schedules this machine\n";
            auto shown = std::chrono::steady_clock::now();
            auto show = [&] {
                if (asJson)
                    std::cout << figures(scheduler, info).dump() << std::endl;
                else
                    table(figures(scheduler, info));
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
            if (before.error())
                return 3;
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
