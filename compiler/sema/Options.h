// SPDX-License-Identifier: GPL-2.0-only
// Which settings are there, where, and what do they take?
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scx {

enum class OptionValue : uint8_t {
    Slice,    // a duration over p, or `forever`
    Timeout,  // the watchdog: a constant from 1ms to 30s
    Limit,    // a duration, or none
    Steal,    // none, core, llc, node, any
    Switch,   // all, partial
    Queues,   // a | b, none
    Place,    // place { }
    Share,    // a ratio, like 25%
    Capacity, // a number of tasks -> another queue
    Backing,  // dsq, ring(N), userspace(TIME)
    Flag,     // no value
};

struct OptionRow {
    std::string_view of; // policy, queue, rule
    std::string_view name;
    OptionValue value;
    std::string_view flag; // Flag: enumerator of enum scx_ops_flags
    std::string_view doc;
};

const OptionRow *findOption(std::string_view of, std::string_view name);
std::vector<std::string> optionNames(std::string_view of);

} // namespace scx
