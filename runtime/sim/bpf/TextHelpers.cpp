// SPDX-License-Identifier: GPL-2.0-only
// Helpers that print (kernel/trace/bpf_trace.c, kernel/bpf/helpers.c).
#include "sim/bpf/Calls.h"
#include "sim/bpf/Format.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace scx::sim {
namespace {

int64_t tell(Execution &execution, const std::optional<std::string> &text) {
    if (!text)
        return -EINVAL;
    std::string_view line = *text;
    while (!line.empty() && line.back() == '\n')
        line.remove_suffix(1);
    execution.host.print(line);
    return static_cast<int64_t>(text->size());
}

std::string formatOf(Execution &execution, uint64_t format, uint32_t size) {
    const auto *begin = static_cast<const char *>(execution.memory(format, size, Access::Read, "a format"));
    return std::string(begin, strnlen(begin, size));
}

int64_t print(Execution &execution, uint64_t format, uint32_t size, uint64_t a, uint64_t b, uint64_t c) {
    const uint64_t arguments[] = {a, b, c};
    return tell(execution, formatText(execution, formatOf(execution, format, size), arguments));
}

int64_t printMany(Execution &execution, uint64_t format, uint32_t size, uint64_t arguments, uint32_t bytes) {
    execution.memory(format, size, Access::Read, "a format");
    return tell(execution, formatGiven(execution, format, arguments, bytes));
}

int64_t printInto(Execution &execution, uint64_t to, uint32_t size, uint64_t format, uint64_t arguments, uint32_t bytes) {
    auto text = formatGiven(execution, format, arguments, bytes);
    if (!text)
        return -EINVAL;
    if (size > 0) {
        auto *room = static_cast<char *>(execution.memory(to, size, Access::Write, "room for a text"));
        size_t length = std::min<size_t>(text->size(), size - 1);
        std::memcpy(room, text->data(), length);
        room[length] = 0;
    }
    return static_cast<int64_t>(text->size()) + 1;
}

constexpr HelperRow kRows[] = {
    {6, "trace_printk", callAs<print>, "a line of the simulation's log"},
    {165, "snprintf", callAs<printInto>},
    {177, "trace_vprintk", callAs<printMany>, "the same as trace_printk"},
};

} // namespace

std::span<const HelperRow> textHelpers() { return kRows; }

} // namespace scx::sim
