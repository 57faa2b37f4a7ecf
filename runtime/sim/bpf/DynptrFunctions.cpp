// SPDX-License-Identifier: GPL-2.0-only
// Pointers with a length, helpers and kernel functions of them (kernel/bpf/helpers.c, ringbuf.c).
#include "sim/bpf/Calls.h"
#include "sim/bpf/Dynptr.h"
#include "sim/bpf/Map.h"

#include <cerrno>
#include <cstring>

namespace scx::sim {
namespace {

constexpr uint32_t kReadOnly = 1u << 31, kSize = (1u << 24) - 1;

Dynptr &dynptrAt(Execution &execution, uint64_t at) { return *execution.memory<Dynptr>(at, Access::Write, "a dynptr"); }

/// The place of `length` bytes at `offset`, null if there are not as many.
char *inside(const Dynptr &dynptr, uint32_t offset, uint32_t length) {
    uint32_t size = dynptr.size & kSize;
    return dynptr.data && offset <= size && length <= size - offset ? reinterpret_cast<char *>(dynptr.data) + dynptr.offset + offset : nullptr;
}

int64_t fromMemory(Execution &execution, uint64_t data, uint32_t size, uint64_t flags, uint64_t at) {
    Dynptr &dynptr = dynptrAt(execution, at);
    dynptr = {};
    if (size > kSize || flags)
        return size > kSize ? -E2BIG : -EINVAL;
    execution.memory(data, size, Access::Write, "the memory of a dynptr");
    dynptr = {data, size, 0};
    return 0;
}

int64_t read(Execution &execution, uint64_t to, uint32_t length, uint64_t at, uint32_t offset, uint64_t flags) {
    const Dynptr &dynptr = dynptrAt(execution, at);
    if (!dynptr.data || flags)
        return -EINVAL;
    const char *from = inside(dynptr, offset, length);
    if (!from)
        return -E2BIG;
    std::memmove(execution.memory(to, length, Access::Write, "room for what is read"), from, length);
    return 0;
}

int64_t write(Execution &execution, uint64_t at, uint32_t offset, uint64_t from, uint32_t length, uint64_t flags) {
    const Dynptr &dynptr = dynptrAt(execution, at);
    if (!dynptr.data || flags || (dynptr.size & kReadOnly))
        return -EINVAL;
    char *to = inside(dynptr, offset, length);
    if (!to)
        return -E2BIG;
    std::memmove(to, execution.memory(from, length, Access::Read, "what is written"), length);
    return 0;
}

uint64_t data(Execution &execution, uint64_t at, uint32_t offset, uint32_t length) {
    const Dynptr &dynptr = dynptrAt(execution, at);
    return dynptr.size & kReadOnly ? 0 : reinterpret_cast<uint64_t>(inside(dynptr, offset, length));
}

/// An empty one where the ring has no room: it still has to be submitted or discarded.
int64_t reserve(Execution &execution, uint64_t handle, uint32_t size, uint64_t flags, uint64_t at) {
    Dynptr &dynptr = dynptrAt(execution, at);
    dynptr = {};
    if (flags || size > kSize)
        return flags ? -EINVAL : -E2BIG;
    Map &map = execution.map(handle);
    char *record = map.reserve(size);
    if (!record)
        return -EINVAL;
    execution.records[reinterpret_cast<uint64_t>(record)] = &map;
    dynptr = {reinterpret_cast<uint64_t>(record), size, 0};
    return 0;
}

void finish(Execution &execution, uint64_t at, bool discard, uint64_t flags) {
    Dynptr &dynptr = dynptrAt(execution, at);
    if (dynptr.data)
        execution.finishRecord(dynptr.data, discard, flags);
    dynptr = {};
}

void submit(Execution &execution, uint64_t at, uint64_t flags) { finish(execution, at, false, flags); }
void discard(Execution &execution, uint64_t at, uint64_t flags) { finish(execution, at, true, flags); }

int32_t adjust(Execution &execution, uint64_t at, uint32_t begin, uint32_t end) {
    Dynptr &dynptr = dynptrAt(execution, at);
    if (!dynptr.data || begin > end)
        return -EINVAL;
    if (end > (dynptr.size & kSize))
        return -ERANGE;
    dynptr.offset += begin;
    dynptr.size = (dynptr.size & ~kSize) | (end - begin);
    return 0;
}

bool isNull(Execution &execution, uint64_t at) { return !dynptrAt(execution, at).data; }
bool isReadOnly(Execution &execution, uint64_t at) { return dynptrAt(execution, at).data && dynptrAt(execution, at).size & kReadOnly; }
uint32_t sizeOf(Execution &execution, uint64_t at) {
    return dynptrAt(execution, at).data ? dynptrAt(execution, at).size & kSize : static_cast<uint32_t>(-EINVAL);
}

int32_t clone(Execution &execution, uint64_t at, uint64_t to) {
    dynptrAt(execution, to) = dynptrAt(execution, at);
    return dynptrAt(execution, at).data ? 0 : -EINVAL;
}

/// All memory here is in one piece: the buffer that is given for pieces is never needed.
uint64_t slice(Execution &execution, uint64_t at, uint32_t offset, uint64_t, uint32_t length) {
    return reinterpret_cast<uint64_t>(inside(dynptrAt(execution, at), offset, length));
}

uint64_t writableSlice(Execution &execution, uint64_t at, uint32_t offset, uint64_t, uint32_t length) { return data(execution, at, offset, length); }

constexpr HelperRow kHelpers[] = {
    {197, "dynptr_from_mem", callAs<fromMemory>},
    {198, "ringbuf_reserve_dynptr", callAs<reserve>},
    {199, "ringbuf_submit_dynptr", callAs<submit>},
    {200, "ringbuf_discard_dynptr", callAs<discard>},
    {201, "dynptr_read", callAs<read>},
    {202, "dynptr_write", callAs<write>},
    {203, "dynptr_data", callAs<data>},
};

constexpr KernelFunctionRow kFunctions[] = {
    {"bpf_dynptr_adjust", callAs<adjust>},
    {"bpf_dynptr_is_null", callAs<isNull>},
    {"bpf_dynptr_is_rdonly", callAs<isReadOnly>},
    {"bpf_dynptr_size", callAs<sizeOf>},
    {"bpf_dynptr_clone", callAs<clone>},
    {"bpf_dynptr_slice", callAs<slice>},
    {"bpf_dynptr_slice_rdwr", callAs<writableSlice>},
};

} // namespace

std::span<const HelperRow> dynptrHelpers() { return kHelpers; }
std::span<const KernelFunctionRow> dynptrFunctions() { return kFunctions; }

} // namespace scx::sim
