// SPDX-License-Identifier: GPL-2.0-only
#include "tools/TopModel.h"

#include "object/Object.h"
#include "tools/Conversation.h"
#include "tools/Figures.h"
#include "tools/Tasks.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace scx {
namespace {

using nlohmann::json;

constexpr size_t kHistory = 60;    // looks
constexpr int kPatience = 2;       // seconds, once scxrun has loaded what looks on; who looks every second does not wait for long
constexpr size_t kRemembered = 64; // the busiest tasks, whose histories are kept

std::map<int, std::pair<uint64_t, uint64_t>> cpuTimes() {
    std::map<int, std::pair<uint64_t, uint64_t>> times;
    std::ifstream stat("/proc/stat");
    for (std::string line; std::getline(stat, line);) {
        if (!line.starts_with("cpu") || line.size() < 4 || !isdigit(static_cast<unsigned char>(line[3])))
            continue;
        std::istringstream in(line.substr(3));
        int cpu = 0;
        uint64_t ticks, all = 0, idle = 0;
        in >> cpu;
        for (int field = 0; field < 8 && in >> ticks; ++field) { // user nice system idle iowait irq softirq steal; guests are in the first two
            all += ticks;
            idle += field == 3 || field == 4 ? ticks : 0;
        }
        times[cpu] = {all - idle, all};
    }
    return times;
}

std::string withUnit(double number) {
    char text[32];
    if (number >= 1e6)
        snprintf(text, sizeof text, "%.1fM", number / 1e6);
    else if (number >= 1e4)
        snprintf(text, sizeof text, "%.1fk", number / 1e3);
    else
        snprintf(text, sizeof text, number < 10 && number > 0 ? "%.1f" : "%.0f", number);
    return text;
}

TopCell count(double number) { return {withUnit(number), number}; }
TopCell percent(double part) {
    char text[16];
    snprintf(text, sizeof text, "%.1f%%", part * 100);
    return {text, part};
}
TopCell time(double ns) { return ns < 0 ? TopCell{"-", -1} : TopCell{durationText(ns), ns}; }

/// The member of that name of the row with this name, or nothing.
const json *named(const json &rows, const json &name, const char *member = "name") {
    for (const json &row : rows)
        if (row.at(member) == name)
            return &row;
    return nullptr;
}

double grown(const json &now, const json *before, const char *member) {
    double then = before ? before->at(member).get<double>() : 0;
    return std::max(0.0, now.at(member).get<double>() - then);
}

} // namespace

TopModel::TopModel() = default;
TopModel::~TopModel() = default;

void TopModel::look() {
    auto next = std::make_unique<TopLook>();
    try {
        bool first = !scxrun;
        if (first)
            scxrun = std::make_unique<Conversation>();
        next->list = scxrun->ask({{"ask", "list"}});
        json answer = scxrun->ask({{"ask", "tasks"}});
        if (answer.at("row") != sizeof(TaskRow))
            throw std::runtime_error("scxrun lists tasks in another form; is it of another version?");
        if (first)
            scxrun->wait(kPatience);
        next->partial = answer.at("partial").get<bool>();
        next->tasks = readRows<TaskRow>(scxrun->takeFile());
        next->at = std::chrono::steady_clock::now();
        next->cpus = cpuTimes();
    } catch (...) {
        scxrun.reset();
        before.reset();
        throw;
    }
    try {
        next->stats = scxrun->ask({{"ask", "stats"}, {"buckets", true}});
    } catch (const std::runtime_error &) { // none are kept
    }
    bool another = now && (now->list.at("policy") != next->list.at("policy") ||
                           (!now->stats.is_null() && !next->stats.is_null() && next->stats.at("seconds") < now->stats.at("seconds")));
    if (another) {
        now.reset();
        histories.clear();
    }
    before = std::move(now);
    now = std::move(next);
    if (complete())
        remember();
}

double TopModel::seconds() const { return std::max(1e-3, std::chrono::duration<double>(now->at - before->at).count()); }

std::vector<double> TopModel::historyOf(const std::string &key) const {
    auto it = histories.find(key);
    return it == histories.end() ? std::vector<double>() : std::vector<double>(it->second.begin(), it->second.end());
}

