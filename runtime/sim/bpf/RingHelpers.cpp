// SPDX-License-Identifier: GPL-2.0-only
// Helpers of rings (kernel/bpf/ringbuf.c).
#include "sim/bpf/Calls.h"
#include "sim/bpf/Map.h"

#include <cerrno>
#include <cstring>

namespace scx::sim {
namespace {

constexpr uint64_t kWakeFlags = 3; // BPF_RB_NO_WAKEUP, BPF_RB_FORCE_WAKEUP

int64_t output(Execution &execution, uint64_t handle, uint64_t data, uint64_t size, uint64_t flags) {
    if (flags & ~kWakeFlags)
        return -EINVAL;
    Map &map = execution.map(handle);
    const void *from = execution.memory(data, size, Access::Read, "a record");
    char *record = map.reserve(size);
    if (!record)
        return -EAGAIN;
    std::memcpy(record, from, size);
    map.commit(record, false, flags);
    return 0;
}

uint64_t reserve(Execution &execution, uint64_t handle, uint64_t size, uint64_t flags) {
    if (flags)
        return 0;
    Map &map = execution.map(handle);
    char *record = map.reserve(size);
    if (record)
        execution.records[reinterpret_cast<uint64_t>(record)] = &map;
    return reinterpret_cast<uint64_t>(record);
}

void submit(Execution &execution, uint64_t record, uint64_t flags) { execution.finishRecord(record, false, flags); }
void discard(Execution &execution, uint64_t record, uint64_t flags) { execution.finishRecord(record, true, flags); }
uint64_t query(Execution &execution, uint64_t handle, uint64_t figure) { return execution.map(handle).query(figure); }
int64_t drain(Execution &execution, uint64_t handle, uint64_t callback, uint64_t context, uint64_t flags) {
    return execution.map(handle).drain(callback, context, flags);
}

constexpr HelperRow kRows[] = {
    {130, "ringbuf_output", callAs<output>},   {131, "ringbuf_reserve", callAs<reserve>}, {132, "ringbuf_submit", callAs<submit>},
    {133, "ringbuf_discard", callAs<discard>}, {134, "ringbuf_query", callAs<query>},     {209, "user_ringbuf_drain", callAs<drain>},
};

} // namespace

std::span<const HelperRow> ringHelpers() { return kRows; }

} // namespace scx::sim
