// SPDX-License-Identifier: GPL-2.0-only
// The simulated kernel: tasks, CPUs and time, with sched_ext as kernel/sched/ext.c of 6.12 has it. Functions carry the names they have there where they do what is done
// there; what is left out is the locking, since everything happens in one order here: an operation of the kernel takes no virtual time and is not interrupted.
// One file a question: Enqueue (where a runnable task goes), Dispatch (what a CPU runs next), Switch (a change of tasks on a CPU), RealTime (the class above), Idle, Kick, Wakeup,
// Tasks (birth, end and change of a task), Affinity (where it may run), Cgroups, Hotplug, Enable (begin and end of a policy), Dump, Functions and *Functions (what programs call), Loop (time).
#pragma once

#include "sim/bpf/Host.h"
#include "sim/bpf/Object.h"
#include "sim/kernel/Machine.h"
#include "sim/kernel/Task.h"
#include "sim/view/Event.h"
#include "sim/workload/Behaviour.h"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace scx::sim {

/// Numbers of the kernel that differ between versions or that programs see; of 6.12 unless the profile says otherwise.
struct Constants {
    uint64_t enqHead = 0x10, enqCpuSelected = 0x400;
    bool reenqueueAnywhere = false; // scx_bpf_reenqueue_local outside of cpu_release
    bool cutsExtraFlags = true;     // enqueue_task_scx keeps its flags in an int: of those of a move between CPUs the upper half is lost
};

class Kernel final : public Host, public World {
  public:
    /// `view` sees what happens, outlives this, and may be null. `seed` decides all that is random.
    Kernel(const Machine &machine, Arena &arena, View *view, uint64_t seed);
    ~Kernel() override;

    /// What is there before any policy: init, the workload's cgroups, and those of its tasks that start at time 0, asleep. Once, before enable().
    void populate(const Workload &workload, bool partial);
    /// One more task that is to start, beside the workload's.
    void add(StartingTask task);
    /// Starts the policy: from here on its callbacks run. An init that fails is told by exited(). Again after a policy has ended, with another object;
    /// the one before has to be there until then.
    void enable(Object &object, const Constants &constants);
    /// Lets virtual time pass up to `until` (ns), or until the policy ends itself or is ended. Throws Fault, and std::runtime_error for a workload that does nothing for ever.
    void run(uint64_t until);
    /// Takes the policy off as a loader does: callbacks of the end run. Nothing if it has ended.
    void disable();

    const ExitFacts &exited() const { return exit; } // kind 0: the policy still schedules
    bool wantsRestart() const;                       // it ended as a loader is expected to load it again: a CPU came or went
    bool ended() const { return state == State::Disabled; }
    uint64_t handledEvents() const { return handled; } // of the loop, for benchmarks
    uint64_t switches() const { return switched; }
    Rq &rqOf(int cpu) { return *rqs[static_cast<size_t>(cpu)]; }
    void setView(View *other) { view = other; }
    /// Wakes the task when the operation that is under way is over: for what happens while a program runs (irq_work).
    void wakeSoon(TaskId task);
    /// Which of the object's rules counted a hit on this CPU since the last call; -1: none. Null: not known. For TaskFacts::rule.
    std::function<int(int cpu)> ruleHit;
    /// Told after each timer of a program; null: nobody.
    std::function<void()> afterTimer;
    /// Told before each callback; null: nobody.
    std::function<void(Op, std::initializer_list<uint64_t>)> onCallback;

    // ---------------------------------------------------------------- Host
    uint64_t now() const override { return time; }
    int cpu() const override { return here; }
    int cpuCount() const override { return static_cast<int>(rqs.size()); }
    task_struct *current() const override;
    const Function *function(std::string_view name) const override;
    void *variable(std::string_view name, int cpu) override;
    void startTimer(void *timer, uint64_t at, bool pinned) override;
    void cancelTimer(void *timer) override;
    void print(std::string_view line) override;
    void hold(task_struct *task) override;
    void drop(task_struct *task) override;
    void hold(cgroup *group) override;
    void drop(cgroup *group) override;

    // ---------------------------------------------------------------- World
    uint64_t random() override { return generator(); } // of both: 64 bits for behaviours, the lower 32 for programs
    TaskId self() const override { return acting; }
    void wake(TaskId task, bool sync) override;
    void signal(TaskId task, Signal signal) override;
    TaskId fork(const TaskSpec &spec, std::unique_ptr<Behaviour> behaviour) override;
    void setNice(TaskId task, int nice) override;
    void setAffinity(TaskId task, const std::vector<int> &cpus) override;
    void setMigration(bool may) override;
    void setComm(TaskId task, const std::string &comm) override;
    void moveToCgroup(TaskId task, const std::string &path) override;
    void periodEnded(uint64_t due, int64_t late) override;

