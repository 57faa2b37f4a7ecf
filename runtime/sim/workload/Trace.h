// SPDX-License-Identifier: GPL-2.0-only
// A recorded trace as a workload: what each task did by itself, without the waiting that the recorded scheduler gave it.
#pragma once

#include "sim/workload/Json.h"
#include "sim/workload/Script.h"

#include <optional>

namespace scx::sim {

/// One line of a trace that says something about scheduling.
struct TraceLine {
    enum Kind : uint8_t { Switch, Wake, Fork, Exit } kind;
    uint32_t line = 0; // of the file
    uint64_t time = 0; // ns of the recorded clock
    int cpu = 0;
    bool interrupt = false; // the flags say that an interrupt did it and not the task
    bool flagged = false;   // there are flags
    uint32_t task = 0;      // Switch: who leaves. Wake: who is woken. Fork: the parent. Exit: who exits. 0 is idle
    uint32_t current = 0;   // who ran on the CPU, as the line's head says
    uint32_t next = 0;      // Switch: who comes. Fork: the child
    int prio = 120, nextPrio = 120;
    char state = 'R'; // of Switch: why the task leaves
    std::string comm, nextComm;
};

/// What a task does next in its own course.
struct TraceStep {
    enum Kind : uint8_t { Run, Sleep, Wait, Wake, Fork, Renice, Rename } kind;
    uint64_t ns = 0; // Run, Sleep: how long
    size_t task = 0; // Wake, Fork: index of the other task
    int nice = 0;
    std::string comm;
};

struct TraceTask {
    uint32_t pid = 0; // in the trace
    TaskSpec spec;
    bool forked = false; // another task's Fork starts it
    uint64_t start = 0;  // ns from the trace's beginning, if not forked
    std::vector<TraceStep> steps;
    bool exits = false; // else it sleeps to the end
};

struct RecordedTrace {
    uint64_t duration = 0; // ns
    std::vector<TraceTask> tasks;
    std::vector<std::string> notes;
};

/// The lines of `perf sched script`, `perf script`, `trace-cmd report` and the kernel's own trace file, in the order of time. Lines about other things are passed over;
/// one about scheduling that cannot be read is an error with its line.
std::vector<TraceLine> readTraceLines(std::string_view text, const Source &source);
RecordedTrace readTrace(std::string_view text, const Source &source);
Workload startTrace(RecordedTrace trace, const Machine &machine);

} // namespace scx::sim
