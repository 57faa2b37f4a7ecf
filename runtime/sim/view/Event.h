// SPDX-License-Identifier: GPL-2.0-only
// What happens in a simulation, as those see it who count, draw or print. The seam between the simulated kernel and its views.
#pragma once

#include "sim/kernel/Machine.h"

#include <cstdint>
#include <string>
#include <vector>

namespace scx::sim {

// Ids of DSQs, as in the kernel. 0 is a policy's first queue, so none has an id of its own, SCX_DSQ_INVALID.
constexpr uint64_t kDsqNone = 1ull << 63, kDsqGlobal = 1ull << 63 | 1, kDsqLocal = 1ull << 63 | 2, kDsqLocalOn = 3ull << 62; // LOCAL_ON: | cpu
constexpr uint64_t kDsqRealTime = 1ull << 63 | 1ull << 32; // not of the kernel: real-time tasks that wait for their CPU

struct Event {
    enum Kind : uint8_t {
        TaskNew,  // task was made; it is not runnable yet. View::task tells its name
        TaskExit, // task has ended
        Wake,   // task is runnable from now on; cpu: the one select_cpu chose (its last one if that was not asked); value: the task that woke it, 0 if none did
        Queued, // task was put into `dsq` (a local one is kDsqLocalOn | cpu); value: its dsq_vtime if the queue is ordered
        Unqueued, // task left `dsq`: to run, to another DSQ, or since it is no longer runnable
        Run, // cpu turns to task (what the switch costs comes after this); value: its slice in ns; `dsq` from which it came to the CPU's local one, kDsqNone if it was kept
        Stop, // task stops running on cpu; reason says why; value: ns of CPU time since Run, without what the switch cost. Run and Stop alternate; one that is kept goes on without, or is told both
        Migrate,   // task was moved from cpu to the CPU `value`
        Idle,      // cpu has nothing to run
        Kick,      // value: flags (IDLE 1, PREEMPT 2, WAIT 4); cpu is the one that is kicked
        PeriodEnd, // task ended a period; value: ns it was late, 0 if it was not
        CpuOffline,
        CpuOnline,
        Renice,
        Affinity,
        Rename,
        CgroupMove, // of task
        Print,      // View::print told the line
        End         // the scheduler was ended by itself, by an error or by the watchdog; View::ended told how. All queues are empty from then on
    } kind;
    enum Reason : uint8_t { Slept, SliceEnd, Preempted, Yielded, Exited, Changed } reason = Slept; // of Stop. Changed: taken off for a moment to change it
    int16_t cpu = -1;
    uint32_t task = 0; // pid; 0: none
    uint64_t time = 0; // ns
    uint64_t dsq = kDsqNone, value = 0;
};

/// What a view may want to know of a task.
struct TaskFacts {
    uint32_t pid = 0, tgid = 0, weight = 100;
    int nice = 0;
    std::string comm, group, cgroup; // group: TaskSpec::group
    std::vector<uint64_t> allowed;   // CPUs it may run on, bit i % 64 of word i / 64; empty: all
    int rule = -1;                   // which of the object's rules it matched last, by the counts of hits; -1: not known
};

struct ExitFacts {
    uint64_t time = 0;
    int kind = 0; // enum scx_exit_kind; 0: it still ran when the simulation ended
    int64_t code = 0;
    std::string reason, message, dump; // the kernel's words
};

class View {
  public:
    virtual ~View() = default;
    virtual void begin(const Machine &) {}
    virtual void task(const TaskFacts &) {} // told before TaskNew, and again before the event of a change; one of `rule` has none
    virtual void on(const Event &) = 0;     // in order of time
    virtual void print(uint64_t /*time*/, int /*cpu*/, const std::string & /*line*/) {}
    virtual void ended(const ExitFacts &) {}
    virtual void finish(uint64_t /*time*/) {} // the simulation's end; tasks that still run are not told a Stop
};

} // namespace scx::sim
