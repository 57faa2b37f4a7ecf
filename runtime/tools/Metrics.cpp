// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Metrics.h"

#include "kernel/Sysfs.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <utility>

namespace scx {
namespace {

constexpr double kNanosecond = 1e-9, kMillionth = 1e-6;
// Edges of waits: 2^10 to 2^36 ns, which are 1 µs to a minute; between them is more than Prometheus would thank for.
constexpr int kFirstEdge = 10, kLastEdge = 36;

using Labels = std::vector<std::pair<std::string, std::string>>;

/// One family after the other: first its head, then its samples.
class Exposition {
  public:
    void family(const std::string &name, const char *type, const std::string &help, const char *unit = nullptr) {
        out << "# HELP " << name << ' ' << escaped(help, false) << "\n# TYPE " << name << ' ' << type << '\n';
        if (unit)
            out << "# UNIT " << name << ' ' << unit << '\n';
    }
    void sample(const std::string &name, const Labels &labels, double value) {
        char number[32];
        snprintf(number, sizeof number, "%.17g", value);
        out << name;
        for (size_t i = 0; i < labels.size(); ++i)
            out << (i ? "," : "{") << labels[i].first << "=\"" << escaped(labels[i].second, true) << '"';
        out << (labels.empty() ? " " : "} ") << number << '\n';
    }
    /// Counts of buckets, and where each of them ends; the last has no end.
    void histogram(const std::string &name, Labels labels, const std::vector<uint64_t> &counts, const std::vector<double> &ends) {
        uint64_t sum = 0;
        labels.emplace_back("le", "");
        for (size_t i = 0; i < counts.size(); ++i) {
            char edge[32];
            snprintf(edge, sizeof edge, "%.12g", i < ends.size() ? ends[i] : 0.0);
            labels.back().second = i < ends.size() ? edge : "+Inf";
            sum += counts[i];
            sample(name + "_bucket", labels, static_cast<double>(sum));
        }
    }
    std::string finish() {
        out << "# EOF\n";
        return out.str();
    }

  private:
    std::ostringstream out;

