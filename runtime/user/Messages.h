// SPDX-License-Identifier: GPL-2.0-only
// What passes between the kernel side of a queue with `backing: userspace(TIME)` and the process that orders it? (docs/internals/userspace.md)
#pragma once

#include <cstdint>

namespace scx::user {

/// Tasks that a queue can have in user space at a time; their numbers are below it.
inline constexpr uint32_t kMostTasks = 16384;

/// CPUs are told in words. CPUs of a large machine share a bit, so that one that is there may be another's.
inline constexpr uint64_t kCpuBits = 64;
inline constexpr uint64_t bitOf(uint64_t cpu) { return uint64_t{1} << cpu % kCpuBits; }

/// Why there is a record.
enum RecordFlags : uint32_t {
    kWaits = 1, // the task begins to wait, and is held for an answer
    kNew = 2,   // the first record of its task under this number
    kGone = 4,  // the task is gone, its number free
};

/// Of a task, from the kernel side. `attributes` has as many words as the object's description says; a record of another size than that is no record.
struct Record {
    uint32_t task, sequence; // its number; which of its waits this is
    int32_t pid, tgid;
    uint32_t flags, weight;
    uint64_t epoch;  // of the shared words when the task was held
    uint64_t now;    // ns, CLOCK_MONOTONIC
    uint64_t ran;    // ns of CPU time since the last record
    uint64_t sleeps; // how often it went to sleep since
    uint64_t cpus;   // where it may run, see `bitOf`
    int64_t attributes[];
};
static_assert(sizeof(Record) == 64);

/// This task is to run next. Where the sequence is no longer the one the task waits with, it means nothing.
struct Answer {
    uint32_t task, sequence;
    uint64_t slice; // ns; 0: the queue's
};
static_assert(sizeof(Answer) == 16);

/// Words that both sides see (variable `QUEUE__user`). Each has one writer, but for what is said otherwise; all are read and written as whole words.
struct Shared {
    // The kernel side's.
    uint64_t epoch;   // odd: the kernel orders the queue, tasks go into its DSQ; even: the process does. Each change is one more
    uint64_t asks;    // how often tasks were asked for
    uint64_t idleAt;  // ns: since when a CPU has found nobody although tasks are held, and no answer has come that put one into the queue; 0: none has
    uint64_t wanted;  // how many tasks the last ask is for; hungry CPUs have theirs in any case
    uint64_t drained; // answers read
    uint64_t held;    // tasks that wait for an answer
    uint64_t cursor;  // how far held tasks were let go since the kernel orders the queue; kMostTasks: all
    uint64_t owner;   // the process that ordered the queue in the last even epoch
    // Both sides'.
    uint64_t hungry; // CPUs that have found nobody, see `bitOf`: they come in, and the process takes them out when it looks for somebody who may run there
    uint64_t nobody; // of those the CPUs for which there was none: until a task is held that may run there, they need not ask
    // The process's.
    uint64_t process;   // its tgid, whose threads no queue of the policy's holds; 0: there is none. Written by whoever started it
    uint64_t answered;  // the `asks` up to which it has done what it can
    uint64_t submitted; // answers written
    uint64_t unused[3];
};
static_assert(sizeof(Shared) == 128);

} // namespace scx::user
