// SPDX-License-Identifier: GPL-2.0-only
// Order a queue of a policy by C++ of your own.
//
// A queue that is declared with `backing: userspace(TIME)` is ordered by a process, in which `scxrun --user-policy LIB.so` loads a shared object that
// defines `scx_user_policy`. The kernel side holds the queue's tasks; the policy here says which of them comes next.
//
//     g++ -std=c++20 -shared -fPIC -o mine.so mine.cpp
//     scxrun --user-policy ./mine.so policy.bpf.o
//
// All functions are called by one thread. They may use floating point and any library. While one of them runs, no task of the queue is handed out; a process that
// keeps CPUs waiting for longer than TIME has the queue taken from it until it has caught up. Tasks that are direct, because a CPU was idle, never come here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace scx {

/// The form of this interface. A plug-in of another one is refused.
inline constexpr unsigned kUserInterface = 2;

/// A task as this queue knows it, from when it first waits here to its end. The memory is the caller's; the address is the same all that time.
struct UserTask {
    uint32_t number;           // below the capacity, for tables of one's own; that of a task that is gone is used again
    int32_t pid, tgid;         // thread and process
    uint32_t weight;           // from nice: 100 is nice 0, up to 10000
    uint64_t now;              // ns, CLOCK_MONOTONIC: when it began to wait
    uint64_t ran;              // ns of CPU time since it was last added, in the queue or not
    uint64_t sleeps;           // how often it went to sleep in that time: `ran` is that many bursts, and the one that goes on if it was stopped
    uint64_t cpus;             // where it may run: bit CPU % 64 is set
    uint64_t slice;            // to be set, in ns, before it is given to run; 0: the queue's own
    void *data;                // the policy's; null at first
    const int64_t *attributes; // what the queue's discipline reads of it, in the order of the object's description
};

class UserPolicy {
  public:
    virtual ~UserPolicy() = default;
    /// A task begins to wait. It does not wait already.
    virtual void added(UserTask &task) = 0;
    /// Who runs next: one that waits, and then no longer does; null: nobody waits. If it says so although somebody does, or lets one wait for too long, the task
    /// that has waited longest is taken, and `taken` is called.
    virtual UserTask *next(uint64_t now) = 0;
    /// Who runs next on CPUs that have found nobody: of those who wait the first with one of these bits in its `cpus`; there is one. Whom it names without such a bit runs
    /// next all the same, elsewhere, and it is asked again: for a policy that does not look at `cpus`.
    virtual UserTask *nextOn([[maybe_unused]] uint64_t cpus, uint64_t now) { return next(now); }
    /// A waiting task waits no longer: the kernel side has let it run.
    virtual void taken(UserTask &task) = 0;
    /// A task is gone, and does not wait. Forget it.
    virtual void gone(UserTask &task) = 0;
};

/// What a policy is made for.
struct UserQueue {
    unsigned interface; // kUserInterface
    const char *name;   // of the queue
    size_t capacity;    // task numbers are below it
};

} // namespace scx

extern "C" {
/// Makes the policy for a queue; null refuses it. Called once for each queue of the scx policy that is ordered in user space. What it returns is never deleted:
/// the process ends.
scx::UserPolicy *scx_user_policy(const scx::UserQueue &queue);
/// Defined by SCX_USER_POLICY.
unsigned scx_user_interface();
}

/// Stands once in a plug-in.
#define SCX_USER_POLICY                                                                                                                                        \
    extern "C" unsigned scx_user_interface() { return scx::kUserInterface; }
