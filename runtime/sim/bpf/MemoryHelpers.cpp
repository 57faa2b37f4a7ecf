// SPDX-License-Identifier: GPL-2.0-only
// Helpers that copy, compare and repeat (kernel/trace/bpf_trace.c, kernel/bpf/helpers.c, bpf_iter.c).
#include "sim/bpf/Calls.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace scx::sim {
namespace {

int64_t read(Execution &execution, uint64_t to, uint32_t size, uint64_t from) {
    void *room = execution.memory(to, size, Access::Write, "room for what is read");
    if (execution.arena.allows(from, size, Access::Read)) {
        std::memmove(room, reinterpret_cast<const void *>(from), size);
        return 0;
    }
    std::memset(room, 0, size);
    return -EFAULT;
}

/// The length with the zero that ends it.
int64_t readText(Execution &execution, uint64_t to, uint32_t size, uint64_t from) {
    auto *room = static_cast<char *>(execution.memory(to, size, Access::Write, "room for what is read"));
    if (size == 0)
        return 0;
    size_t readable = execution.arena.extent(from, size, Access::Read);
    const char *begin = reinterpret_cast<const char *>(from);
    size_t length = readable ? strnlen(begin, readable) : 0;
    if (length == readable && readable < size) { // it ends where nothing may be read
        std::memset(room, 0, size);
        return -EFAULT;
    }
    length = std::min<size_t>(length, size - 1);
    std::memmove(room, begin, length);
    room[length] = 0;
    return static_cast<int64_t>(length) + 1;
}

int64_t compare(Execution &execution, uint64_t one, uint32_t size, uint64_t two) {
    const auto *first = static_cast<const char *>(execution.memory(one, size, Access::Read, "a text"));
    std::string second = execution.text(two, size + size_t{64} * 1024, "a text");
    return std::strncmp(first, second.c_str(), size);
}

int64_t loop(Execution &execution, uint32_t count, uint64_t callback, uint64_t context, uint64_t flags) {
    if (flags)
        return -EINVAL;
    if (count > Execution::kLoops)
        return -E2BIG;
    for (uint32_t i = 0; i < count; ++i) {
        if ((execution.budget -= 10) < 0)
            execution.fault("does not come to an end");
        if (execution.callback(callback, i, context) != 0)
            return i + 1;
    }
    return count;
}

constexpr HelperRow kRows[] = {
    {4, "probe_read", callAs<read>},
    {45, "probe_read_str", callAs<readText>},
    {113, "probe_read_kernel", callAs<read>, "-EFAULT for what a program may not read"},
    {115, "probe_read_kernel_str", callAs<readText>, "the same"},
    {181, "loop", callAs<loop>},
    {182, "strncmp", callAs<compare>},
};

} // namespace

std::span<const HelperRow> memoryHelpers() { return kRows; }

} // namespace scx::sim
