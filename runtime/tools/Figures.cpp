// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace scx {

using nlohmann::json;

double percentile(const std::vector<uint64_t> &buckets, double part) {
    uint64_t total = 0, seen = 0;
    for (uint64_t n : buckets)
        total += n;
    if (!total)
        return -1;
    auto rank = std::clamp<uint64_t>(static_cast<uint64_t>(std::ceil(part * static_cast<double>(total))), 1, total);
    for (size_t i = 0; i < buckets.size(); ++i) {
        seen += buckets[i];
        if (seen < rank)
            continue;
        if (i < 8) // these hold one value each
            return static_cast<double>(i);
        double width = std::ldexp(1.0, static_cast<int>(i / 4) - 2);
        return static_cast<double>(4 + i % 4) * width + width / 2;
    }
    return -1;
}

namespace {

json measured(const std::vector<uint64_t> &buckets, double part) {
    double value = percentile(buckets, part);
    return value < 0 ? json() : json(value);
}

std::string timeCell(const json &ns) { return ns.is_null() ? "-" : durationText(ns.get<double>()); }

} // namespace

json figures(const Scheduler &scheduler, const ObjectInfo &info) {
    json out = {{"policy", info.policy}, {"queues", json::array()}, {"rules", json::array()}, {"counters", json::object()}, {"histograms", json::object()}};
    uint64_t all = 0;
    for (const QueueInfo &q : info.queues)
        all += scheduler.counter(q.ran);
    for (const QueueInfo &q : info.queues) {
        uint64_t ran = scheduler.counter(q.ran);
        std::vector<uint64_t> waits = scheduler.histogram(q.wait);
        out["queues"].push_back({{"name", q.name}, {"tasks", scheduler.counter(q.tasks)}, {"direct", scheduler.counter(q.direct)}, {"ran_ns", ran},
                                 {"share", all ? static_cast<double>(ran) / static_cast<double>(all) : 0.0},
                                 {"wait_p50_ns", measured(waits, 0.5)}, {"wait_p99_ns", measured(waits, 0.99)}});
    }
    for (const RuleInfo &r : info.rules)
        out["rules"].push_back({{"text", r.text}, {"queue", r.queue}, {"hits", scheduler.counter(r.hits)}});
    for (const StatInfo &c : info.counters)
        out["counters"][c.label.empty() ? c.name : c.label] = scheduler.counter(c.name);
    for (const StatInfo &h : info.histograms) {
        std::vector<uint64_t> buckets = scheduler.histogram(h.name);
        uint64_t count = 0;
        for (uint64_t n : buckets)
            count += n;
        out["histograms"][h.label.empty() ? h.name : h.label] = {{"count", count}, {"p50", measured(buckets, 0.5)}, {"p99", measured(buckets, 0.99)}};
    }
    return out;
}

void printTable(const json &f) {
    int width = 5; // as wide as the longest name, so that columns stand under each other
    for (const auto &q : f["queues"])
        width = std::max(width, static_cast<int>(q["name"].get<std::string>().size()));
    printf("%-*s %12s %12s %10s %10s %10s\n", width, "queue", "tasks", "direct", "cpu share", "wait p50", "wait p99");
    for (const auto &q : f["queues"]) {
        char share[16] = "-";
        if (q["ran_ns"].get<uint64_t>())
            snprintf(share, sizeof share, "%.1f%%", q["share"].get<double>() * 100);
        printf("%-*s %12llu %12llu %10s %10s %10s\n", width, q["name"].get<std::string>().c_str(), q["tasks"].get<unsigned long long>(),
               q["direct"].get<unsigned long long>(), share, timeCell(q["wait_p50_ns"]).c_str(), timeCell(q["wait_p99_ns"]).c_str());
    }
    if (!f["rules"].empty())
        printf("\n%12s  rule\n", "hits");
    for (const auto &r : f["rules"])
        printf("%12llu  %s\n", r["hits"].get<unsigned long long>(), r["text"].get<std::string>().c_str());
    if (!f["counters"].empty())
        printf("\n%12s  counter\n", "value");
    for (const auto &[name, value] : f["counters"].items())
        printf("%12llu  %s\n", value.get<unsigned long long>(), name.c_str());
    if (!f["histograms"].empty())
        printf("\n%12s %12s %12s  histogram\n", "values", "p50", "p99");
    for (const auto &[name, h] : f["histograms"].items()) {
        auto cell = [](const json &v) { return v.is_null() ? std::string("-") : std::to_string(static_cast<long long>(v.get<double>())); };
        printf("%12llu %12s %12s  %s\n", h["count"].get<unsigned long long>(), cell(h["p50"]).c_str(), cell(h["p99"]).c_str(), name.c_str());
    }
    fflush(stdout);
}

} // namespace scx
