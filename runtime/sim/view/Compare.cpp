// SPDX-License-Identifier: GPL-2.0-only
// Results side by side.
#include "sim/view/Cells.h"
#include "sim/view/Table.h"

#include <algorithm>
#include <cstdio>

namespace scx::sim {

using nlohmann::json;

namespace {

struct Row {
    const char *label;
    std::string (*cell)(const json &owner);
};

const Row kMachine[] = {
    {"used", [](const json &m) { return partCell(m["utilisation"]); }},
    {"wasted", [](const json &m) { return partCell(m["wasted"]); }},
    {"fairness",
     [](const json &m) {
    char text[32];
    snprintf(text, sizeof text, "%.4f", m["fairness"].get<double>());
    return std::string(text);
}},
    {"switches", [](const json &m) { return countCell(m["switches"]); }},
    {"migrations", [](const json &m) { return countCell(m["migrations"]); }},
    {"preemptions", [](const json &m) { return countCell(m["preemptions"]); }},
    {"missed", missedCell},
};
const Row kGroup[] = {
    {"cpu time", [](const json &g) { return timeCell(g["cpu_ns"]); }},
    {"share", [](const json &g) { return partCell(g["share"]); }},
    {"got", [](const json &g) { return partCell(g["got"]); }},
    {"wait p50", [](const json &g) { return timeCell(g["wait_p50_ns"]); }},
    {"wait p99", [](const json &g) { return timeCell(g["wait_p99_ns"]); }},
    {"woken p50", [](const json &g) { return timeCell(g["latency_p50_ns"]); }},
    {"woken p99", [](const json &g) { return timeCell(g["latency_p99_ns"]); }},
    {"woken max", [](const json &g) { return timeCell(g["latency_max_ns"]); }},
    {"missed", missedCell},
};
const Row kQueue[] = {
    {"runs", [](const json &q) { return countCell(q["runs"]); }},
    {"share", [](const json &q) { return partCell(q["share"]); }},
    {"wait p50", [](const json &q) { return timeCell(q["wait_p50_ns"]); }},
    {"wait p99", [](const json &q) { return timeCell(q["wait_p99_ns"]); }},
};

const json *named(const json &list, const std::string &name) {
    for (const json &one : list)
        if (one["name"] == name)
            return &one;
    return nullptr;
}

/// Names in any of the results, in the order in which they are met.
std::vector<std::string> namesIn(const Results &results, const char *list) {
    std::vector<std::string> names;
    for (const auto &[result, f] : results)
        for (const json &one : f[list])
            if (std::string name = one["name"]; std::find(names.begin(), names.end(), name) == names.end())
                names.push_back(name);
    return names;
}

/// Rows in which nobody has measured anything are left out.
template <size_t N> void printBlock(const std::string &title, const Row (&rows)[N], const std::vector<const json *> &owners, int first,
                                    const std::vector<int> &widths) {
    printf("%s\n", title.c_str());
    for (const Row &row : rows) {
        std::vector<std::string> cells;
        for (const json *owner : owners)
            cells.push_back(owner ? row.cell(*owner) : "-");
        if (std::all_of(cells.begin(), cells.end(), [](const std::string &cell) { return cell == "-"; }))
            continue;
        printf("  %-*s", first - 2, row.label);
        for (size_t i = 0; i < cells.size(); ++i)
            printf(" %*s", widths[i], cells[i].c_str());
        printf("\n");
    }
}

} // namespace

json comparison(const Results &results) {
    json out = {{"results", json::array()}};
    for (const auto &[name, f] : results) {
        out["results"].push_back(f);
        out["results"].back()["name"] = name;
    }
    return out;
}

void printComparison(const Results &results) {
    constexpr int first = 14;
    std::vector<int> widths;
    printf("%-*s", first, "");
    for (const auto &[name, f] : results) {
        widths.push_back(std::max(12, static_cast<int>(name.size())));
        printf(" %*s", widths.back(), name.c_str());
    }
    printf("\n");
    auto block = [&](const std::string &title, const auto &rows, const char *list, const std::string &name) {
        std::vector<const json *> owners;
        for (const auto &[result, f] : results)
            owners.push_back(name.empty() ? &f[list] : named(f[list], name));
        printBlock(title, rows, owners, first, widths);
    };
    block("machine", kMachine, "machine", "");
    for (const std::string &name : namesIn(results, "groups"))
        block("task " + name, kGroup, "groups", name);
    for (const std::string &name : namesIn(results, "queues"))
        block("queue " + name, kQueue, "queues", name);
    fflush(stdout);
}

} // namespace scx::sim
