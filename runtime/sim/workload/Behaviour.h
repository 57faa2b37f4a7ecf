// SPDX-License-Identifier: GPL-2.0-only
// What does a task do when it runs? The seam between workloads, which know only this header, and the simulated kernel.
#pragma once

#include "sim/kernel/Machine.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace scx::sim {

class Behaviour;
constexpr const char *kOrderingProcess = "scx-order"; // what scxrun calls the process that orders queues in user space
using TaskId = uint32_t;                              // the task's pid; never used again in a simulation

/// What a task is when it begins.
struct TaskSpec {
    std::string comm{};           // cut to 15 characters
    std::string group{};          // under which results of several tasks may be shown together; empty: comm
    int nice = 0;                 // -20 to 19
    std::string policy = "other"; // other, batch, idle, ext; fifo and rr: real-time
    int rtPriority = 0;           // of fifo and rr: 1 to 99
    std::vector<int> affinity{};  // CPU numbers; empty: all
    std::string cgroup = "/";     // a path among Workload::cgroups
    uint32_t uid = 1000, gid = 1000;
    TaskId leader = 0;    // 0: a process of its own, else a thread of this one
    std::string exe{};    // path of the executable; empty: /usr/bin/COMM
    bool kthread = false; // a kernel thread (PF_KTHREAD); per-CPU if its affinity is one CPU
};

/// The next thing a task does; it is asked for when the one before has ended, at the moment in virtual time when that happens.
struct Step {
    enum Kind : uint8_t {
        Run,   // needs `ns` of CPU time of a CPU of capacity 1024
        Sleep, // until the time `ns`; one in the past goes on at once
        Block, // until World::wake, or the time `ns` if that is not 0; if a wake-up came since the last Block, it goes on at once
        Yield, // sched_yield
        Exit   // the task's end; its Behaviour is destroyed
    } kind;
    uint64_t ns = 0;
};

enum class Signal : uint8_t { Stop, Continue, Kill };

/// What a behaviour may do beside its steps: at once, at the present moment, on behalf of the task that is asked for its next step.
class World {
  public:
    virtual ~World() = default;
    virtual uint64_t now() const = 0; // ns
    virtual uint64_t random() = 0;    // 64 bits from the seed
    virtual TaskId self() const = 0;  // the task whose step is asked for
    virtual int cpuCount() const = 0;
    virtual void wake(TaskId task, bool sync) = 0; // sync: the waker is about to sleep (WF_SYNC). A task that is gone is passed over
    virtual void signal(TaskId task, Signal signal) = 0;
    virtual TaskId fork(const TaskSpec &spec, std::unique_ptr<Behaviour> behaviour) = 0; // its first step is asked for when it first runs
    virtual void setNice(TaskId task, int nice) = 0;
    virtual void setAffinity(TaskId task, const std::vector<int> &cpus) = 0;
    /// May the task that acts be moved to another CPU? migrate_disable() and migrate_enable() of the kernel.
    virtual void setMigration(bool may) = 0;
    virtual void setComm(TaskId task, const std::string &comm) = 0;
    virtual void moveToCgroup(TaskId task, const std::string &path) = 0;
    /// A period ended: it began (was due) at `due`, and was `late` ns past its deadline if that is above zero; for the count of missed periods.
    virtual void periodEnded(uint64_t due, int64_t late) = 0;
};

/// One task's program. Deterministic: all it may use is the world and itself. next() is never called while the task sleeps or waits for a CPU.
class Behaviour {
  public:
    virtual ~Behaviour() = default;
    virtual Step next(World &world) = 0;
    /// The task has come to its end, by itself or not. Not told of those that are there when the simulation ends.
    virtual void ended(World &) {}
};

struct CgroupSpec {
    std::string path; // /a/b; parents stand before their children
    uint32_t weight = 100;
};

/// Something that happens at a time of its own: to the machine, or to tasks that somebody changes who is none of them.
struct MachineEvent {
    uint64_t at = 0;
    enum Kind : uint8_t { CpuOffline, CpuOnline, CgroupWeight, CgroupCreate, CgroupRemove, TaskNice, TaskAffinity, TaskCgroup, TaskSignal } kind = CpuOffline;
    int cpu = 0;
    std::string cgroup;
    uint32_t weight = 100;
    std::string task{}; // all of this name
    int nice = 0;
    std::vector<int> cpus{}; // empty: all
    Signal signal = Signal::Stop;
};

struct StartingTask {
    uint64_t at = 0;
    TaskSpec spec;
    std::function<std::unique_ptr<Behaviour>()> behaviour; // called once
};

struct Workload {
    std::string name;
    uint64_t duration = 0; // ns; 0: none is said
    std::vector<CgroupSpec> cgroups;
    std::vector<StartingTask> tasks; // in the order of their start; of one time, in this order
    std::vector<MachineEvent> events;
    std::vector<std::string> notes; // what of the file has no meaning here, a line each: to be told to the user
};

/// A built-in workload by name (`desktop`), or a file: rt-app's JSON, or a trace as `perf sched script` and `trace-cmd report` print it.
/// `machine` tells how many tasks a built-in one takes. Throws std::runtime_error with one line, with the position for a file.
Workload openWorkload(const std::string &nameOrPath, const Machine &machine, uint64_t seed);
/// Names of the built-in ones, each with a line that says what it is.
std::vector<std::pair<std::string, std::string>> builtinWorkloads();

} // namespace scx::sim
