// SPDX-License-Identifier: GPL-2.0-only
// The trace event format: two processes, the CPUs and the tasks, each with a thread for each of them, and the queues' lengths.
#include "object/TraceEvents.h"
#include "sim/view/Timeline.h"
#include "sim/view/Trace.h"

#include <cstdlib>

namespace scx::sim {

using nlohmann::json;

namespace {

enum { kCpus = 1, kTasks = 2, kQueues = 3 }; // process ids

} // namespace

void writeChrome(const Recording &r, FILE *out) {
    TraceEvents w(out, {{"policy", r.policy}, {"workload", r.workload}, {"cut", r.cut}});
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
        json arguments = {{"task", t.name},
                          {"pid", t.pid},
                          {"group", r.groups[t.group]},
                          {"cpu", run.cpu},
                          {"queue", run.dsq ? r.dsqs[run.dsq] : "kept"},
                          {"slice", exactDuration(run.slice)},
                          {"waited", exactDuration(run.wait)},
                          {"stopped", reasonTexts[run.why]}};
        if (run.rule >= 0 && static_cast<size_t>(run.rule) < r.rules.size())
            arguments["rule"] = r.rules[static_cast<size_t>(run.rule)];
        w.span(t.name, "run", kCpus, static_cast<uint64_t>(run.cpu) + 1, run.start, run.end - run.start, arguments);
        if (run.wait)
            w.span("waits", "wait", kTasks, t.pid, run.start - run.wait, run.wait);
        w.span("CPU " + std::to_string(run.cpu), "run", kTasks, t.pid, run.start, run.end - run.start, arguments);
    }
    uint64_t wakeups = 0;
    for (const RunRecord &run : r.runs)
        if (run.woken && run.waker) { // from the one that woke it, or nothing is known of the cause
            w.flow(true, "wakeup", ++wakeups, kTasks, r.tasks[run.waker - 1].pid, run.start - run.wait);
            w.flow(false, "wakeup", wakeups, kTasks, r.tasks[run.task].pid, run.start);
        }
    for (const Recording::Length &point : r.lengths)
        w.count(r.queues[point.queue], kQueues, point.time, "waiting", static_cast<int64_t>(point.length));
    for (const Recording::Missed &m : r.missed)
        w.instant("missed by " + exactDuration(m.late), "period", kTasks, r.tasks[m.task].pid, m.time);
    for (const Recording::Offline &o : r.offline)
        w.span("offline", "offline", kCpus, static_cast<uint64_t>(o.cpu) + 1, o.start, o.end - o.start);
    w.finish();
}

} // namespace scx::sim
