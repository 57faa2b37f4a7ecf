// SPDX-License-Identifier: GPL-2.0-only
#include "sim/view/Table.h"
#include "sim/view/Cells.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace scx::sim {

using nlohmann::json;

std::string timeCell(const json &ns) { return ns.is_null() ? "-" : durationText(ns.get<double>()); }
std::string countCell(const json &number) { return number.is_null() ? "-" : std::to_string(number.get<uint64_t>()); }

std::string partCell(const json &part) {
    char text[32] = "-";
    if (!part.is_null())
        snprintf(text, sizeof text, "%.1f%%", part.get<double>() * 100);
    return text;
}

std::string missedCell(const json &row) { return row["periods"] == 0 ? "-" : countCell(row["missed"]) + "/" + countCell(row["periods"]); }

namespace {

/// To 6 digits behind the point, so that no machine's last digit shows.
json part(uint64_t of, uint64_t all) { return all ? json(std::round(static_cast<double>(of) / static_cast<double>(all) * 1e6) / 1e6) : json(); }

void spread(json &row, const std::string &name, const Histogram &h) {
    for (auto [percentile, permille] : {std::pair("_p50_ns", 500u), {"_p90_ns", 900u}, {"_p99_ns", 990u}})
        row[name + percentile] = h.count() ? json(h.percentile(permille)) : json();
    row[name + "_max_ns"] = h.count() ? json(h.max()) : json();
    row[name + "_count"] = h.count();
    row[name + "_ns"] = h.sum();
}

json taskRow(const TaskFigures &t, const MachineFigures &machine) {
    json row = {{"name", t.name},
                {"cpu_ns", t.cpu},
                {"share", part(t.cpu, machine.cpu)},
                {"entitled_ns", t.entitled},
                {"entitled_share", part(t.entitled, machine.cpu)},
                {"got", part(t.cpu, t.entitled)},
                {"switches", t.switches},
                {"migrations", t.migrations},
                {"preemptions", t.preemptions},
                {"periods", t.periods},
                {"missed", t.missed}};
    spread(row, "wait", t.wait);
    spread(row, "latency", t.latency);
    return row;
}

using Cells = std::vector<std::string>;

/// As scxrun's: the first column as wide as its longest cell and to the left, the others to the right.
void printRows(const std::vector<Cells> &rows) {
    std::vector<size_t> widths(rows[0].size(), 10);
    widths[0] = 5;
    for (const Cells &row : rows)
        for (size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    for (const Cells &row : rows) {
        printf("%-*s", static_cast<int>(widths[0]), row[0].c_str());
        for (size_t i = 1; i < row.size(); ++i)
            printf(" %*s", static_cast<int>(widths[i]), row[i].c_str());
        printf("\n");
    }
}

void printTasks(const json &rows, bool areGroups) {
    std::vector<Cells> got = {{"task"}},
                       waited = {{"task", "wait p50", "wait p90", "wait p99", "wait max", "woken p50", "woken p90", "woken p99", "woken max"}};
    if (areGroups)
        got[0].push_back("tasks");
    for (const char *head : {"cpu time", "share", "entitled", "got", "switches", "migrations", "preempted", "missed"})
        got[0].push_back(head);
    for (const json &row : rows) {
        std::string name = (areGroups ? "" : countCell(row["pid"]) + " ") + row["name"].get<std::string>();
        Cells cells = {name};
        if (areGroups)
            cells.push_back(countCell(row["tasks"]));
        cells.insert(cells.end(), {timeCell(row["cpu_ns"]), partCell(row["share"]), partCell(row["entitled_share"]), partCell(row["got"]),
                                   countCell(row["switches"]), countCell(row["migrations"]), countCell(row["preemptions"]), missedCell(row)});
        got.push_back(cells);
        cells = {name};
        for (const char *what : {"wait", "latency"})
            for (const char *percentile : {"_p50_ns", "_p90_ns", "_p99_ns", "_max_ns"})
                cells.push_back(timeCell(row[std::string(what) + percentile]));
        waited.push_back(cells);
    }
    printRows(got);
    printf("\n");
    printRows(waited);
}

} // namespace

json figures(const Statistics &statistics) {
    const MachineFigures &m = statistics.machine();
    json out = {{"groups", json::array()}, {"tasks", json::array()}, {"tasks_not_kept", statistics.tasksNotKept()}, {"queues", json::array()}};
    out["machine"] = {{"cpus", m.cpus},
                      {"time_ns", m.time},
                      {"online_ns", m.online},
                      {"cpu_ns", m.cpu},
                      {"idle_ns", m.idle},
                      {"switching_ns", m.online - std::min(m.online, m.cpu + m.idle)},
                      {"wasted_ns", m.wasted},
                      {"utilisation", part(m.cpu, m.online)},
                      {"idle", part(m.idle, m.online)},
                      {"wasted", part(m.wasted, m.online)},
                      {"tasks", m.tasks},
                      {"switches", m.switches},
                      {"migrations", m.migrations},
                      {"preemptions", m.preemptions},
                      {"periods", m.periods},
                      {"missed", m.missed},
                      {"fairness", std::round(m.fairness * 1e6) / 1e6}};
    for (const TaskFigures &g : statistics.groups()) {
        out["groups"].push_back(taskRow(g, m));
        out["groups"].back()["tasks"] = g.tasks;
    }
    for (const TaskFigures *t : statistics.tasks()) {
        out["tasks"].push_back(taskRow(*t, m));
        out["tasks"].back()["pid"] = t->pid;
        out["tasks"].back()["group"] = statistics.groups()[t->group].name;
    }
    for (const QueueFigures &q : statistics.queues()) {
        json row = {{"name", q.name},      {"queued", q.queued},          {"runs", q.runs},
                    {"cpu_ns", q.cpu},     {"share", part(q.cpu, m.cpu)}, {"length", part(q.taskTime, m.time)},
                    {"longest", q.longest}};
        spread(row, "wait", q.wait);
        out["queues"].push_back(row);
    }
    const ExitFacts &e = statistics.exit();
    out["exit"] = e.kind ? json{{"time_ns", e.time}, {"kind", e.kind}, {"code", e.code}, {"reason", e.reason}, {"message", e.message}} : json();
    return out;
}

void printTable(const json &f, bool eachTask) {
    printTasks(f[eachTask ? "tasks" : "groups"], !eachTask);
    if (eachTask && f["tasks_not_kept"] > 0)
        printf("and %s that have ended, which only the groups count\n", countCell(f["tasks_not_kept"]).c_str());
    std::vector<Cells> rows = {{"queue", "queued", "runs", "cpu time", "share", "length", "longest", "wait p50", "wait p90", "wait p99", "wait max"}};
    for (const json &q : f["queues"]) {
        char length[32] = "-";
        if (!q["length"].is_null())
            snprintf(length, sizeof length, "%.2f", q["length"].get<double>());
        rows.push_back({q["name"], countCell(q["queued"]), countCell(q["runs"]), timeCell(q["cpu_ns"]), partCell(q["share"]), length, countCell(q["longest"]),
                        timeCell(q["wait_p50_ns"]), timeCell(q["wait_p90_ns"]), timeCell(q["wait_p99_ns"]), timeCell(q["wait_max_ns"])});
    }
    if (rows.size() > 1) {
        printf("\n");
        printRows(rows);
    }
    const json &m = f["machine"];
    printf("\n%s CPU%s for %s: %s used, %s idle; %s (%s) idle while a task waited that could have run there\n", countCell(m["cpus"]).c_str(),
           m["cpus"] == 1 ? "" : "s", timeCell(m["time_ns"]).c_str(), partCell(m["utilisation"]).c_str(), partCell(m["idle"]).c_str(),
           partCell(m["wasted"]).c_str(), timeCell(m["wasted_ns"]).c_str());
    printf("fairness %.4f, switches %s, migrations %s, preemptions %s, missed periods %s\n", m["fairness"].get<double>(), countCell(m["switches"]).c_str(),
           countCell(m["migrations"]).c_str(), countCell(m["preemptions"]).c_str(), missedCell(m).c_str());
    fflush(stdout);
}

} // namespace scx::sim