  private:
    friend struct Functions;
    enum class State : uint8_t { Disabled, Enabling, Enabled };
    // enum scx_kf_mask: what a callback may call.
    enum Kf : uint32_t { kUnlocked = 0, kCpuRelease = 1, kDispatch = 2, kEnqueue = 4, kSelectCpu = 8, kRest = 16, kRqLocked = 31 };

    struct Timed {
        uint64_t at, order;
        enum Kind : uint8_t { RunEnd, Tick, WakeUp, Timer, Watchdog, Start, Machine } kind;
        uint32_t what;  // CPU, task, or index
        uint64_t valid; // the turn, count of sleeps or generation for which it was meant
        bool operator>(const Timed &other) const { return at != other.at ? at > other.at : order > other.order; }
    };
    struct TimerState {
        void *timer = nullptr;
        uint64_t generation = 0;
        int cpu = 0;
    };

    // ---------------------------------------------------------------- Loop.cpp
    void at(uint64_t when, Timed::Kind kind, uint32_t what, uint64_t valid);
    void handle(const Timed &event);
    void settle();
    void go(Rq &rq);
    void askToGo(Rq &rq);
    void interruptSoon(Rq &rq);
    bool begin(Rq &rq, Task &p);
    void armRunEnd(Rq &rq);
    void armTick(Rq &rq);
    void tick(Rq &rq);
    void watchdog();
    int nextCpuOnline() const;

    // ---------------------------------------------------------------- Enqueue.cpp
    void enqueueTask(Rq &rq, Task &p, uint64_t flags);
    void dequeueTask(Rq &rq, Task &p, uint64_t flags);
    void moveQueuedTask(Rq &from, Task &p, Rq &to);
    void doEnqueueTask(Rq &rq, Task &p, uint64_t flags, int stickyCpu);
    void directDispatch(Task &p, uint64_t flags);
    void processDeferred(Rq &rq);
    void scheduleDeferred(Rq &rq);
    void markDirectDispatch(task_struct *p, uint64_t dsq, uint64_t flags);
    void clearDirectDispatch(Task &p);
    void opsDequeue(Task &p, uint64_t flags);
    void setTaskRunnable(Rq &rq, Task &p);
    void clrTaskRunnable(Task &p, bool resetRunnableAt);

    // ---------------------------------------------------------------- Queues.cpp
    Dsq *createDsq(uint64_t id);
    void destroyDsq(uint64_t id);
    Dsq *findUserDsq(uint64_t id) const;
    Dsq &globalDsq(const Task &p) { return *globals[static_cast<size_t>(p.rq->node)]; }
    Dsq &findDsqForDispatch(Rq &rq, uint64_t id, Task &p);
    void dispatchEnqueue(Dsq &dsq, Task &p, uint64_t flags);
    void dispatchDequeue(Task &p);
    void unlinkFromDsq(Task &p);
    void localDsqPostEnq(Rq &rq, Task &p, uint64_t flags);

    // ---------------------------------------------------------------- Dispatch.cpp
    bool balanceOne(Rq &rq, Task *prev);
    bool consumeDispatchQ(Rq &rq, Dsq &dsq);
    bool consume(uint64_t dsq);
    void flushDispatchBuf(Rq &rq);
    void finishDispatch(Rq &rq, const Rq::Buffered &entry);
    void dispatchToLocalDsq(Rq &rq, Rq &to, Task &p, uint64_t flags);
    void moveRemoteTaskToLocalDsq(Task &p, uint64_t flags, Rq &from, Rq &to);
    void moveLocalTaskToLocalDsq(Task &p, uint64_t flags, Rq &to);
    bool taskCanRunOnRemoteRq(Task &p, Rq &rq, bool triggerError);
    void moveBetweenDsqs(Task &p, uint64_t flags, Dsq &to);
    bool dispatchFromDsq(DsqCursor *cursor, Task *p, uint64_t dsq, uint64_t flags);

    // ---------------------------------------------------------------- Switch.cpp
    void schedule(Rq &rq);
    void balance(Rq &rq, Task *prev, bool idled);
    void putPrev(Rq &rq, Task &p, Class next, task_struct *nextTask);
    void switchClass(Rq &rq, Class next, task_struct *nextTask);
    void stopTask(Rq &rq, Event::Reason reason);
    static Class classOf(const Task &p) { return p.realTime() ? Class::RealTime : Class::Ext; }
    void setNext(Rq &rq, Task &p);
    void updateCurr(Rq &rq);
    void resched(Rq &rq);
    void deschedule(Rq &rq, Event::Reason reason);
    void yield(Rq &rq);

