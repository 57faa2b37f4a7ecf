// SPDX-License-Identifier: GPL-2.0-only
// The process that orders queues in user space, as scxrun has one, on the simulated machine: a task that takes CPU time for what it does, waits for CPUs as others do, and may be stopped or
// killed. What it does is done by runtime/user/, as in scxrun. (docs/internals/userspace.md)
#pragma once

#include "object/Object.h"
#include "sim/bpf/Object.h"
#include "sim/kernel/Kernel.h"

#include <memory>
#include <string>
#include <vector>

namespace scx::sim {

struct UserOrderSetup {
    uint64_t cost = 1'000; // ns of CPU time that it takes to take in a record, and to hand out a task
    std::string plugin;    // a shared object that orders the queues in place of their disciplines; empty: none
};

class UserOrder {
  public:
    /// `file` is the object, `info` what it says. All outlive it. Throws std::runtime_error with one line if the queues cannot be ordered on this machine.
    UserOrder(const ObjectInfo &info, const scx::ObjectFile &file, const UserOrderSetup &setup, Kernel &kernel);
    ~UserOrder();
    /// A policy begins, loaded from that file: the process serves its queues from here on. The one before is no longer looked at.
    void serve(Object &object);
    /// What a user should know at the end, a line each: which queues the kernel had to order.
    std::vector<std::string> report() const;

  private:
    struct Queue;
    class Process;
    const ObjectInfo &info;
    const UserOrderSetup setup;
    Kernel &kernel;
    struct Inside;
    std::unique_ptr<Inside> inside;

    void attach();
    void start(uint64_t at);
    void ended();
    void look();
};

} // namespace scx::sim
