// SPDX-License-Identifier: GPL-2.0-only
// What do programs find of the kernel: functions and variables by name, timers, the log?
#include "sim/kernel/Functions.h"

#include <algorithm>

namespace scx::sim {

Task *Functions::task(Kernel &k, U p) {
    if (!p)
        return nullptr;
    auto *given = static_cast<task_struct *>(checkedMemory(p, offsetof(task_struct, simulated), Access::Read, "the task"));
    Task *found = k.find(static_cast<TaskId>(given->pid));
    if (found && found->k == given)
        return found;
    for (const auto &rq : k.rqs)
        if (rq->idle == given)
            return nullptr;
    fault("passes as the task what is none");
}

Task &Functions::liveTask(Kernel &k, U p) {
    Task *found = task(k, p);
    if (!found)
        fault("passes no task");
    return *found;
}

const Function *Kernel::function(std::string_view name) const {
    for (auto rows : {Functions::queueRows(), Functions::cpuRows(), Functions::taskRows(), Functions::messageRows()})
        for (const Function &row : rows)
            if (row.name == name)
                return &row;
    return nullptr;
}

void *Kernel::variable(std::string_view name, int cpu) {
    auto at = static_cast<size_t>(cpu);
    if (name == "sd_llc_id")
        return llcIds[at];
    if (name == "numa_node")
        return nodeIds[at];
    if (name == "runqueues")
        return rqs[at]->k;
    return nullptr;
}

void Kernel::startTimer(void *timer, uint64_t when, bool) {
    auto [it, fresh] = timerIndex.emplace(timer, timers.size());
    if (fresh)
        timers.push_back({timer, 0, 0});
    TimerState &state = timers[it->second];
    state.cpu = here;
    at(std::max(when, time), Timed::Timer, it->second, ++state.generation);
}

void Kernel::cancelTimer(void *timer) {
    if (auto it = timerIndex.find(timer); it != timerIndex.end())
        ++timers[it->second].generation;
}

void Kernel::print(std::string_view line) {
    if (view)
        view->print(time, here, std::string(line));
}

} // namespace scx::sim
