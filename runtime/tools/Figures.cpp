// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace scx {

using nlohmann::json;

double percentile(const std::vector<uint64_t> &buckets, double part, int64_t width) {
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
        // Where the bucket begins and how wide it is. One that holds a single value is that value.
        bool single = width ? width == 1 : i < 12;
        double wide = width ? static_cast<double>(width) : i < 8 ? 1 : std::ldexp(1.0, static_cast<int>(i / 4) - 2);
        double from = width || i < 8 ? static_cast<double>(i) * wide : static_cast<double>(4 + i % 4) * wide;
        bool above = width && i + 1 == buckets.size();
        return from + (single || above ? 0 : wide / 2);
    }
    return -1;
}

namespace {

json measured(const std::vector<uint64_t> &buckets, double part, int64_t width = 0) {
    double value = percentile(buckets, part, width);
    return value < 0 ? json() : json(value);
}

std::string timeCell(const json &ns) { return ns.is_null() ? "-" : durationText(ns.get<double>()); }

/// What a linear histogram counted, a line for each bucket that is not empty.
void printBuckets(const json &h) {
    auto text = [&](uint64_t edge) { return h["unit"] == "ns" ? durationText(static_cast<double>(edge)) : std::to_string(edge); };
    const auto width = h["width"].get<uint64_t>();
    for (size_t i = 0; i < h["buckets"].size(); ++i)
        if (auto n = h["buckets"][i].get<unsigned long long>())
            printf("%12llu   %s .. %s\n", n, text(i * width).c_str(), i + 1 < h["buckets"].size() ? text((i + 1) * width).c_str() : "");
}

} // namespace

json figures(const Scheduler &scheduler, const ObjectInfo &info, bool buckets) {
    json out = {{"policy", info.policy}, {"queues", json::array()}, {"rules", json::array()}, {"counters", json::object()}, {"histograms", json::object()}};
    uint64_t all = 0;
    for (const QueueInfo &q : info.queues)
        all += scheduler.counter(q.ran);
    for (const QueueInfo &q : info.queues) {
        uint64_t ran = scheduler.counter(q.ran);
        std::vector<uint64_t> waits = scheduler.histogram(q.wait);
        out["queues"].push_back({{"name", q.name},
                                 {"tasks", scheduler.counter(q.tasks)},
                                 {"direct", scheduler.counter(q.direct)},
                                 {"ran_ns", ran},
                                 {"share", all ? static_cast<double>(ran) / static_cast<double>(all) : 0.0},
                                 {"wait_p50_ns", measured(waits, 0.5)},
                                 {"wait_p99_ns", measured(waits, 0.99)}});
        if (buckets)
            out["queues"].back()["wait_buckets"] = waits;
    }
    for (const RuleInfo &r : info.rules)
        out["rules"].push_back({{"text", r.text}, {"short", r.shortText()}, {"queue", r.queue}, {"hits", scheduler.counter(r.hits)}});
    for (const StatInfo &c : info.counters)
        for (size_t part = 0; part < c.count(); ++part)
            out["counters"][c.title(part)] = scheduler.counter(c.name, part);
    for (const StatInfo &h : info.histograms)
        for (size_t part = 0; part < h.count(); ++part) {
            std::vector<uint64_t> buckets = scheduler.histogram(h.name, h.buckets, part);
            uint64_t count = 0;
            for (uint64_t n : buckets)
                count += n;
            json &one = out["histograms"][h.title(part)];
            one = {{"count", count}, {"p50", measured(buckets, 0.5, h.width)}, {"p99", measured(buckets, 0.99, h.width)}};
            if (h.width) {
                one["width"] = h.width;
                one["unit"] = h.isTime ? "ns" : "";
                one["buckets"] = buckets;
            }
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
        bool isTime = h.value("unit", "") == "ns";
        auto cell = [&](const json &v) { return v.is_null() || isTime ? timeCell(v) : std::to_string(static_cast<long long>(v.get<double>())); };
        printf("%12llu %12s %12s  %s\n", h["count"].get<unsigned long long>(), cell(h["p50"]).c_str(), cell(h["p99"]).c_str(), name.c_str());
        if (h.contains("buckets"))
            printBuckets(h);
    }
}

} // namespace scx
