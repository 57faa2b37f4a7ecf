// SPDX-License-Identifier: GPL-2.0-only
// What does the kernel offer a policy: callbacks, task attributes, operations?
// One row per fact, read by sema, lowering and the docs. Supporting a new kernel fact is a new row.
#pragma once

#include "syntax/Type.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace scx {

// ---------------------------------------------------------------- contexts

/// Where a piece of code runs. A set of these says where an operation is legal (kfunc context masks of kernel/sched/ext.c).
enum Context : uint32_t {
    kSelectCpu = 1u << 0,
    kEnqueue = 1u << 1,
    kDispatch = 1u << 2,
    kOther = 1u << 3,     // under the rq lock or with interrupts off, no special rights: running, stopping, tick, …
    kSleepable = 1u << 4, // init, exit, init_task, cpu_online, cgroup_*
    kTimer = 1u << 5,     // every
    kDump = 1u << 6,
    kCpuRelease = 1u << 7,
    kAnyContext = 0xffffffffu,
};

// ---------------------------------------------------------------- callbacks

struct HookArgument {
    std::string_view name;
    Type type;
};

/// One event of `on EVENT(...)`.
struct HookRow {
    std::string_view event;                  // as written
    std::string_view member;                 // of struct sched_ext_ops; empty: made from another (see `from`)
    std::string_view from;                   // event this one is derived from: sleep ← quiescent, fork ← init_task
    std::span<const HookArgument> arguments; // the first is the hook's task or CPU where there is one
    Type result;                             // TypeKind::None: nothing is returned
    Context context;
    bool sleepable;
    bool optionalMember;             // not in 6.12: `?struct_ops/…`, with an empty slot that the loader fills
    std::string_view doc;            // one sentence for the reference
    std::string_view since = "6.12"; // the first kernel that calls it
    size_t firstSlot = 0;            // the kernel's argument that `arguments` begin with
};

std::span<const HookRow> hookRows();
const HookRow *findHook(std::string_view event);

// ---------------------------------------------------------------- attributes

/// What can change an attribute between two enqueues: decides what a cached verdict may depend on.
enum class Changes : uint8_t { Never, Rarely, Always };

/// How lowering reads it. One enumerator per way of reading; `path` parameterises the common ones.
enum class Read : uint8_t {
    Field,        // zero-extended CO-RE load of `path` from the task
    SignedField,  // sign-extended
    Comm,         // the 16 bytes at `path` (comm, group_leader.comm); Text
    CgroupPath,   // Text: the task's cgroup on the v2 hierarchy
    CgroupOf,     // Cgroup: the task's, of the cpu controller
    CgroupWeight, // that one's weight
    NsPid,        // the last of thread_pid->numbers
    PidNs,        // that one's namespace
    Nice,         // static_prio - 120
    PolicyOf,     // task's policy field → Policy value
    Kthread,      // flags & PF_KTHREAD
    Exiting,      // flags & PF_EXITING
    Leader,       // pid == tgid
    Pinned,       // nr_cpus_allowed == 1
    MigrationDisabled,
    Affinity, // CpuSet: the task's cpus_ptr
    TaskCpu,
    TaskQueue,
    Slice,
    Ran,      // ran__: since running or settle__
    Sleeping, // deq flags of quiescent
    Forked,   // arguments of init_task
    WakeSync, // wake flags of select_cpu, remembered for the enqueue that follows
    WakeFork,
    Waker, // optional task: current in select_cpu
    Hint,  // told by scxrun, as which cgroups match
    UsesGpu,
    Serves, // it is of the process that orders queues
    // Made by core/: state, hooks and functions that only a policy has that reads them.
    Waited, // time spent waiting before this run
    LastRan,
    AvgRun,
    LastSlept,
    NumaPinned,
    CpuRunning, // optional task
    QueueHeadWait,
    Exe,           // Text: the names of the executable and of its folders
    GroupRunnable, // tasks of a cgroup that want a CPU
    GroupRunning,  // and those that have one: internal, for shares among cgroups
    // Internal, for these.
    ExePath, // as Exe, read at each evaluation
    CpuRunningPid,
    CpuOnline,
    CpuId,
    CpuLlc,  // dense number, 0 …
    CpuCore, // number of its first CPU
    CpuNode,
    CpuCapacity,
    CpuIdle,
    CpuLocal, // c.local, the receiver of insert
    LocalLen, // c.local.len
    QueueLen,
    QueueEmpty,
    CpusCount, // cpus.count: CPUs online at load
    GroupWeight,
    GroupParent,
    GroupTasks,
    GroupNumber,
};

/// An attribute; `name` may be dotted (`leader.comm`, `wake.sync`): longest match wins.
struct AttributeRow {
    TypeKind owner; // Task, Cpu, Queue (also Instance), CpuSet (`cpus.count`)
    std::string_view name;
    Type type;
    Read read;
    std::string_view path;
    Changes changes;
    int64_t minimum, maximum; // equal: no bound known
    bool internal;            // has `__`: only in compiler-made code
    std::string_view doc;
};

std::span<const AttributeRow> attributeRows();
const AttributeRow *findAttribute(TypeKind owner, std::string_view name);

// ---------------------------------------------------------------- operations

// clang-format off
enum class Operation : uint8_t {
    QueueInsert, QueueConsume, QueueTake, QueueSweep, QueueWatch, QueueForget, QueueAnswered, LocalInsert, LocalReenqueue,
    CpuClaim, CpuKick, CpuPreempt, CpuPerform, MayRun,
    IdleCpu, IdleCore, DefaultIdle,
    Near, CpuOf, TaskOf, Now, CoarseNow, Random, Dispatched,
    Utilisation,                 // made by core/
    RatioOf,
    Remember, Recall, Settle, Wait,
    LlcSet, NodeSet, CoreSet,    // llc(n), node(n), core(n); bare `llc`, `node`, `core` in `place`: those of prev
    AllCpus,                     // `cpus`
    AllCgroups, CgroupOf,        // `cgroups`, the cgroup of a number
    CpusWhere,                   // `cpus(CONDITION)`: in it, `cpu` is the one that is asked about
    Min, Max, Abs,               // generic over Int, Duration, Time (wrap-safe)
    Replace,                     // of state that CPUs share, in one step
    PackKeys,                    // two keys in one word, the first most significant
    HistogramAdd,
    Log,
    Report,
};
// clang-format on

struct OperationRow {
    Operation op;
    TypeKind owner; // receiver; None: a free function or value
    std::string_view name;
    bool isValue;                     // no parentheses: now, dispatched__
    std::span<const Type> parameters; // TypeKind::None: checked by hand (generic)
    int required;                     // how many of them must be given
    Type result;
    uint32_t contexts; // mask of Context
    bool internal;
    std::string_view doc;
};

std::span<const OperationRow> operationRows();
const OperationRow *findOperation(TypeKind owner, std::string_view name);

/// Values of a task's `policy`, by number in the kernel's uapi (SCHED_NORMAL 0, FIFO 1, RR 2, BATCH 3, IDLE 5, DEADLINE 6, EXT 7).
struct PolicyRow {
    std::string_view name;
    int value;
};
std::span<const PolicyRow> policyRows();

inline constexpr int kMaxCpus = 1024;
/// Cgroups that have a number of their own at a time; one beyond counts as the cgroup it is in.
inline constexpr int kMaxCgroups = 1024;

} // namespace scx
