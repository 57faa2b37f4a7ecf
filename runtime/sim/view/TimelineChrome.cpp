// SPDX-License-Identifier: GPL-2.0-only
// The trace event format (Chromium's "Trace Event Format" document): two processes, the CPUs and the tasks, each with a thread for each of them.
#include "sim/view/Timeline.h"
#include "sim/view/Trace.h"

#include <cstdlib>

namespace scx::sim {

using nlohmann::json;

namespace {

enum { kCpus = 1, kTasks = 2, kQueues = 3 }; // process ids

std::string quoted(const std::string &text) { return json(text).dump(-1, ' ', false, json::error_handler_t::replace); }

struct Writer {
    FILE *out;
    bool first = true;

    /// Times are microseconds with a fraction; ours are exact to the ns. Who reads them makes a double of it and cuts off what is less than a ns, so that one that has no exact double
    /// would be 1 ns earlier and runs that follow each other would overlap: such a time has a tenth of a ns more.
    static std::string time(uint64_t ns) {
        char text[40];
        int length = snprintf(text, sizeof text, "%llu.%03llu", static_cast<unsigned long long>(ns / 1000), static_cast<unsigned long long>(ns % 1000));
        if (static_cast<uint64_t>(std::strtod(text, nullptr) * 1000) < ns)
            snprintf(text + length, sizeof text - static_cast<size_t>(length), "1");
        return text;
    }
    void event(const std::string &fields) {
        fprintf(out, "%s\n{%s}", first ? "" : ",", fields.c_str());
        first = false;
    }
    /// `what`: process or thread. They are listed in the order of their numbers.
    void name(const std::string &what, int process, uint64_t thread, const std::string &name) {
        std::string whose = ",\"pid\":" + std::to_string(process) + ",\"tid\":" + std::to_string(thread);
        event("\"ph\":\"M\",\"name\":\"" + what + "_name\"" + whose + ",\"args\":{\"name\":" + quoted(name) + "}");
        event("\"ph\":\"M\",\"name\":\"" + what + "_sort_index\"" + whose + ",\"args\":{\"sort_index\":" + std::to_string(what == "process" ? static_cast<uint64_t>(process) : thread) + "}");
    }
    void span(const std::string &name, const char *category, int process, uint64_t thread, uint64_t from, uint64_t length, const std::string &arguments) {
        event("\"ph\":\"X\",\"name\":" + quoted(name) + ",\"cat\":\"" + category + "\",\"pid\":" + std::to_string(process) + ",\"tid\":" + std::to_string(thread) + ",\"ts\":" + time(from) +
              ",\"dur\":" + time(length) + ",\"args\":{" + arguments + "}");
    }
    void flow(bool begins, uint64_t number, uint64_t thread, uint64_t at) {
        event(std::string("\"ph\":\"") + (begins ? "s" : "f\",\"bp\":\"e") + "\",\"name\":\"wakeup\",\"cat\":\"wakeup\",\"id\":" + std::to_string(number) + ",\"pid\":" + std::to_string(kTasks) +
              ",\"tid\":" + std::to_string(thread) + ",\"ts\":" + time(at));
    }
};

} // namespace

void writeChrome(const Recording &r, FILE *out) {
    fprintf(out, "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"policy\":%s,\"workload\":%s,\"cut\":%s},\"traceEvents\":[", quoted(r.policy).c_str(), quoted(r.workload).c_str(), r.cut ? "true" : "false");
    Writer w{out};
    w.name("process", kCpus, 0, "CPUs");
    w.name("process", kTasks, 0, "tasks");
    w.name("process", kQueues, 0, "queues");
    for (size_t cpu = 0; cpu < r.machine.cpus.size(); ++cpu)
        w.name("thread", kCpus, cpu + 1, "CPU " + std::to_string(cpu));
    for (const Recording::Task &t : r.tasks)
        w.name("thread", kTasks, t.pid, t.name);
    // Readers sort by time and keep the order of what happens at one time: an arrow finds the runs that it joins only if they are there before it.
    for (const RunRecord &run : r.runs) {
        const Recording::Task &t = r.tasks[run.task];
        std::string arguments = "\"task\":" + quoted(t.name) + ",\"pid\":" + std::to_string(t.pid) + ",\"group\":" + quoted(r.groups[t.group]) + ",\"cpu\":" + std::to_string(run.cpu) +
                                ",\"queue\":" + quoted(run.dsq ? r.dsqs[run.dsq] : "kept") + ",\"slice\":" + quoted(exactDuration(run.slice)) + ",\"waited\":" + quoted(exactDuration(run.wait)) +
                                ",\"stopped\":\"" + reasonTexts[run.why] + "\"";
        if (run.rule >= 0 && static_cast<size_t>(run.rule) < r.rules.size())
            arguments += ",\"rule\":" + quoted(r.rules[static_cast<size_t>(run.rule)]);
        w.span(t.name, "run", kCpus, static_cast<uint64_t>(run.cpu) + 1, run.start, run.end - run.start, arguments);
        if (run.wait)
            w.span("waits", "wait", kTasks, t.pid, run.start - run.wait, run.wait, "");
        w.span("CPU " + std::to_string(run.cpu), "run", kTasks, t.pid, run.start, run.end - run.start, arguments);
    }
    uint64_t wakeups = 0;
    for (const RunRecord &run : r.runs)
        if (run.woken && run.waker) { // from the one that woke it, or nothing is known of the cause
            w.flow(true, ++wakeups, r.tasks[run.waker - 1].pid, run.start - run.wait);
            w.flow(false, wakeups, r.tasks[run.task].pid, run.start);
        }
    for (const Recording::Length &point : r.lengths)
        w.event("\"ph\":\"C\",\"name\":" + quoted(r.queues[point.queue]) + ",\"pid\":" + std::to_string(kQueues) + ",\"ts\":" + Writer::time(point.time) + ",\"args\":{\"waiting\":" + std::to_string(point.length) + "}");
    for (const Recording::Missed &m : r.missed)
        w.event("\"ph\":\"i\",\"s\":\"t\",\"name\":\"missed by " + exactDuration(m.late) + "\",\"cat\":\"period\",\"pid\":" + std::to_string(kTasks) + ",\"tid\":" + std::to_string(r.tasks[m.task].pid) + ",\"ts\":" + Writer::time(m.time));
    for (const Recording::Offline &o : r.offline)
        w.span("offline", "offline", kCpus, static_cast<uint64_t>(o.cpu) + 1, o.start, o.end - o.start, "");
    fprintf(out, "\n]}\n");
}

} // namespace scx::sim
