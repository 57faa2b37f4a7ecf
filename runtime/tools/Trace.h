// SPDX-License-Identifier: GPL-2.0-only
// `scxrun trace`: each decision as it happens: which task begins to run where, from which queue, by which rule, after how long.
#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace scx {

class Conversation;

struct TraceOptions {
    int pid = 0, tid = 0; // 0: any
    std::string comm, queue;
    std::chrono::nanoseconds limit{0}; // 0: none
    uint64_t count = 0;                // decisions; 0: no limit
    bool json = false;
    std::string perfetto; // a file; empty: lines on standard output
};

/// The exit code: 0 done, 1 nobody runs, it refused, or the file cannot be written.
int runTrace(const TraceOptions &options);

/// How long it waited each time that it began to run while it was watched, the oldest first; ns. Throws std::runtime_error.
std::vector<int64_t> waitsOf(Conversation &scxrun, const TraceOptions &options);

} // namespace scx
