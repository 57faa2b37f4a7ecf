// SPDX-License-Identifier: GPL-2.0-only
// Timers in values of maps (kernel/bpf/helpers.c).
#include "sim/bpf/Calls.h"
#include "sim/bpf/Map.h"

#include <cerrno>
#include <ctime>

namespace scx::sim {
namespace {

constexpr uint64_t kAbsolute = 1, kPinned = 2; // BPF_F_TIMER_ABS, BPF_F_TIMER_CPU_PIN

void *timerAt(Execution &execution, uint64_t at) { return execution.memory(at, 16, Access::Write, "a timer"); }

Execution::Timer *find(Execution &execution, uint64_t at) {
    timerAt(execution, at);
    auto it = execution.timers.find(at);
    return it == execution.timers.end() ? nullptr : &it->second;
}

int64_t init(Execution &execution, uint64_t at, uint64_t handle, uint64_t flags) {
    if (flags != CLOCK_MONOTONIC && flags != CLOCK_REALTIME && flags != CLOCK_BOOTTIME)
        return -EINVAL;
    if (find(execution, at))
        return -EBUSY;
    Map &map = execution.map(handle);
    for (const ValueField &field : map.shape.fields)
        if (field.kind == FieldKind::Timer) {
            uint64_t value = at - field.offset;
            execution.timers[at] = {handle, reinterpret_cast<uint64_t>(map.keyOf(reinterpret_cast<char *>(value))), value, 0, false};
            return 0;
        }
    execution.fault("starts a timer that is not in map `" + map.shape.name + "`");
}

int64_t setCallback(Execution &execution, uint64_t at, uint64_t callback) {
    Execution::Timer *timer = find(execution, at);
    if (!timer)
        return -EINVAL;
    execution.functionOf(callback);
    timer->callback = callback;
    return 0;
}

int64_t start(Execution &execution, uint64_t at, uint64_t time, uint64_t flags) {
    Execution::Timer *timer = find(execution, at);
    if (flags & ~(kAbsolute | kPinned) || !timer || !timer->callback)
        return -EINVAL;
    timer->active = true;
    execution.host.startTimer(reinterpret_cast<void *>(at), flags & kAbsolute ? time : execution.host.now() + time, flags & kPinned);
    return 0;
}

int64_t cancel(Execution &execution, uint64_t at) {
    Execution::Timer *timer = find(execution, at);
    if (!timer)
        return -EINVAL;
    execution.host.cancelTimer(reinterpret_cast<void *>(at));
    return std::exchange(timer->active, false);
}

constexpr HelperRow kRows[] = {
    {169, "timer_init", callAs<init>},
    {170, "timer_set_callback", callAs<setCallback>},
    {171, "timer_start", callAs<start>},
    {172, "timer_cancel", callAs<cancel>},
};

} // namespace

std::span<const HelperRow> timerHelpers() { return kRows; }

} // namespace scx::sim