    // ---------------------------------------------------------------- Idle.cpp
    void resetIdleMasks();
    void updateIdle(Rq &rq, bool idle, bool notify);
    bool testAndClearCpuIdle(int cpu);
    int pickIdleCpu(const cpumask &allowed, uint64_t flags);
    int pickIdleCpuInNode(const cpumask &allowed, int node, uint64_t flags);
    int pickAnyCpu(const cpumask &allowed);
    int anyAndDistribute(const cpumask &a, const cpumask &b);
    int selectCpuDfl(Task &p, int prevCpu, uint64_t wakeFlags, bool &found, const cpumask *allowed = nullptr);

    // ---------------------------------------------------------------- Kick.cpp
    void kickCpu(int cpu, uint64_t flags);
    void interrupts(Rq &rq);

    // ---------------------------------------------------------------- Signals.cpp
    bool obeySignals(Rq &rq, Task &p);
    void wakeUnlessStopped(Task &p, uint64_t wakeFlags);

    // ---------------------------------------------------------------- Wakeup.cpp
    int selectTaskRq(Task &p, uint64_t &wakeFlags);
    int selectFallbackRq(Task &p);
    void tryToWakeUp(Task &p, uint64_t wakeFlags);
    void activateNew(Task &p);
    void activated(Rq &rq, Task &p);
    void setTaskCpu(Task &p, Rq &to);
    bool cpuAllowed(const Task &p, int cpu) const;

    // ---------------------------------------------------------------- RealTime.cpp
    void enqueueRealTime(Rq &rq, Task &p);
    void dequeueRealTime(Rq &rq, Task &p);
    void requeueRealTime(Rq &rq, Task &p);
    void putRealTime(Rq &rq, Task &p);
    void tickRealTime(Rq &rq, Task &p);
    void preemptRealTime(Rq &rq, Task &p);
    void pushRealTime(Rq &rq);
    void pullRealTime(Rq &rq, int prio);
    int selectRealTimeCpu(const Task &p);
    int lowestCpu(const Task &p);

    // ---------------------------------------------------------------- Affinity.cpp
    cpumask maskOf(const std::vector<int> &cpus) const;
    void setMask(Task &p, const cpumask &mask);
    void tellCpumask(Task &p);
    const cpumask *maskOfOne(int cpu);
    void leaveDisallowedCpu(Task &p, Rq &to);
    void migrateDisableSwitch(Rq &rq, Task &p);
    void migrateEnable(Task &p);
    void letMigrate(Rq &rq);

    // ---------------------------------------------------------------- Tasks.cpp
    Task &makeTask(const TaskSpec &spec, std::unique_ptr<Behaviour> behaviour, Task *parent);
    bool initTask(Task &p, bool fork);
    void enableTask(Task &p);
    void switchToScx(Task &p);
    void exitTask(Task &p);
    void setWeight(Task &p, int nice);
    void finishExit(Task &p);
    void release(Task &p);
    mm_struct *image(const std::string &exe);
    const char *keep(const std::string &text);
    Task *find(TaskId id) const;
    static Task *taskOf(const task_struct *p) { return p ? static_cast<Task *>(p->simulated) : nullptr; }
    template <typename Change> void change(Task &p, uint64_t flags, Change apply);
    void tell(const Task &p);
    void seeRule(Task &p);

    // ---------------------------------------------------------------- Cgroups.cpp
    Group &makeGroup(const std::string &path, uint32_t weight);
    Group *findGroup(const std::string &path) const;
    int initGroup(Group &group);
    void onlineGroup(Group &group);
    void offlineGroup(Group &group);
    void setGroupWeight(Group &group, uint32_t weight);
    void moveTask(Task &p, Group &to);
    bool initGroups(Group &group);
    void exitGroups(Group &group);

    // ---------------------------------------------------------------- Hotplug.cpp
    void cpuOffline(Rq &rq);
    void cpuOnline(Rq &rq);
    void machineEvent(const MachineEvent &event);
    void changeOf(const MachineEvent &event);

