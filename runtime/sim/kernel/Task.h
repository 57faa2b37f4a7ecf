// SPDX-License-Identifier: GPL-2.0-only
// A simulated task, a queue of tasks, a CPU's run queue: what kernel/sched/ext.c keeps in task_struct, scx_dispatch_q and rq, and what takes the place of running code.
#pragma once

#include "sim/kernel/types.h"
#include "sim/view/Event.h"
#include "sim/workload/Behaviour.h"

#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace scx::sim {

struct Dsq;
struct Rq;
struct Group;

/// A place in a list that a task has for itself: it moves from list to list without being made anew.
class Place {
  public:
    explicit Place(struct Task *task) : home{task} {}
    bool linked() const { return in != nullptr; }
    void link(std::list<Task *> &list, std::list<Task *>::iterator before) {
        list.splice(before, home);
        in = &list;
        at = std::prev(before);
    }
    void unlink() {
        home.splice(home.begin(), *in, at);
        in = nullptr;
    }
    std::list<Task *>::iterator at;

  private:
    std::list<Task *> home;
    std::list<Task *> *in = nullptr;
};

struct ByVtime { // time_before64 of the kernel: keys may wrap
    bool operator()(const Task *a, const Task *b) const;
};
using Ordered = std::multiset<Task *, ByVtime>;

/// Scheduling classes, the lower ones first (kernel/sched/sched.h).
enum class Class : uint8_t { Idle, Ext, RealTime, Stop };

/// Who owns a task that is runnable: kernel/sched/ext.c, enum scx_ops_state.
enum class OpsState : uint8_t { None, Queueing, Queued };

struct Task {
    explicit Task(task_struct *kernel) : k(kernel), queued(this), runnable(this) {}

    task_struct *k;
    TaskId pid = 0;
    std::string group, cgroupPath;
    std::unique_ptr<Behaviour> behaviour;
    Group *cgroup = nullptr;
    Rq *rq = nullptr; // task_rq
    int references = 1;
    int pendingCpu = -1; // migration_pending: where it is to go once it may be moved; -1: nowhere

    bool realTime() const { return k->rt_priority > 0; } // it is of the class above, and the policy has nothing to say

    // What it does: the step it is at.
    std::optional<Step> step;
    bool started = false;  // the step began: a Run's work is counted in `left`
    uint64_t left = 0;     // of a Run: ns of CPU time on a CPU of capacity 1024, times 1024
    uint64_t overhead = 0; // ns of switching and cold caches before its work goes on
    enum : uint8_t { Awake, Asleep, Dead } life = Asleep;
    bool wokenEarly = false;              // a wake-up came while it was awake; the next Block goes on at once
    bool stopped = false, killed = false; // by a signal: it is to stop, or to end, as soon as it runs
    bool halted = false;                  // it sleeps for no other reason than that it was stopped
    bool wakeLater = false;               // what it slept for has come while it was stopped
    uint32_t sleeps = 0;                  // counts sleeps, so that an old timer wakes nobody
    int lastRan = -1;                     // CPU
    uint64_t rrLeft = 0;                  // of SCHED_RR: ns until the next of its priority

    // kernel/sched/ext.c, struct sched_ext_entity
    OpsState opsState = OpsState::None;
    uint64_t opsSequence = 0;
    Dsq *dsq = nullptr;
    Place queued;           // in its DSQ, or among a CPU's deferred ones
    Ordered::node_type key; // while it is in no ordered DSQ
    std::optional<Ordered::iterator> ordered;
    uint32_t dsqSequence = 0;
    Place runnable;          // in its CPU's list of those that are runnable and do not run
    uint64_t runnableAt = 0; // jiffies
    bool enabled = false, ready = false;

    // For the views.
    Event::Reason reason = Event::SliceEnd;
    uint64_t fromDsq = kDsqNone, ranSince = 0, lost = 0; // lost: ns of this run that went into switching and cold caches
    int rule = -1;
    uint64_t ran() const { return k->se.sum_exec_runtime - ranSince - lost; }
};

/// struct scx_dispatch_q. Its visible part lies in the arena: programs read `p->scx.dsq->id`.
struct Dsq {
    scx_dispatch_q *k;
    Rq *rq = nullptr;        // of a local one
    std::list<Task *> tasks; // in the order in which they are served
    Ordered tree;            // the same ones, if it is ordered
    uint32_t sequence = 0;
    std::vector<struct DsqCursor *> cursors;

    bool local() const { return rq != nullptr; }
    bool builtin() const { return k->id >> 63; }
};

/// Where an iteration of a program over a DSQ has come to: what bpf_iter_scx_dsq_kern is.
struct DsqCursor {
    Dsq *dsq = nullptr;
    Task *at = nullptr; // the task that was given last, or the one before it if that has left; null: before the first
    bool reverse = false, over = false;
    uint32_t sequence = 0;
    std::optional<uint64_t> slice, vtime;
};

/// A cgroup with its cpu controller: struct cgroup and struct task_group.
struct Group {
    cgroup *k;
    task_group *tg;
    css_set *set;
    std::string path;
    Group *parent = nullptr;
    std::vector<Group *> children;
    bool online = true, inited = false;
    int references = 1;
};

/// struct rq with struct scx_rq, and the time of the CPU.
struct Rq {
    int cpu = 0;
    rq *k = nullptr;
    task_struct *idle = nullptr;
    Task *curr = nullptr; // null: it idles
    Dsq local;
    std::list<Task *> runnable; // ext.c: runnable_list
    std::list<Task *> deferred; // ext.c: ddsp_deferred_locals
    std::list<Task *> realTime; // runnable tasks of the class above, by priority; the one that runs among them
    cpumask kick{}, kickIfIdle{}, preempt{}, wait{};
    std::vector<TaskId> toWake; // by an interrupt, when the operation that is under way is over
    uint32_t running = 0;       // nr_running
    uint64_t extraFlags = 0;    // extra_enq_flags
    bool inBalance = false, inWakeup = false, balKeep = false, bypassing = false, online = true, active = true;
    bool needResched = false, irqWork = false, runDeferred = false;
    bool canStopTick = false;
    bool released = false;              // cpu_released: a class above took the CPU, and the policy was told
    bool stopper = false;               // its stopper ran last: neither a task nor the idle one
    task_struct *stopperTask = nullptr; // made when it is first needed
    uint64_t classSwitches = 0;         // pnt_seq: how often a task was put away for a task of another class

    uint64_t updated = 0;                 // when the running task was last charged
    uint64_t turn = 0;                    // counts changes of what runs, so that an old event ends nobody's run
    uint64_t armedTurn = 0, armedEnd = 0; // the end of its task's run that was last put on the agenda
    bool ticking = false;
    int distribute = 0; // distribute_cpu_mask_prev
    int node = 0, llc = 0, core = 0;
    cpumask siblings{}; // hardware threads of its core, itself among them
    uint64_t capacity = 1024;

    // ops.dispatch: struct scx_dsp_ctx
    struct Buffered {
        Task *task;
        uint64_t sequence, dsq, flags;
    };
    std::vector<Buffered> buffer;
    uint32_t dispatched = 0;
};

} // namespace scx::sim
