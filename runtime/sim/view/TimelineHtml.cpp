// SPDX-License-Identifier: GPL-2.0-only
// The page: its own files (timeline/) with the recording as JSON in a script element. Columns instead of rows, and steps of time instead of times, halve its size.
#include "object/Document.h"
#include "sim/view/Cells.h"
#include "sim/view/Look.h"
#include "sim/view/Timeline.h"
#include "support/Embedded.h"

#include <stdexcept>

namespace scx {
std::span<const EmbeddedFile> embeddedTimeline();
}

namespace scx::sim {

using nlohmann::json;

namespace {

std::string_view fileNamed(std::string_view name) {
    for (const EmbeddedFile &file : embeddedTimeline())
        if (file.name == name)
            return file.text;
    throw std::logic_error("no file of this name is embedded");
}

/// Nothing in it ends the script element, whatever tasks are called.
std::string scriptSafe(const json &value) {
    std::string text = documentText(value), safe;
    for (char c : text)
        if (c == '<')
            safe += "\\u003c";
        else
            safe += c;
    return safe;
}

std::string htmlSafe(const std::string &text) {
    std::string safe;
    for (char c : text)
        safe += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
    return safe;
}

json described(const Recording &r) {
    json out = {{"policy", r.policy},
                {"workload", r.workload},
                {"end", r.end},
                {"cut", r.cut},
                {"cpus", r.machine.cpus.size()},
                {"groups", r.groups},
                {"queues", r.queues},
                {"dsqs", r.dsqs},
                {"rules", r.rules},
                {"tasks", json::array()},
                {"lengths", json::array()},
                {"missed", json::array()},
                {"offline", json::array()},
                {"exit", json()}};
    for (const Recording::Task &t : r.tasks)
        out["tasks"].push_back({t.pid, t.name, t.group});
    json &runs = out["runs"];
    for (const char *column : {"start", "length", "cpuTime", "wait", "slice", "task", "waker", "dsq", "cpu", "rule", "why", "woken"})
        runs[column] = json::array();
    uint64_t before = 0;
    for (const RunRecord &run : r.runs) {
        runs["start"].push_back(static_cast<int64_t>(run.start - before)); // they are in order of their ends
        before = run.start;
        runs["length"].push_back(run.end - run.start);
        runs["cpuTime"].push_back(run.end - run.start - run.cpuTime);
        runs["wait"].push_back(run.wait);
        runs["slice"].push_back(run.slice == ~0ull ? json(-1) : json(run.slice));
        runs["task"].push_back(run.task);
        runs["waker"].push_back(run.waker);
        runs["dsq"].push_back(run.dsq);
        runs["cpu"].push_back(run.cpu);
        runs["rule"].push_back(run.rule);
        runs["why"].push_back(run.why);
        runs["woken"].push_back(run.woken ? 1 : 0);
    }
    for (size_t queue = 0; queue < r.queues.size(); ++queue)
        out["lengths"].push_back({{"time", json::array()}, {"length", json::array()}});
    std::vector<uint64_t> last(r.queues.size());
    for (const Recording::Length &point : r.lengths) {
        json &lane = out["lengths"][point.queue];
        lane["time"].push_back(point.time - last[point.queue]);
        lane["length"].push_back(point.length);
        last[point.queue] = point.time;
    }
    for (const Recording::Missed &m : r.missed)
        out["missed"].push_back({m.time, m.late, m.task, m.cpu});
    for (const Recording::Offline &o : r.offline)
        out["offline"].push_back({o.start, o.end, o.cpu});
    if (r.exit.kind)
        out["exit"] = {{"time", r.exit.time}, {"reason", r.exit.reason}, {"message", r.exit.message}};
    return out;
}

/// The table of groups, and the machine in a sentence, for those who do not see the picture.
std::string figuresTable(const json &f) {
    if (f.is_null())
        return "";
    std::string html = "<table><caption>CPU time and waits of each group of tasks</caption><thead><tr><th scope=col>task";
    for (const char *head :
         {"tasks", "cpu time", "share", "entitled", "got", "wait p50", "wait p99", "woken p50", "woken p99", "switches", "migrations", "missed"})
        html += std::string("<th scope=col>") + head;
    html += "<tbody>";
    for (const json &g : f["groups"]) {
        html += "<tr><th scope=row>" + htmlSafe(g["name"]);
        for (const std::string &cell : {countCell(g["tasks"]), timeCell(g["cpu_ns"]), partCell(g["share"]), partCell(g["entitled_share"]), partCell(g["got"]),
                                        timeCell(g["wait_p50_ns"]), timeCell(g["wait_p99_ns"]), timeCell(g["latency_p50_ns"]), timeCell(g["latency_p99_ns"]),
                                        countCell(g["switches"]), countCell(g["migrations"]), missedCell(g)})
            html += "<td>" + cell;
    }
    return html + "</table>";
}

json headline(const json &f) {
    if (f.is_null())
        return json::array();
    const json &m = f["machine"];
    char fairness[16];
    snprintf(fairness, sizeof fairness, "%.4f", m["fairness"].get<double>());
    json list = json::array();
    auto add = [&](const char *what, const std::string &cell) { list.push_back(json::array({what, cell})); };
    add("used", partCell(m["utilisation"]));
    add("wasted", partCell(m["wasted"]));
    add("fairness", fairness);
    add("switches", countCell(m["switches"]));
    add("migrations", countCell(m["migrations"]));
    if (m["periods"] > 0)
        add("missed periods", missedCell(m));
    return list;
}

} // namespace

void writeHtml(const Recording &recording, const json &figures, FILE *out) {
    std::string title = htmlSafe(recording.policy + (recording.workload.empty() ? "" : " under " + recording.workload)), script;
    for (const char *name : {"data.js", "scale.js", "draw.js", "explain.js", "page.js"})
        script += fileNamed(name);
    json data = described(recording);
    data["headline"] = headline(figures);
    std::string style = colourSheet() + std::string(fileNamed("page.css"));
    const std::pair<std::string_view, std::string> fields[] = {
        {"@TITLE@", title}, {"@STYLE@", style}, {"@FIGURES@", figuresTable(figures)}, {"@DATA@", scriptSafe(data)}, {"@SCRIPT@", script}};
    std::string_view page = fileNamed("page.html");
    while (!page.empty()) {
        size_t at = page.find('@');
        fwrite(page.data(), 1, std::min(at, page.size()), out);
        page.remove_prefix(std::min(at, page.size()));
        for (const auto &[name, text] : fields)
            if (page.substr(0, name.size()) == name) {
                fwrite(text.data(), 1, text.size(), out);
                page.remove_prefix(name.size());
                break;
            }
    }
}

} // namespace scx::sim