    // ---------------------------------------------------------------- Enable.cpp
    static uint64_t arg(const void *p) { return reinterpret_cast<uint64_t>(p); } // of `call`
    bool has(Op op) const { return opsOn[static_cast<size_t>(op)]; }
    uint64_t call(Op op, Kf mask, std::initializer_list<uint64_t> arguments, const task_struct *a = nullptr, const task_struct *b = nullptr);
    bool kfAllowed(uint32_t mask);
    bool kfAllowedOn(const task_struct *p);
    bool cpuValid(int cpu, const char *where);
    int sanitizeError(const char *op, int error);
    [[gnu::format(printf, 4, 5)]] void exitKind(int kind, int64_t code, const char *format, ...);
    [[gnu::format(printf, 2, 3)]] void error(const char *format, ...);
    bool prepare(Object &policy);
    void finishExitOfPolicy();
    void bypass(bool on);

    // ---------------------------------------------------------------- Dump.cpp
    std::string dumpState(scx_dump_ctx *context, size_t size);
    void dumpTask(std::string &out, scx_dump_ctx *context, Task &p, char marker);
    void dumpOps(std::string &out, const char *prefix, const std::function<void()> &callback);
    void dumpText(const std::string &text);

    Rq &thisRq() { return *rqs[static_cast<size_t>(here)]; }
    uint64_t tickLength() const override { return machine.tickNs; }
    uint64_t jiffies() const { return time / machine.tickNs; }
    uint64_t jiffiesToMs(uint64_t ticks) const { return ticks * machine.tickNs / 1'000'000; }
    void emit(Event::Kind kind, int cpu, const Task *p, uint64_t dsq = 0, uint64_t value = 0, Event::Reason reason = Event::Slept);

    Machine machine;
    Arena &arena;
    View *view;
    std::mt19937_64 generator; // its numbers are laid down by the C++ standard
    Object *object = nullptr;
    Constants constants;
    Workload plan;

    uint64_t time = 0, order = 0, handled = 0, switched = 0;
    uint64_t idleSteps = 0, turns = 0; // at this moment: steps of tasks, and times a CPU was given something to do
    std::priority_queue<Timed, std::vector<Timed>, std::greater<>> agenda;
    std::deque<int> going, interrupted; // CPUs with something to do at this moment
    std::vector<bool> isGoing;
    int here = 0;
    TaskId acting = 0, nextPid = 100;

    std::vector<std::unique_ptr<Rq>> rqs;
    int words = 1;
    std::vector<std::unique_ptr<Dsq>> globals; // by node
    std::unordered_map<uint64_t, std::unique_ptr<Dsq>> dsqs;
    std::vector<std::unique_ptr<Dsq>> destroyed;
    std::unordered_map<TaskId, std::unique_ptr<Task>> tasks;
    std::vector<TaskId> birth; // tasks that live, in the order of their birth
    std::unordered_map<void *, uint32_t> timerIndex;
    std::vector<TimerState> timers;
    std::map<std::string, std::unique_ptr<Group>> groups;
    std::vector<std::unique_ptr<Group>> goneGroups;
    std::map<std::string, mm_struct *> images;
    std::map<std::pair<uint32_t, uint32_t>, cred *> creds;
    Group *root = nullptr;
    pid_namespace *pidNamespace = nullptr;
    Task *init = nullptr;
    uint64_t nextGroupId = 1;

    // The policy.
    State state = State::Disabled;
    uint64_t enabled = 0; // how often a policy began
    std::array<bool, static_cast<size_t>(Op::Count)> opsOn{};
    uint64_t timeout = 0; // of the watchdog, in jiffies
    uint32_t maxBatch = 32;
    bool enqLast = false, enqExiting = false, builtinIdle = true, smt = false, warnedZeroSlice = false, cgroupsOn = false, initTaskOn = false, partial = false;
    cpumask *idleCpus = nullptr, *idleCores = nullptr, *onlineMask = nullptr, *possibleMask = nullptr, *emptyMask = nullptr;
    task_struct *directTask = nullptr; // per CPU in the kernel; here one suffices, as callbacks of one CPU are over before another's begin
    bool directDone = false;
    uint32_t kfMask = 0;
    const task_struct *kfTasks[2] = {};
    ExitFacts exit;
    bool exitClaimed = false, quiet = false; // quiet: events are not told
    std::vector<uint64_t *> llcIds, nodeIds; // variables sd_llc_id and numa_node, by CPU
    std::vector<cpumask *> single;           // cpumask_of, by CPU; made when it is first needed
    std::vector<cpumask *> nodeMasks;        // idle CPUs and cores of each node, for who asked last
    std::vector<std::unique_ptr<DsqCursor>> cursors;
    std::vector<DsqCursor *> freeCursors;
    struct DumpTarget {
        std::string *out = nullptr, line;
        const char *prefix = "";
        bool first = true;
    } dumping;
};

} // namespace scx::sim
