// SPDX-License-Identifier: GPL-2.0-only
// What an rt-app file says, after reading and before running: tasks of phases of events, and what they share.
#pragma once

#include "sim/workload/Json.h"
#include "sim/workload/Script.h"

#include <optional>

namespace scx::sim {

/// One event of a phase. Resources are indices into RtAppShared or, for a timer of its own, among the task's.
struct RtAppEvent {
    enum Kind : uint8_t {
        Run,
        Runtime,
        Sleep,
        Timer,
        Lock,
        Unlock,
        Wait,
        Sync,
        Suspend,
        Signal,
        Broadcast,
        Barrier,
        SemaphoreWait,
        SemaphorePost,
        Yield,
        Fork,
        Device
    } kind;
    uint64_t ns = 0;                    // of Run, Runtime, Sleep; the period of a Timer; the CPU time of Device
    uint64_t wait = 0;                  // of Device: ns that the device takes
    size_t resource = 0, mutex = 0;     // mutex: of Wait and Sync. Of Fork, resource is the task
    bool own = false, absolute = false; // of Timer: one of the task's instance; if it is late, the next one is not
};

struct RtAppPhase {
    int64_t loop = 1; // below 0: for ever
    std::vector<RtAppEvent> events;
    std::vector<int> cpus;   // empty: all
    bool migrate = true;     // may it be moved between CPUs meanwhile?
    std::optional<int> nice; // to be set when the phase begins
    std::optional<std::string> cgroup;
};

struct RtAppTask {
    TaskSpec spec;
    int instances = 1;
    uint64_t delay = 0; // ns
    int64_t loop = -1;
    std::vector<RtAppPhase> phases;
    size_t timers = 0;   // of its own
    bool migrate = true; // what its phases have if they say nothing
};

struct RtAppFile {
    std::string about;     // the line under `scxsim`
    uint64_t duration = 0; // ns; 0: none
    std::vector<RtAppTask> tasks;
    std::vector<CgroupSpec> cgroups;
    std::vector<MachineEvent> events;
    std::vector<std::string> notes;
    size_t mutexes = 0, conditions = 0, semaphores = 0, timers = 0; // that are shared
    std::vector<int> barriers;                                      // of each, how many come together
};

/// For how many CPUs the counts of a built-in file are meant; by its name it is scaled to the machine (docs/workloads.md).
constexpr int kFileCpus = 4;

/// `scaled`: instances are meant for kFileCpus CPUs and grow with the machine. Throws with the position of the first mistake.
RtAppFile readRtApp(std::string_view text, const Source &source, const Machine &machine, bool scaled);
/// Tasks that do what the file says.
Workload startRtApp(RtAppFile file);

/// What the reader does with a key, for the table in docs/workloads.md.
struct RtAppKey {
    enum Place : uint8_t { Global, Task, Phase, Event, Root } place;
    const char *name;
    enum Fate : uint8_t { Done, Silent, Noted, Refused } fate; // Silent: it does not concern a simulation. Noted, Refused: with `why`
    const char *why = "";
};
const std::vector<RtAppKey> &rtAppKeys();

} // namespace scx::sim
