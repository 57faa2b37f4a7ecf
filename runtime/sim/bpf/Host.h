// SPDX-License-Identifier: GPL-2.0-only
// What do programs ask of the kernel around them? The interpreter of objects (bpf/) knows helpers and maps; what is scheduling it asks here.
#pragma once

#include "sim/kernel/types.h"

#include <cstdint>
#include <string_view>

namespace scx::sim {

/// A kernel function that programs call by name. `self` is what the host gave with it; arguments and result as in BPF, 64 bits each,
/// narrower results extended as the C type says.
struct Function {
    std::string_view name;
    uint64_t (*call)(void *self, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
};

class Host {
  public:
    virtual ~Host() = default;

    virtual uint64_t now() const = 0;         // ns since the simulation began, as bpf_ktime_get_ns
    virtual uint64_t tickLength() const = 0;  // ns from one jiffy to the next
    virtual int cpu() const = 0;              // on which the program runs
    virtual int cpuCount() const = 0;         // CPUs are numbered from 0
    virtual task_struct *current() const = 0; // never null: a CPU that idles runs its idle task, of pid 0
    virtual uint64_t random() = 0;            // from the seed of the simulation; programs get the lower 32 bits

    /// A kernel function of the host, null if it has none of this name; `self` of its calls is `this` as Host *.
    virtual const Function *function(std::string_view name) const = 0;
    /// A kernel variable (`.ksyms`), of one CPU if it is per CPU; null if there is none of this name.
    virtual void *variable(std::string_view name, int cpu) = 0;

    /// The host calls Object::fire(timer) at `at` (ns), on this CPU (if `pinned`) or on the one it likes; a timer that runs already is set anew.
    virtual void startTimer(void *timer, uint64_t at, bool pinned) = 0;
    virtual void cancelTimer(void *timer) = 0;
    /// bpf_printk, a line at a time.
    virtual void print(std::string_view line) = 0;

    // Tasks and cgroups that are kept by a program outlive their end until they are let go.
    virtual void hold(task_struct *task) = 0;
    virtual void drop(task_struct *task) = 0;
    virtual void hold(cgroup *group) = 0;
    virtual void drop(cgroup *group) = 0;
};

} // namespace scx::sim
