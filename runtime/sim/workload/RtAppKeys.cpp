// SPDX-License-Identifier: GPL-2.0-only
// Every key that rt-app's documentation knows, and what becomes of it here: a row a key. docs/workloads.md has the same rows.
#include "sim/workload/RtApp.h"

namespace scx::sim {

const std::vector<RtAppKey> &rtAppKeys() {
    using enum RtAppKey::Place;
    using enum RtAppKey::Fate;
    static constexpr const char *deadline = "sched_ext schedules no task with a deadline, and slices are the policy's",
                                *clamp = "the simulator knows no frequencies", *memory = "memory is as far from each CPU",
                                *old = "was written so before rt-app 1.0; write `run` and `timer`";
    static const std::vector<RtAppKey> keys = {
        {Root, "tasks", Done},
        {Root, "global", Done},
        {Root, "resources", Silent}, // they come into being where they are used
        {Root, "scxsim", Done},

        {Global, "duration", Done},
        {Global, "default_policy", Done},
        {Global, "io_device", Done},
        {Global, "mem_buffer_size", Done},
        {Global, "pi_enabled", Noted, "a mutex lends no priority"},
        {Global, "calibration", Silent},
        {Global, "lock_pages", Silent},
        {Global, "logdir", Silent},
        {Global, "log_basename", Silent},
        {Global, "log_size", Silent},
        {Global, "ftrace", Silent},
        {Global, "gnuplot", Silent},
        {Global, "cumulative_slack", Silent},
        {Global, "frag", Silent},

        {Task, "instance", Done},
        {Task, "loop", Done},
        {Task, "phases", Done},
        {Task, "delay", Done},
        {Task, "cpus", Done},
        {Task, "policy", Done},
        {Task, "priority", Done},
        {Task, "taskgroup", Done},
        {Task, "scxsim", Done},
        {Task, "dl-runtime", Noted, deadline},
        {Task, "dl-period", Noted, deadline},
        {Task, "dl-deadline", Noted, deadline},
        {Task, "period", Noted, deadline},
        {Task, "deadline", Noted, deadline},
        {Task, "util_min", Noted, clamp},
        {Task, "util_max", Noted, clamp},
        {Task, "nodes_membind", Noted, memory},
        {Task, "exec", Refused, old},
        {Task, "lock_order", Refused, old},
        {Task, "resources", Refused, old},

        {Phase, "loop", Done},
        {Phase, "cpus", Done},
        {Phase, "priority", Done},
        {Phase, "taskgroup", Done},
        {Phase, "scxsim", Done},
        {Phase, "policy", Refused, "cannot change from phase to phase here; set it at the task"},
        {Phase, "dl-runtime", Noted, deadline},
        {Phase, "dl-period", Noted, deadline},
        {Phase, "dl-deadline", Noted, deadline},
        {Phase, "util_min", Noted, clamp},
        {Phase, "util_max", Noted, clamp},
        {Phase, "nodes_membind", Noted, memory},
        {Phase, "exec", Refused, old},
        {Phase, "period", Refused, old},
        {Phase, "lock_order", Refused, old},
        {Phase, "resources", Refused, old},

        // An event's key may go on behind the name (`run1`). Longer names first: `runtime` is no `run`.
        {Event, "runtime", Done},
        {Event, "run", Done},
        {Event, "sleep", Done},
        {Event, "timer", Done},
        {Event, "lock", Done},
        {Event, "unlock", Done},
        {Event, "wait", Done},
        {Event, "signal", Done},
        {Event, "broad", Done},
        {Event, "sync", Done},
        {Event, "barrier", Done},
        {Event, "suspend", Done},
        {Event, "resume", Done},
        {Event, "sem_wait", Done},
        {Event, "sem_post", Done},
        {Event, "memrun", Done},
        {Event, "mem", Done},
        {Event, "iorun", Done},
        {Event, "yield", Done},
        {Event, "fork", Done},
    };
    return keys;
}

} // namespace scx::sim