/// The one figure of each row that its sparkline shows.
void TopModel::remember() {
    ranBefore.clear();
    for (const TaskRow &t : before->tasks)
        ranBefore[t.pid] = t.runtime;
    std::map<std::string, double> points;
    for (const auto &[prefix, table, column] : {std::tuple("q", queues(), size_t(2)), std::tuple("r", rules(), size_t(1)), std::tuple("c", cpus(), size_t(1)),
                                                std::tuple("p", parameters(), size_t(1))})
        for (const TopRow &row : table.rows)
            points[row.key] = row.cells.at(column).number;
    TopTable busiest = tasks();
    std::stable_sort(busiest.rows.begin(), busiest.rows.end(),
                     [&](const TopRow &a, const TopRow &b) { return a.cells[busiest.sortedBy].number > b.cells[busiest.sortedBy].number; });
    for (size_t i = 0; i < busiest.rows.size(); ++i)
        if (const TopRow &row = busiest.rows[i]; i < kRemembered || histories.contains(row.key))
            points[row.key] = row.cells[busiest.sortedBy].number;
    for (auto it = histories.begin(); it != histories.end();) // what is gone, and what did nothing for all that is shown
        it = points.contains(it->first) && (it->first[0] != 't' || std::any_of(it->second.begin(), it->second.end(), [](double v) { return v > 0; }))
                 ? std::next(it)
                 : histories.erase(it);
    for (const auto &[key, value] : points) {
        std::deque<double> &history = histories[key];
        history.push_back(value);
        if (history.size() > kHistory)
            history.pop_front();
    }
}

std::string TopModel::heading() const {
    size_t running = 0, waiting = 0;
    for (const TaskRow &t : now->tasks) {
        running += t.is(kRowRunning);
        waiting += t.is(kRowRunnable) && !t.is(kRowRunning);
    }
    std::string text = now->list.at("policy").get<std::string>();
    if (!now->stats.is_null())
        text += ", after " + durationText(now->stats.at("seconds").get<double>() * 1e9);
    return text + ": " + std::to_string(now->cpus.size()) + " CPUs, " + std::to_string(now->tasks.size()) + " tasks, " + std::to_string(running) + " run, " +
           std::to_string(waiting) + " wait" + (now->stats.is_null() ? "; no statistics are kept" : "");
}

int TopModel::widestQueue() const {
    size_t width = 8;
    for (const json &q : now->list.at("queues"))
        width = std::max(width, q.at("name").get<std::string>().size());
    return static_cast<int>(std::min<size_t>(width, 20));
}

TopTable TopModel::queues() const {
    TopTable table{"Queues",
                   {{"queue", widestQueue(), false},
                    {"length", 6, true},
                    {"runs/s", 7, true},
                    {"direct", 6, true},
                    {"share", 6, true},
                    {"wait p50", 8, true},
                    {"wait p99", 8, true},
                    {"order", 7, false}},
                   {}};
    const json none = json::array();
    const json &rows = now->stats.is_null() ? none : now->stats.at("queues"), &old = before->stats.is_null() ? none : before->stats.at("queues");
    double all = 0;
    for (const json &row : rows)
        all += grown(row, named(old, row.at("name")), "ran_ns");
    int number = 0;
    for (const json &q : now->list.at("queues")) {
        auto length = std::count_if(now->tasks.begin(), now->tasks.end(), [&](const TaskRow &t) {
            return t.queue == number && t.is(kRowRunnable) && !t.is(kRowRunning) && isOurs(t.policy(), now->partial);
        });
        TopRow row{"q" + q.at("name").get<std::string>(), {{q.at("name"), static_cast<double>(number)}, count(static_cast<double>(length))}, {}};
        const json *figures = named(rows, q.at("name")), *then = named(old, q.at("name"));
        if (figures) {
            double runs = grown(*figures, then, "tasks"), direct = grown(*figures, then, "direct");
            auto waits = figures->at("wait_buckets").get<std::vector<uint64_t>>(); // of the time between the two looks
            if (then)
                for (size_t i = 0; i < waits.size(); ++i)
                    waits[i] -= std::min(waits[i], then->at("wait_buckets").at(i).get<uint64_t>());
            row.cells.insert(row.cells.end(),
                             {count(runs / seconds()), percent(runs > 0 ? direct / runs : 0), percent(all > 0 ? grown(*figures, then, "ran_ns") / all : 0),
                              time(percentile(waits, 0.5)), time(percentile(waits, 0.99))});
        } else
            row.cells.insert(row.cells.end(), 5, {"-", 0});
        row.cells.push_back(
            {q.at("ordering").get<std::string>() + (q.at("domain").get<std::string>().empty() ? "" : " per " + q.at("domain").get<std::string>())});
        row.history = historyOf(row.key);
        table.rows.push_back(std::move(row));
        ++number;
    }
    return table;
}

