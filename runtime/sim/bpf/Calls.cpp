// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/Calls.h"

#include <algorithm>
#include <linux/bpf.h>
#include <string>

namespace scx::sim {
namespace {

// The names of all helpers that the system's header knows, for those that we do not have. Its macro got a prefix and arguments over time.
#if defined(___BPF_FUNC_MAPPER)
#define SCX_NAME(name, number, ...) {number, #name}
constexpr std::pair<uint32_t, const char *> kNames[] = {___BPF_FUNC_MAPPER(SCX_NAME)};
#else
#define SCX_NAME(name) {BPF_FUNC_##name, #name}
constexpr std::pair<uint32_t, const char *> kNames[] = {__BPF_FUNC_MAPPER(SCX_NAME)};
#endif

template <typename Row> void append(std::vector<Row> &all, std::span<const Row> part) { all.insert(all.end(), part.begin(), part.end()); }

} // namespace

const std::vector<HelperRow> &helpers() {
    static const std::vector<HelperRow> rows = [] {
        std::vector<HelperRow> all;
        for (auto part : {mapHelpers(), taskHelpers(), memoryHelpers(), timerHelpers(), textHelpers(), ringHelpers(), dynptrHelpers()})
            append(all, part);
        std::sort(all.begin(), all.end(), [](const HelperRow &a, const HelperRow &b) { return a.number < b.number; });
        return all;
    }();
    return rows;
}

const HelperRow *findHelper(uint32_t number) {
    auto it = std::lower_bound(helpers().begin(), helpers().end(), number, [](const HelperRow &row, uint32_t n) { return row.number < n; });
    return it != helpers().end() && it->number == number ? &*it : nullptr;
}

std::string helperName(uint32_t number) {
    if (const HelperRow *row = findHelper(number))
        return "bpf_" + std::string(row->name);
    for (const auto &[known, name] : kNames)
        if (known == number)
            return std::string("bpf_") + name;
    return "helper " + std::to_string(number);
}

const std::vector<KernelFunctionRow> &kernelFunctions() {
    static const std::vector<KernelFunctionRow> rows = [] {
        std::vector<KernelFunctionRow> all;
        for (auto part : {maskFunctions(), objectFunctions(), commonFunctions(), dynptrFunctions()})
            append(all, part);
        std::sort(all.begin(), all.end(), [](const KernelFunctionRow &a, const KernelFunctionRow &b) { return a.name < b.name; });
        return all;
    }();
    return rows;
}

const KernelFunctionRow *findKernelFunction(std::string_view name) {
    auto it = std::lower_bound(kernelFunctions().begin(), kernelFunctions().end(), name,
                               [](const KernelFunctionRow &row, std::string_view n) { return row.name < n; });
    return it != kernelFunctions().end() && it->name == name ? &*it : nullptr;
}

} // namespace scx::sim