    static std::string escaped(const std::string &text, bool quoted) {
        std::string all;
        for (char c : text)
            if (c == '\n')
                all += "\\n";
            else if (c == '\\' || (quoted && c == '"'))
                all += std::string("\\") + c;
            else
                all += c;
        return all;
    }
};

/// Log-linear buckets (docs/internals/object.md) by powers of two: those below 2^first, and so on; the last has no end.
std::vector<uint64_t> byPowers(const std::vector<uint64_t> &buckets, int first, int last) {
    std::vector<uint64_t> counts(static_cast<size_t>(last - first) + 2);
    for (size_t i = 0; i < buckets.size(); ++i) {
        int power = i == 0 ? 0 : i < 4 ? 1 + (i > 1) : static_cast<int>(i / 4) + 1; // everything in it is below 2^power
        counts[static_cast<size_t>(std::clamp(power, first, last + 1) - first)] += buckets[i];
    }
    return counts;
}

std::vector<double> powers(int first, int last) {
    std::vector<double> ends;
    for (int power = first; power <= last; ++power)
        ends.push_back(std::ldexp(1.0, power));
    return ends;
}

/// Our buckets end below their edges, those of Prometheus with them: of whole numbers that is one less, of nanoseconds nobody sees it.
std::vector<double> edges(std::vector<double> ends, bool time) {
    for (double &end : ends)
        end = time ? end * kNanosecond : end - 1;
    return ends;
}

void aboutPolicy(Exposition &out, const Runner &runner) {
    const ObjectInfo &info = runner.policy().info;
    out.family("scx_policy", "info", "The policy that schedules this machine.");
    out.sample("scx_policy_info", {{"policy", info.policy}, {"source", info.source}}, 1);
    out.family("scx_policy_uptime_seconds", "gauge", "How long it has been running since it was last loaded.", "seconds");
    out.sample("scx_policy_uptime_seconds", {}, std::chrono::duration<double>(Runner::Clock::now() - runner.since()).count());
    out.family("scx_policy_loads", "counter", "How often a policy was loaded: once, and again for CPUs that come or go and for replacements.");
    out.sample("scx_policy_loads_total", {}, static_cast<double>(runner.loads()));
    if (std::string rejected = readLine("/sys/kernel/sched_ext/nr_rejected"); !rejected.empty()) {
        out.family("scx_kernel_rejected_tasks", "counter", "Tasks that asked for sched_ext and were refused by a policy, since boot.");
        out.sample("scx_kernel_rejected_tasks_total", {}, std::strtod(rejected.c_str(), nullptr));
    }
    if (info.parameters.empty())
        return;
    out.family("scx_parameter", "gauge", "Its parameters: durations in seconds, ratios as fractions, of an enum the number of the value.");
    for (const Parameter &p : info.parameters) {
        auto set = runner.policy().values.find(p.name);
        auto value = static_cast<double>(set == runner.policy().values.end() ? p.value : set->second);
        double unit = p.type == "duration" || p.type == "time" ? kNanosecond : p.type == "ratio" ? kMillionth : 1;
        out.sample("scx_parameter", {{"parameter", p.name}, {"live", p.live ? "true" : "false"}}, value * unit);
    }
}

void aboutQueues(Exposition &out, const Runner &runner) {
    const ObjectInfo &info = runner.policy().info;
    const Scheduler &scheduler = runner.scheduler();
    auto counters = [&](const char *family, const char *help, const char *unit, std::string QueueInfo::*counter, double scale) {
        out.family(family, "counter", help, unit);
        for (const QueueInfo &q : info.queues)
            if (!(q.*counter).empty())
                out.sample(std::string(family) + "_total", {{"queue", q.name}}, static_cast<double>(scheduler.counter(q.*counter)) * scale);
    };
    counters("scx_queue_runs", "Times a task of the queue began to run.", nullptr, &QueueInfo::tasks, 1);
    counters("scx_queue_direct_runs", "Of those, placed on an idle CPU without waiting.", nullptr, &QueueInfo::direct, 1);
    counters("scx_queue_cpu_seconds", "CPU time that tasks of the queue had.", "seconds", &QueueInfo::ran, kNanosecond);
    out.family("scx_queue_wait_seconds", "histogram", "How long tasks of the queue waited, if they did.", "seconds");
    for (const QueueInfo &q : info.queues)
        if (!q.wait.empty())
            out.histogram("scx_queue_wait_seconds", {{"queue", q.name}}, byPowers(scheduler.histogram(q.wait), kFirstEdge, kLastEdge),
                          edges(powers(kFirstEdge, kLastEdge), true));
    if (!info.rules.empty())
        out.family("scx_rule_hits", "counter", "Tasks that a rule of `match` took.");
    for (size_t i = 0; i < info.rules.size(); ++i)
        if (const RuleInfo &r = info.rules[i]; !r.hits.empty())
            out.sample("scx_rule_hits_total", {{"rule", r.text}, {"queue", r.queue}, {"number", std::to_string(i)}},
                       static_cast<double>(scheduler.counter(r.hits)));
}

/// What the policy itself counts. A family has one unit, so those of time have one of their own.
void aboutItsOwn(Exposition &out, const Runner &runner) {
    const ObjectInfo &info = runner.policy().info;
    const Scheduler &scheduler = runner.scheduler();
    if (!info.counters.empty())
        out.family("scx_policy_counter", "counter", "Counters that the policy declares.");
    auto labels = [](const char *kind, const StatInfo &stat, size_t part) {
        Labels made = {{kind, stat.name}};
        if (!stat.parts.empty())
            made.emplace_back("part", stat.parts[part]);
        return made;
    };
    for (const StatInfo &c : info.counters)
        for (size_t part = 0; part < c.count(); ++part)
            out.sample("scx_policy_counter_total", labels("counter", c, part), static_cast<double>(scheduler.counter(c.name, part)));
    for (bool time : {false, true}) {
        std::string family = time ? "scx_policy_histogram_seconds" : "scx_policy_histogram";
        bool begun = false;
        for (const StatInfo &h : info.histograms) {
            if (h.isTime != time)
                continue;
            if (!std::exchange(begun, true))
                out.family(family, "histogram", time ? "Histograms of durations that the policy declares." : "Histograms that the policy declares.",
                           time ? "seconds" : nullptr);
            std::vector<double> ends;
            for (size_t i = 1; h.width && i < h.buckets; ++i)
                ends.push_back(static_cast<double>(h.width) * static_cast<double>(i));
            for (size_t part = 0; part < h.count(); ++part) {
                Labels of = labels("histogram", h, part);
                std::vector<uint64_t> counts = scheduler.histogram(h.name, h.buckets, part);
                if (h.width)
                    out.histogram(family, of, counts, edges(ends, time));
                else
                    out.histogram(family, of, byPowers(counts, 0, kLastEdge), edges(powers(0, kLastEdge), time));
            }
        }
    }
}

} // namespace

std::string metricsText(const Runner &runner, bool statistics) {
    Exposition out;
    aboutPolicy(out, runner);
    if (statistics)
        aboutQueues(out, runner);
    aboutItsOwn(out, runner);
    return out.finish();
}

} // namespace scx
