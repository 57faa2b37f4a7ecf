// SPDX-License-Identifier: GPL-2.0-only
// What may programs call that is not scheduling? Tables of helpers, by number, and of kernel functions, by name; a new one is a row.
#pragma once

#include "sim/bpf/Execution.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace scx::sim {

using CallFunction = uint64_t (*)(Execution &, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

struct HelperRow {
    uint32_t number;       // enum bpf_func_id
    std::string_view name; // without bpf_
    CallFunction call;
    std::string_view remark = {}; // for the table in docs/simulator.md
};

struct KernelFunctionRow {
    std::string_view name;
    CallFunction call;
    std::string_view remark = {};
};

/// All that are supported, by number.
const std::vector<HelperRow> &helpers();
const HelperRow *findHelper(uint32_t number);
/// `bpf_map_lookup_elem`; `helper 999` of one that nobody knows.
std::string helperName(uint32_t number);
/// All of bpf/'s own, by name. What is scheduling the host has.
const std::vector<KernelFunctionRow> &kernelFunctions();
const KernelFunctionRow *findKernelFunction(std::string_view name);

// The parts of the tables, by file.
std::span<const HelperRow> mapHelpers(), taskHelpers(), memoryHelpers(), timerHelpers(), textHelpers(), ringHelpers(), dynptrHelpers();
std::span<const KernelFunctionRow> maskFunctions(), objectFunctions(), commonFunctions(), dynptrFunctions();

namespace detail {

template <typename R, typename... P, size_t... I>
uint64_t apply(R (*function)(Execution &, P...), Execution &execution, const std::array<uint64_t, 5> &arguments, std::index_sequence<I...>) {
    if constexpr (std::is_void_v<R>) {
        function(execution, static_cast<P>(arguments[I])...);
        return 0;
    } else
        return static_cast<uint64_t>(function(execution, static_cast<P>(arguments[I])...)); // a narrow signed result is extended by its sign
}

template <typename R, typename... P> constexpr size_t countOf(R (*)(Execution &, P...)) { return sizeof...(P); }

} // namespace detail

/// A function of as many arguments as it likes, of the widths it likes, in the form in which programs call.
template <auto Function> uint64_t callAs(Execution &execution, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) {
    return detail::apply(Function, execution, {a, b, c, d, e}, std::make_index_sequence<detail::countOf(Function)>());
}

} // namespace scx::sim
