// SPDX-License-Identifier: GPL-2.0-only
// A sched_ext object file, ready to run: its programs as native code, its maps and variables in the arena.
#pragma once

#include "sim/bpf/Arena.h"
#include "sim/bpf/Host.h"
#include "sim/bpf/Rings.h"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace scx::sim {

/// Members of sched_ext_ops that are callbacks, in the order of the kernel's struct; opNames[] has their names.
// clang-format off
enum class Op : uint8_t {
    SelectCpu, Enqueue, Dequeue, Dispatch, Tick, Runnable, Running, Stopping, Quiescent, Yield, CoreSchedBefore, SetWeight, SetCpumask, UpdateIdle,
    CpuAcquire, CpuRelease, InitTask, ExitTask, Enable, Disable, Dump, DumpCpu, DumpTask,
    CgroupInit, CgroupExit, CgroupPrepMove, CgroupMove, CgroupCancelMove, CgroupSetWeight, CgroupSetBandwidth, CgroupSetIdle,
    CpuOnline, CpuOffline, Init, Exit, Count
};
// clang-format on
extern const char *const opNames[static_cast<size_t>(Op::Count)];

/// What a program did that no verifier would let pass. what(): `file.scx:12:5: reads 8 bytes at 0x0, outside of …` with the source line of the program
/// where its object has line information.
struct Fault : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What a simulation is told when it opens an object.
struct ObjectOptions {
    std::string kernel = "6.12"; // the profile: which functions, constants and members there are
    std::vector<std::pair<std::string, std::string>>
        variables;               // name=value of variables in .rodata and .data, numbers in C's notation, before the program runs
    bool statistics = true;      // `stats__` of our own objects
    uint64_t hotAfter = 300'000; // callbacks after which programs are translated once more, taking longer, to run faster
};

/// The members of sched_ext_ops that are no callbacks, as the object sets them.
struct OpsSettings {
    std::string name;
    uint64_t flags = 0;
    uint32_t timeoutMs = 0, exitDumpLength = 0, dispatchMaxBatch = 0;
};

/// Sees each call of a kernel function or helper as the program makes it; for --trace. `where` is `file:line`, empty if unknown.
using CallTracer = void (*)(void *self, const char *function, const uint64_t arguments[5], uint64_t result, const char *where);

class Object {
  public:
    /// Reads, relocates and translates `path`. Throws std::runtime_error with one line, `situation; what to do`: not an object, an instruction, helper, kernel
    /// function, map type or member that is not supported, by name. Host and arena outlive it.
    Object(const std::string &path, Host &host, Arena &arena, const ObjectOptions &options);
    ~Object();

    const OpsSettings &ops() const;
    bool has(Op op) const;
    /// Runs a callback with its arguments on the host's current CPU. Returns r0 of the program as it is, of which a caller takes as many bits as the callback's
    /// type has; 0 if there is no such callback.
    /// Callbacks may nest (a program that enqueues from dispatch). Throws Fault.
    uint64_t call(Op op, std::initializer_list<uint64_t> arguments);
    /// Runs the callback of a timer that was started. Throws Fault.
    void fire(void *timer);

    /// Storage of a task or cgroup goes with it.
    void forget(task_struct *task);
    void forget(cgroup *group);

    struct Variable {
        char *address = nullptr;
        size_t size = 0;
    };
    /// A variable of the object by name, in any of its sections; {} if there is none. What is in .rodata is settled when the object is opened: programs hold its
    /// values as numbers.
    Variable variable(const std::string &name) const;
    struct PerCpu {
        char *first = nullptr; // CPU 0's
        size_t stride = 0;     // bytes to the next CPU's
    };
    /// A member of `cpu__`, such as a counter, as docs/internals/object.md says; {} if there is none.
    PerCpu perCpu(const std::string &member) const;
    /// The process's end of a ring of the object, by the name of the map; null if there is no such ring.
    RecordRing *records(const std::string &map) const;
    AnswerRing *answers(const std::string &map) const;
    /// From here on each call that programs make is told; null: no more. An object that was never traced runs without any test for it.
    void trace(CallTracer tracer, void *self);

  private:
    struct Inside;
    std::unique_ptr<Inside> inside;
};

} // namespace scx::sim
