// SPDX-License-Identifier: GPL-2.0-only
// The kernel functions of sched_ext, and those that go over the kernel's tasks and cgroups, as programs call them: what their files (*Functions.cpp) share. A function of a
// later kernel is a row more in one of them, and a prototype in profile.c, which says since when it is there.
#pragma once

#include "sim/bpf/Check.h"
#include "sim/kernel/Kernel.h"

#include <span>
#include <type_traits>

namespace scx::sim {

struct Functions {
    using U = uint64_t;
    struct Queues;
    struct Cpus;
    struct Tasks;
    struct Messages;
    static std::span<const Function> queueRows(), cpuRows(), taskRows(), messageRows();

    static U result(const void *p) { return reinterpret_cast<U>(p); }
    static U result(int64_t value) { return static_cast<U>(value); }
    /// What a program gives as a pointer: it faults if that is none to something it may read.
    template <typename T> static T *as(U value) { return checkedPointer<std::remove_const_t<T>>(value, "an argument"); }
    /// Room that a program gives for an answer.
    template <typename T> static T *into(U value) { return checkedPointer<T>(value, "room for an answer", Access::Write); }

    static Kernel &kernel(void *self) { return static_cast<Kernel &>(*static_cast<Host *>(self)); }
    /// A task that a program gives; null for null and for a CPU's idle task. It faults for what is none.
    static Task *task(Kernel &k, U p);
    static Task &liveTask(Kernel &k, U p);
};

} // namespace scx::sim
