// SPDX-License-Identifier: GPL-2.0-only
// The rows of Tables.h. Facts follow kernel/sched/ext.c and include/linux/sched/ext.h of Linux 6.12.
#include "bpf/Tables.h"

namespace scx {
namespace {

constexpr Type kNone{};
constexpr Type kBool{TypeKind::Bool};
constexpr Type kInt{TypeKind::Int};
constexpr Type kDuration{TypeKind::Duration};
constexpr Type kTime{TypeKind::Time};
constexpr Type kRatio{TypeKind::Ratio};
constexpr Type kCpu{TypeKind::Cpu};
constexpr Type kOptionalCpu{TypeKind::Cpu, true};
constexpr Type kTask{TypeKind::Task};
constexpr Type kOptionalTask{TypeKind::Task, true};
constexpr Type kCgroup{TypeKind::Cgroup};
constexpr Type kOptionalCgroup{TypeKind::Cgroup, true};
constexpr Type kQueue{TypeKind::Queue};
constexpr Type kCpuSet{TypeKind::CpuSet};
constexpr Type kCgroupSet{TypeKind::CgroupSet};
constexpr Type kText{TypeKind::Text};
constexpr Type kPolicy{TypeKind::Policy};

// ---------------------------------------------------------------- callbacks

constexpr HookArgument kTaskOnly[] = {{"p", kTask}};
constexpr HookArgument kSelectCpuArgs[] = {{"p", kTask}, {"prev", kCpu}};
constexpr HookArgument kDispatchArgs[] = {{"c", kCpu}, {"prev", kOptionalTask}};
constexpr HookArgument kStoppingArgs[] = {{"p", kTask}, {"ran", kDuration}, {"runnable", kBool}};
constexpr HookArgument kSleepArgs[] = {{"p", kTask}, {"used", kDuration}};
constexpr HookArgument kYieldArgs[] = {{"p", kTask}, {"to", kOptionalTask}};
constexpr HookArgument kWeightArgs[] = {{"p", kTask}, {"weight", kInt}};
constexpr HookArgument kCpuIdleArgs[] = {{"c", kCpu}, {"idle", kBool}};
constexpr HookArgument kCpuOnly[] = {{"c", kCpu}};
constexpr HookArgument kCgroupOnly[] = {{"g", kCgroup}};
constexpr HookArgument kCgroupMoveArgs[] = {{"p", kTask}, {"from", kCgroup}, {"to", kCgroup}};
constexpr HookArgument kCgroupWeightArgs[] = {{"g", kCgroup}, {"weight", kInt}};
constexpr HookArgument kCgroupBandwidthArgs[] = {{"g", kCgroup}, {"period", kDuration}, {"quota", kDuration}, {"burst", kDuration}};
constexpr HookArgument kCgroupIdleArgs[] = {{"g", kCgroup}, {"idle", kBool}};
constexpr HookArgument kCoreSchedArgs[] = {{"a", kTask}, {"b", kTask}};

// clang-format off
constexpr HookRow kHooks[] = {
    {"select_cpu", "select_cpu", "", kSelectCpuArgs, kCpu, kSelectCpu, false, false,
     "a task wakes up (or is forked or execs) and may run on more than one CPU; returns the CPU it goes to"},
    {"enqueue", "enqueue", "", kTaskOnly, kNone, kEnqueue, false, false,
     "a task has to wait and was not placed directly"},
    {"dequeue", "dequeue", "", kTaskOnly, kNone, kOther, false, false,
     "a waiting task leaves its queue: for sleep, for a change of affinity, weight or cgroup, or to run; never before Linux 7.1"},
    {"dispatch", "dispatch", "", kDispatchArgs, kNone, kDispatch, false, false,
     "a CPU has nothing to run; prev is there if it still wants to run and its slice has ended"},
    {"tick", "tick", "", kTaskOnly, kNone, kOther, false, false, "the timer tick while the task runs"},
    {"runnable", "runnable", "", kTaskOnly, kNone, kOther, false, false, "the task starts to want a CPU"},
    {"running", "running", "", kTaskOnly, kNone, kOther, false, false, "the task starts to run"},
    {"stopping", "stopping", "", kStoppingArgs, kNone, kOther, false, false,
     "the task stops running, after `ran` of CPU time; runnable tells whether it still wants to run"},
    {"quiescent", "quiescent", "", kTaskOnly, kNone, kOther, false, false, "the task no longer wants a CPU"},
    {"sleep", "", "quiescent", kSleepArgs, kNone, kOther, false, false,
     "the task goes to sleep, after `used` of CPU time since it woke up"},
    {"yield", "yield", "", kYieldArgs, kBool, kOther, false, false, "the task called sched_yield"},
    {"enable", "enable", "", kTaskOnly, kNone, kOther, false, false, "the task comes under this policy"},
    {"disable", "disable", "", kTaskOnly, kNone, kOther, false, false, "the task leaves this policy"},
    {"fork", "", "init_task", kTaskOnly, kNone, kSleepable, true, false, "the task was forked"},
    {"init_task", "init_task", "", kTaskOnly, kNone, kSleepable, true, false, "the task is forked, or there when the policy is loaded"},
    {"exit_task", "exit_task", "", kTaskOnly, kNone, kOther, false, false, "the task is gone, or the policy is unloaded"},
    {"set_weight", "set_weight", "", kWeightArgs, kNone, kOther, false, false, "the task's weight changed"},
    {"set_affinity", "set_cpumask", "", kTaskOnly, kNone, kOther, false, false, "the task's affinity changed"},
    {"cpu_idle", "update_idle", "", kCpuIdleArgs, kNone, kOther, false, false, "a CPU goes idle or leaves idle"},
    {"cpu_release", "cpu_release", "", kCpuOnly, kNone, kCpuRelease, false, false, "a higher scheduling class (real time, deadline, stop) takes a CPU"},
    {"cpu_acquire", "cpu_acquire", "", kCpuOnly, kNone, kOther, false, false, "a CPU that was released is the policy's again"},
    {"cpu_online", "cpu_online", "", kCpuOnly, kNone, kSleepable, true, false, "a CPU comes online"},
    {"cpu_offline", "cpu_offline", "", kCpuOnly, kNone, kSleepable, true, false, "a CPU goes offline"},
    {"cgroup_init", "cgroup_init", "", kCgroupOnly, kNone, kSleepable, true, false, "a cgroup is there or created"},
    {"cgroup_exit", "cgroup_exit", "", kCgroupOnly, kNone, kSleepable, true, false, "a cgroup is gone"},
    {"cgroup_prep_move", "cgroup_prep_move", "", kCgroupMoveArgs, kBool, kSleepable, true, false, "a task is about to move between cgroups; false refuses the move"},
    {"cgroup_move", "cgroup_move", "", kCgroupMoveArgs, kNone, kOther, false, false, "a task moves between cgroups"},
    {"cgroup_cancel_move", "cgroup_cancel_move", "", kCgroupMoveArgs, kNone, kOther, false, false, "a move that was prepared does not take place"},
    {"cgroup_weight", "cgroup_set_weight", "", kCgroupWeightArgs, kNone, kOther, false, false, "a cgroup's cpu.weight changed"},
    {"cgroup_bandwidth", "cgroup_set_bandwidth", "", kCgroupBandwidthArgs, kNone, kOther, false, true, "a cgroup's cpu.max or cpu.max.burst changed", "6.17"},
    {"cgroup_idle", "cgroup_set_idle", "", kCgroupIdleArgs, kNone, kOther, false, true, "a cgroup's cpu.idle changed", "6.19"},
    {"core_sched_before", "core_sched_before", "", kCoreSchedArgs, kBool, kOther, false, false, "core scheduling: does a come before b?"},
    {"dump", "dump", "", {}, kNone, kDump, false, false, "the kernel writes its dump; log adds lines to it"},
    {"dump_cpu", "dump_cpu", "", kCpuIdleArgs, kNone, kDump, false, false, "the same, behind the kernel's lines about a CPU; an idle one is in the dump only if something is logged", "6.12", 1},
    {"dump_task", "dump_task", "", kTaskOnly, kNone, kDump, false, false, "the same, behind the kernel's lines about a task that runs or wants to", "6.12", 1},
    {"init", "init", "", {}, kNone, kSleepable, true, false, "the policy is being loaded"},
    {"exit", "exit", "", {}, kNone, kSleepable, true, false, "the policy is unloaded"},
};
// clang-format on

// ---------------------------------------------------------------- attributes

constexpr auto kT = TypeKind::Task;
constexpr auto kC = TypeKind::Cpu;
constexpr auto kG = TypeKind::Cgroup;
constexpr auto kQ = TypeKind::Queue;

// clang-format off
constexpr AttributeRow kAttributes[] = {
    {kT, "comm", kText, Read::Comm, "comm", Changes::Rarely, 0, 0, false, "the thread's name, 15 bytes at most"},
    {kT, "leader.comm", kText, Read::Comm, "group_leader.comm", Changes::Always, 0, 0, false, "the process's name"},
    {kT, "exe", kText, Read::Exe, "", Changes::Rarely, 0, 0, false, "the executable: its name and folders as its file system knows them"},
    {kT, "cgroup", kCgroup, Read::CgroupOf, "", Changes::Rarely, 0, 0, false, "its cgroup; compared with patterns, its place in the v2 hierarchy"},
    {kT, "cgroup.path", kText, Read::CgroupPath, "", Changes::Rarely, 0, 0, false, "the same"},
    {kT, "cgroup.weight", kInt, Read::CgroupWeight, "", Changes::Rarely, 1, 10000, false, "`cpu.weight` of its cgroup: 100 unless it was set"},
    {kT, "pid", kInt, Read::SignedField, "pid", Changes::Never, 0, 4194304, false, "thread id"},
    {kT, "tgid", kInt, Read::SignedField, "tgid", Changes::Never, 0, 4194304, false, "process id"},
    {kT, "ppid", kInt, Read::SignedField, "real_parent.tgid", Changes::Always, 0, 4194304, false, "the parent's process id"},
    {kT, "nspid", kInt, Read::NsPid, "", Changes::Never, 0, 4194304, false, "thread id in its own pid namespace"},
    {kT, "pidns", kInt, Read::PidNs, "", Changes::Never, 0, 4294967295, false, "its pid namespace, by the number that `ls -L -i /proc/PID/ns/pid` shows"},
    {kT, "uid", kInt, Read::Field, "cred.uid.val", Changes::Always, 0, 4294967295, false, "user id"},
    {kT, "gid", kInt, Read::Field, "cred.gid.val", Changes::Always, 0, 4294967295, false, "group id"},
    {kT, "kthread", kBool, Read::Kthread, "flags", Changes::Never, 0, 1, false, "a kernel thread"},
    {kT, "leader", kBool, Read::Leader, "", Changes::Never, 0, 1, false, "the first thread of its process"},
    {kT, "exiting", kBool, Read::Exiting, "flags", Changes::Always, 0, 1, false, "on its way out"},
    {kT, "nice", kInt, Read::Nice, "static_prio", Changes::Rarely, -20, 19, false, "nice value"},
    {kT, "weight", kInt, Read::Field, "scx.weight", Changes::Rarely, 1, 10000, false, "weight from nice: 100 is nice 0"},
    {kT, "static_prio", kInt, Read::SignedField, "static_prio", Changes::Rarely, 0, 139, false, "kernel priority: 120 is nice 0"},
    {kT, "policy", kPolicy, Read::PolicyOf, "policy", Changes::Rarely, 0, 7, false, "scheduling policy: normal, batch, idle, ext"},
    {kT, "affinity", kCpuSet, Read::Affinity, "cpus_ptr", Changes::Rarely, 0, 0, false, "the CPUs it may run on"},
    {kT, "pinned", kBool, Read::Pinned, "nr_cpus_allowed", Changes::Rarely, 0, 1, false, "may run on one CPU only"},
    {kT, "numa_pinned", kBool, Read::NumaPinned, "", Changes::Rarely, 0, 1, false, "may run on the CPUs of one NUMA node only, and there are others"},
    {kT, "migration_disabled", kBool, Read::MigrationDisabled, "migration_disabled", Changes::Always, 0, 1, false, "may not leave its CPU now"},
    {kT, "slice", kDuration, Read::Slice, "scx.slice", Changes::Always, 0, 0, false, "what is left of its slice; assignable"},
    {kT, "cpu", kCpu, Read::TaskCpu, "", Changes::Always, 0, 0, false, "the CPU it runs on, or last ran on"},
    {kT, "queue", kQueue, Read::TaskQueue, "", Changes::Always, 0, 0, false, "the queue of its last match"},
    {kT, "runtime", kDuration, Read::Field, "se.sum_exec_runtime", Changes::Always, 0, 0, false, "CPU time since it was forked"},
    {kT, "wakeups", kInt, Read::Field, "nvcsw", Changes::Always, 0, 0, false, "how often it slept and was woken again since it was forked: its voluntary context switches"},
    {kT, "ran__", kDuration, Read::Ran, "", Changes::Always, 0, 0, true, "CPU time since it started to run"},
    {kT, "sleeping__", kBool, Read::Sleeping, "", Changes::Always, 0, 1, true, "quiescent because it sleeps"},
    {kT, "forked__", kBool, Read::Forked, "", Changes::Always, 0, 1, true, "initialised because it was forked, not because the policy was loaded"},
    {kT, "wake.sync", kBool, Read::WakeSync, "", Changes::Always, 0, 1, false, "woken by a task about to sleep"},
    {kT, "wake.fork", kBool, Read::WakeFork, "", Changes::Always, 0, 1, false, "just forked"},
    {kT, "waker", kOptionalTask, Read::Waker, "", Changes::Always, 0, 0, false, "who woke it, best effort"},
    {kT, "waited", kDuration, Read::Waited, "", Changes::Always, 0, 0, false, "how long it waited before it last started to run"},
    {kT, "last_ran", kDuration, Read::LastRan, "", Changes::Always, 0, 0, false, "CPU time of its last run, which ended when it left its CPU or its slice was over"},
    {kT, "avg_run", kDuration, Read::AvgRun, "", Changes::Always, 0, 0, false, "the moving average of `last_ran`: a new run counts a quarter"},
    {kT, "last_slept", kDuration, Read::LastSlept, "", Changes::Always, 0, 0, false, "how long it last slept, also while it is being woken"},
    {kT, "hint", kInt, Read::Hint, "", Changes::Always, 0, 0, false, "what it, or its user, has told by `scxrun hint`; 0: nothing. A child begins with that of the task that forks it"},
    {kT, "uses_gpu", kBool, Read::UsesGpu, "", Changes::Always, 0, 1, false, "its process has a GPU's device open"},
    {kT, "serves__", kBool, Read::Serves, "tgid", Changes::Always, 0, 1, true, "a thread of the process that orders queues in user space"},
    {kT, "allowed__", kInt, Read::SignedField, "nr_cpus_allowed", Changes::Always, 0, 0, true, "how many CPUs it may run on"},
    {kT, "exec_id__", kInt, Read::Field, "self_exec_id", Changes::Always, 0, 0, true, "changes with each exec"},
    {kT, "exe__", kText, Read::ExePath, "", Changes::Always, 0, 0, true, "the executable, looked up at each evaluation"},
    {kC, "id", kInt, Read::CpuId, "", Changes::Never, 0, kMaxCpus - 1, false, "its number"},
    {kC, "llc", kInt, Read::CpuLlc, "", Changes::Never, 0, kMaxCpus - 1, false, "number of its last-level cache, from 0"},
    {kC, "core", kInt, Read::CpuCore, "", Changes::Never, 0, kMaxCpus - 1, false, "number of the first CPU of its core"},
    {kC, "node", kInt, Read::CpuNode, "", Changes::Never, 0, kMaxCpus - 1, false, "number of its NUMA node"},
    {kC, "capacity", kInt, Read::CpuCapacity, "", Changes::Never, 0, 1024, false, "compute capacity, 1024 is the largest"},
    {kC, "idle", kBool, Read::CpuIdle, "", Changes::Always, 0, 1, false, "idle now"},
    {kC, "running", kOptionalTask, Read::CpuRunning, "", Changes::Always, 0, 0, false, "the task that runs there; missing where the CPU is idle, or the task on its last way out"},
    {kC, "online__", kBool, Read::CpuOnline, "", Changes::Always, 0, 1, true, "online now"},
    {kC, "running__", kInt, Read::CpuRunningPid, "", Changes::Always, 0, 0, true, "its pid, 0 on an idle CPU"},
    {kC, "local", kQueue, Read::CpuLocal, "", Changes::Always, 0, 0, false, "its own queue, served before all others"},
    {kC, "local.len", kInt, Read::LocalLen, "", Changes::Always, 0, 2147483647, false, "tasks waiting in its own queue"},
    {kG, "weight", kInt, Read::GroupWeight, "", Changes::Always, 1, 10000, false, "its `cpu.weight`: 100 unless it was set"},
    {kG, "parent", kOptionalCgroup, Read::GroupParent, "", Changes::Always, 0, 0, false, "the cgroup it is in; the root has none"},
    {kG, "tasks", kInt, Read::GroupTasks, "", Changes::Always, 0, 4194304, false, "how many tasks are in it, those of cgroups in it not counted"},
    {kG, "runnable", kInt, Read::GroupRunnable, "", Changes::Always, 0, 4194304, false, "how many of these want a CPU: they run or wait"},
    {kG, "number__", kInt, Read::GroupNumber, "", Changes::Always, 0, kMaxCgroups - 1, true, "its number here: numbers are dense, the root's is 0, and one is used again when its cgroup and all its tasks are gone"},
    {kQ, "len", kInt, Read::QueueLen, "", Changes::Always, 0, 2147483647, false, "tasks waiting"},
    {kQ, "empty", kBool, Read::QueueEmpty, "", Changes::Always, 0, 1, false, "no task waits"},
    {kQ, "head_wait", kDuration, Read::QueueHeadWait, "", Changes::Always, 0, 0, false, "how long its first task has waited; 0 if it is empty. In `dispatch`, `every`, `init` and the dump hooks only"},
    {TypeKind::CpuSet, "count", kInt, Read::CpusCount, "", Changes::Rarely, 1, kMaxCpus, false, "CPUs of the machine (only of `cpus`)"},
};
// clang-format on

// ---------------------------------------------------------------- operations

constexpr Type kTwoDurations[] = {kDuration, kDuration};
constexpr Type kTaskSlice[] = {kTask, kDuration};
constexpr Type kTaskAndCpu[] = {kTask, kCpu};
constexpr Type kOneCpu[] = {kCpu};
constexpr Type kOneBool[] = {kBool};
constexpr Type kOneInt[] = {kInt};
constexpr Type kOneRatio[] = {kRatio};
constexpr Type kOneSet[] = {kCpuSet};
constexpr Type kOneTask[] = {kTask};
constexpr Type kTaskAndInt[] = {kTask, kInt};
constexpr Type kGenericOne[] = {kNone};
constexpr Type kGenericTwo[] = {kNone, kNone};
constexpr Type kGenericThree[] = {kNone, kNone, kNone};

constexpr uint32_t kPlaceContexts = kSelectCpu | kEnqueue;
constexpr uint32_t kInsertContexts = kEnqueue | kSelectCpu | kDispatch | kTimer;
constexpr auto kFree = TypeKind::None;

// clang-format off
constexpr OperationRow kOperations[] = {
    {Operation::QueueInsert, kQ, "insert", false, kTaskSlice, 1, kBool, kInsertContexts, false, "put the hook's task, or a loop's task, into the queue"},
    {Operation::QueueConsume, kQ, "consume", false, {}, 0, kBool, kDispatch, false, "the first task that may run here, or the task that just ran if it belongs to the queue"},
    {Operation::QueueTake, kQ, "take__", false, {}, 0, kBool, kDispatch, true, "consume, the task that just ran left out"},
    {Operation::QueueSweep, kQ, "sweep__", false, {}, 0, kNone, kDispatch, true, "all who wait in it have a turn before who comes later; nothing where the order is a time or that of arrival"},
    {Operation::QueueWatch, kQ, "watch__", false, {}, 0, kInt, kTimer, true, "of a queue that a process orders: whether it still does. 1: from now on the kernel orders it, 2: the process does again, 0: nothing new"},
    {Operation::QueueForget, kQ, "forget__", false, kOneTask, 1, kNone, kOther, true, "of a queue that a process orders: the task is gone"},
    {Operation::QueueAnswered, kQ, "answered__", false, {}, 0, kNone, kAnyContext, true, "of a queue that a process orders: a thread of the process has stopped, and may have answered"},
    {Operation::LocalInsert, kC, "local.insert", false, kTaskSlice, 1, kBool, kInsertContexts, false, "give the task to this CPU"},
    {Operation::LocalReenqueue, kC, "local.reenqueue", false, {}, 0, kNone, kCpuRelease, false, "all who wait in the CPU's own queue go through enqueue again; only of the hook's CPU"},
    {Operation::CpuClaim, kC, "claim", false, {}, 0, kBool, kInsertContexts, false, "true if the CPU was idle and now waits for the task"},
    {Operation::CpuKick, kC, "kick", false, {}, 0, kNone, kAnyContext, false, "wake the CPU if it is idle"},
    {Operation::CpuPreempt, kC, "preempt", false, {}, 0, kNone, kAnyContext, false, "end the slice of what runs there"},
    {Operation::CpuPerform, kC, "perform__", false, kOneRatio, 1, kNone, kAnyContext, true, "how fast it is to run from now on, as a part of its fastest; of the hook's task's CPU only"},
    {Operation::MayRun, kT, "may_run", false, kOneCpu, 1, kBool, kAnyContext, false, "the task's affinity allows that CPU"},
    {Operation::Wait, kT, "wait", false, {}, 0, kNone, kDispatch, false, "the task whose slice ended waits in its queue, although nothing else was found: the CPU goes idle"},
    {Operation::IdleCpu, kFree, "idle_cpu", false, kOneSet, 1, kOptionalCpu, kPlaceContexts, false, "an idle CPU of the set the task may use, claimed"},
    {Operation::IdleCore, kFree, "idle_core", false, kOneSet, 1, kOptionalCpu, kPlaceContexts, false, "a CPU of a wholly idle core of the set, claimed"},
    {Operation::DefaultIdle, kFree, "default_idle", false, kTaskAndCpu, 2, kOptionalCpu, kSelectCpu, false, "the kernel's own search for an idle CPU"},
    {Operation::Near, kFree, "near", false, kOneCpu, 1, kCpuSet, kAnyContext, false, "all CPUs, the nearest first, for `for`"},
    {Operation::CpuOf, kFree, "cpu", false, kOneInt, 1, kCpu, kAnyContext, false, "the CPU of that number (out of range: CPU 0)"},
    {Operation::TaskOf, kFree, "task", false, kOneInt, 1, kOptionalTask, kAnyContext, false, "the task of that pid"},
    {Operation::Now, kFree, "now", true, {}, 0, kTime, kAnyContext, false, "the monotonic clock"},
    {Operation::CoarseNow, kFree, "coarse_now__", true, {}, 0, kTime, kDispatch, true, "the run queue's clock: cheap, and only comparable on the same CPU"},
    {Operation::Utilisation, kFree, "machine.utilisation", true, {}, 0, kRatio, kAnyContext, false, "how much of its CPUs' time the machine was not idle, over the last tenth of a second"},
    {Operation::RatioOf, kFree, "ratio__", false, kTwoDurations, 2, kRatio, kAnyContext, true, "the first as a part of the second; 0% of nothing"},
    {Operation::Random, kFree, "random", false, kOneInt, 1, kInt, kAnyContext, false, "0 … n-1; 0 if n is not above 0"},
    {Operation::Dispatched, kFree, "dispatched__", true, {}, 0, kBool, kDispatch, true, "this dispatch has found a task"},
    {Operation::Remember, kFree, "remember__", false, kTaskAndInt, 2, kNone, kSelectCpu | kDispatch, true, "keep a match for the enqueue that follows"},
    {Operation::Recall, kFree, "recall__", false, kOneTask, 1, kInt, kEnqueue, true, "what was remembered about the task, or -1"},
    {Operation::Settle, kFree, "settle__", false, kOneTask, 1, kNone, kDispatch, true, "its run has been accounted"},
    {Operation::LlcSet, kFree, "llc", false, kOneInt, 1, kCpuSet, kAnyContext, false, "the CPUs of an LLC"},
    {Operation::NodeSet, kFree, "node", false, kOneInt, 1, kCpuSet, kAnyContext, false, "the CPUs of a NUMA node"},
    {Operation::CoreSet, kFree, "core", false, kOneInt, 1, kCpuSet, kAnyContext, false, "the CPUs of a core"},
    {Operation::AllCpus, kFree, "cpus", true, {}, 0, kCpuSet, kAnyContext, false, "all CPUs"},
    {Operation::AllCgroups, kFree, "cgroups", true, {}, 0, kCgroupSet, kAnyContext, false, "all cgroups, for `for`"},
    {Operation::CgroupOf, kFree, "cgroup__", false, kOneInt, 1, kCgroup, kAnyContext, true, "the cgroup of that number"},
    {Operation::CpusWhere, kFree, "cpus()", false, kOneBool, 1, kCpuSet, kAnyContext, false, "the CPUs for which a condition over `cpu` holds, like `cpus(cpu.capacity > 512)`"},
    {Operation::PackKeys, kFree, "pack_keys__", false, kGenericTwo, 2, kInt, kAnyContext, true, "two keys as one: the first within 2^21 of zero, the second within 2^40, both cut off there"},
    {Operation::Min, kFree, "min", false, kGenericTwo, 2, kNone, kAnyContext, false, "the smaller; of times, the earlier"},
    {Operation::Max, kFree, "max", false, kGenericTwo, 2, kNone, kAnyContext, false, "the larger; of times, the later"},
    {Operation::Abs, kFree, "abs", false, kGenericOne, 1, kNone, kAnyContext, false, "without its sign"},
    {Operation::Report, kFree, "report__", false, kGenericTwo, 2, kNone, kAnyContext, true, "a number and its value go to whoever asked about the task"},
    {Operation::Replace, kFree, "replace", false, kGenericThree, 3, kBool, kAnyContext, false, "state that holds the second value holds the third from now on, and no other CPU comes between; false where it did not"},
};
// clang-format on

// clang-format off
constexpr PolicyRow kPolicies[] = {
    {"normal", 0}, {"fifo", 1}, {"rr", 2}, {"batch", 3}, {"idle", 5}, {"deadline", 6}, {"ext", 7},
};
// clang-format on

} // namespace

std::span<const HookRow> hookRows() { return kHooks; }
std::span<const AttributeRow> attributeRows() { return kAttributes; }
std::span<const OperationRow> operationRows() { return kOperations; }
std::span<const PolicyRow> policyRows() { return kPolicies; }

const HookRow *findHook(std::string_view event) {
    for (const HookRow &row : kHooks)
        if (row.event == event)
            return &row;
    return nullptr;
}

const AttributeRow *findAttribute(TypeKind owner, std::string_view name) {
    if (owner == TypeKind::Instance)
        owner = TypeKind::Queue;
    for (const AttributeRow &row : kAttributes)
        if (row.owner == owner && row.name == name)
            return &row;
    return nullptr;
}

const OperationRow *findOperation(TypeKind owner, std::string_view name) {
    if (owner == TypeKind::Instance)
        owner = TypeKind::Queue;
    for (const OperationRow &row : kOperations)
        if (row.owner == owner && row.name == name)
            return &row;
    return nullptr;
}

} // namespace scx