TopTable TopModel::rules() const {
    TopTable table{"Rules", {{"hits", 8, true}, {"hits/s", 7, true}, {"rule", 30, false}}, {}};
    if (now->stats.is_null())
        return table;
    size_t i = 0;
    for (const json &r : now->stats.at("rules")) {
        const json *then = before->stats.is_null() || i >= before->stats.at("rules").size() ? nullptr : &before->stats.at("rules")[i];
        TopRow row{"r" + std::to_string(i),
                   {count(r.at("hits").get<double>()), count(grown(r, then, "hits") / seconds()), {r.at("short"), static_cast<double>(i)}},
                   {}};
        row.history = historyOf(row.key);
        table.rows.push_back(std::move(row));
        ++i;
    }
    return table;
}

/// The scheduling policy of a task that is not the policy's own.
std::string TopModel::queueOf(const TaskRow &task) const {
    const json &queues = now->list.at("queues");
    if (!isOurs(task.policy(), now->partial))
        return policyName(task.policy());
    return static_cast<size_t>(task.queue) < queues.size() ? queues[static_cast<size_t>(task.queue)].at("name").get<std::string>() : "";
}

TopTable TopModel::cpus() const {
    TopTable table{"CPUs", {{"cpu", 4, true}, {"busy", 6, true}, {"task", 15, false}, {"tid", 7, true}, {"queue", widestQueue(), false}},
                   {},     TopTable::kAsGiven,
                   false,  1};
    for (const auto &[cpu, times] : now->cpus) {
        auto then = before->cpus.find(cpu);
        uint64_t busy = then == before->cpus.end() ? 0 : times.first - std::min(times.first, then->second.first),
                 all = then == before->cpus.end() ? 0 : times.second - std::min(times.second, then->second.second);
        auto runs = std::find_if(now->tasks.begin(), now->tasks.end(), [&, cpu = cpu](const TaskRow &t) { return t.cpu == cpu && t.is(kRowRunning); });
        TopRow row{"c" + std::to_string(cpu),
                   {{std::to_string(cpu), static_cast<double>(cpu)}, percent(all ? static_cast<double>(busy) / static_cast<double>(all) : 0)},
                   {}};
        if (runs == now->tasks.end())
            row.cells.insert(row.cells.end(), {{"idle"}, {"", 0}, {""}});
        else
            row.cells.insert(row.cells.end(), {{nameOf(runs->comm)}, {std::to_string(runs->pid), static_cast<double>(runs->pid)}, {queueOf(*runs)}});
        row.history = historyOf(row.key);
        table.rows.push_back(std::move(row));
    }
    return table;
}

TopTable TopModel::tasks() const {
    TopTable table{"Tasks",
                   {{"tid", 7, true},
                    {"cpu%", 6, true},
                    {"task", 15, false},
                    {"queue", widestQueue(), false},
                    {"cpu", 3, true},
                    {"state", 5, false},
                    {"cpu time", 8, true},
                    {"process", 15, false}},
                   {},
                   1,
                   true,
                   1};
    std::map<int, std::string> processes;
    for (const TaskRow &t : now->tasks)
        if (t.pid == t.tgid)
            processes[t.pid] = nameOf(t.comm);
    for (const TaskRow &t : now->tasks) {
        auto then = ranBefore.find(t.pid);
        double ran = then == ranBefore.end() ? 0 : static_cast<double>(t.runtime - std::min(t.runtime, then->second)) / 1e9 / seconds();
        TopRow row{"t" + std::to_string(t.pid),
                   {{std::to_string(t.pid), static_cast<double>(t.pid)},
                    percent(ran),
                    {nameOf(t.comm)},
                    {queueOf(t)},
                    {std::to_string(t.cpu), static_cast<double>(t.cpu)},
                    {t.is(kRowRunning)    ? "run"
                     : t.is(kRowRunnable) ? "wait"
                                          : "sleep"},
                    time(static_cast<double>(t.runtime)),
                    {processes[t.tgid]}},
                   {}};
        row.history = historyOf(row.key);
        table.rows.push_back(std::move(row));
    }
    return table;
}

TopTable TopModel::parameters() const {
    TopTable table{"Live parameters", {{"parameter", 16, false}, {"value", 10, false}, {"default", 10, false}, {"range", 12, false}}, {}};
    for (const json &p : now->list.at("params")) {
        if (!p.at("live").get<bool>())
            continue;
        TopRow row{
            "p" + p.at("name").get<std::string>(), {{p.at("name")}, {p.at("value"), p.at("number").get<double>()}, {p.at("default")}, {p.at("range")}}, {}};
        row.history = historyOf(row.key);
        table.rows.push_back(std::move(row));
    }
    return table;
}

std::vector<TopTable> TopModel::tables() const {
    std::vector<TopTable> all;
    for (TopTable table : {queues(), rules(), cpus(), tasks(), parameters()})
        if (!table.rows.empty())
            all.push_back(std::move(table));
    return all;
}

} // namespace scx
