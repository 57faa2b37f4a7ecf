// SPDX-License-Identifier: GPL-2.0-only
// What did each task, each queue and the machine get? Counted while the simulation runs, in memory that does not grow with its length.
#pragma once

#include "sim/view/Conservation.h"
#include "sim/view/Fluid.h"
#include "sim/view/Histogram.h"
#include "sim/view/Names.h"

#include <optional>
#include <unordered_map>

namespace scx::sim {

/// Of a task, or of all tasks of a group. Times in ns.
struct TaskFigures {
    uint32_t pid = 0, tasks = 1; // pid 0: a group
    std::string name;            // comm or group
    uint32_t group = 0;          // index into groups
    uint64_t cpu = 0;            // CPU time
    uint64_t entitled = 0; // what the fluid machine (Fluid.h) would have given; for a stay that ended with sleep no more than it used, which was all it wanted
    uint64_t switches = 0; // times a CPU turned to it from another one or from idling
    uint64_t migrations = 0, preemptions = 0, periods = 0, missed = 0;
    Histogram wait, latency; // from runnable to running; of these, from a wake-up on

    void add(const TaskFigures &other);
};

/// Of all DSQs of one queue together.
struct QueueFigures {
    std::string name;
    uint64_t queued = 0;        // times a task was put into it
    uint64_t runs = 0, cpu = 0; // times a task from it began to run, and the CPU time of these runs
    uint64_t length = 0, longest = 0;
    uint64_t taskTime = 0; // the integral of its length: ns times tasks
    uint64_t since = 0;
    Histogram wait; // from runnable to running, of those who came from it
};

struct MachineFigures {
    unsigned cpus = 0;
    uint64_t time = 0, online = 0; // ns; online: summed over CPUs
    uint64_t cpu = 0, idle = 0;    // CPU time of tasks; what CPUs idled. The rest of `online` is what switching cost
    uint64_t wasted = 0;           // of idle: while a task waited that could have run there
    uint64_t switches = 0, migrations = 0, preemptions = 0, periods = 0, missed = 0, tasks = 0;
    double fairness = 1; // Jain's index of CPU time over entitlement, by task: 1 equal, 1/n one has all
};

class Statistics : public View {
  public:
    /// `names` outlives it.
    explicit Statistics(const Names &names) : names(names) {}

    void begin(const Machine &machine) override;
    void task(const TaskFacts &facts) override;
    void on(const Event &event) override;
    void ended(const ExitFacts &facts) override { end = facts; }
    void finish(uint64_t time) override;

    // All is final after finish().
    const MachineFigures &machine() const { return totals; }
    /// Groups in the order in which they came.
    const std::vector<TaskFigures> &groups() const { return sums; }
    /// Tasks in the order in which they came. Of more than kTasksKept that have ended, the later ones are only in their groups.
    std::vector<const TaskFigures *> tasks() const;
    uint64_t tasksNotKept() const { return gone; }
    const std::vector<QueueFigures> &queues() const { return rows; }
    const ExitFacts &exit() const { return end; }

    static constexpr size_t kTasksKept = 20'000;

  private:
    static constexpr uint32_t kNone = ~0u;
    struct Task {
        TaskFigures figures;
        uint32_t weight = 100, affinity = 0;         // as they are counted at present
        uint32_t nextWeight = 100, nextAffinity = 0; // as they were told last
        enum : uint8_t { Asleep, Waiting, Running } state = Asleep;
        bool woken = false, changed = false, present = true;
        int lastCpu = -1;
        uint32_t queue = kNone; // from which it came last
        uint32_t waitsIn = kNone;
        uint64_t since = 0;         // it waits or runs
        uint64_t awake = 0;         // it is runnable
        uint64_t used = 0, due = 0; // since then: its CPU time, and what the fluid machine gave up to the last change of its weight
        Fluid::Service entered = 0;
    };
    struct Cpu {
        bool online = true;
        uint32_t last = 0;  // the task that ran last, 0: it idled since
        uint64_t since = 0; // online
    };

    Task *find(uint32_t pid);
    uint32_t groupOf(const std::string &name);
    uint32_t rowOf(uint64_t dsq);
    void lengthen(QueueFigures &q, uint64_t now, uint64_t length);
    void emptyQueues(uint64_t now);
    void adopt(Task &t, uint64_t now);
    void runnable(Task &t, uint64_t now, bool woken);
    void asleep(Task &t, uint64_t now, bool satisfied);
    void run(Task &t, const Event &event);
    void waited(Task &t, uint64_t now, uint32_t queue);
    void stop(Task &t, uint64_t now, uint64_t ran, Event::Reason reason);
    void leaves(Task &t);
    void online(const Event &event, bool isOnline);

    const Names &names;
    std::vector<Cpu> cpus;
    unsigned cpusOnline = 0;
    std::vector<Task> all;
    std::vector<uint32_t> free;   // of all: places of those that are gone
    std::vector<uint32_t> places; // by pid: 1 + index into all
    std::vector<TaskFigures> sums;
    std::unordered_map<std::string, uint32_t> groupNumbers;
    std::vector<QueueFigures> rows;
    std::unordered_map<uint64_t, uint32_t> rowNumbers; // by DSQ id
    uint64_t lastDsq = kDsqNone;
    uint32_t lastRow = kNone;
    Fluid fluid;
    Conservation conservation;
    MachineFigures totals;
    ExitFacts end;
    double fairSum = 0, fairSquares = 0; // over tasks that are no longer kept
    uint64_t fairTasks = 0, gone = 0, kept = 0;
};

} // namespace scx::sim
