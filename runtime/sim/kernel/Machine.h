// SPDX-License-Identifier: GPL-2.0-only
// The simulated machine: which CPUs there are, what they share, and what changing tasks costs on them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace scx::sim {

struct CpuShape {
    int socket = 0, node = 0, llc = 0, core = 0; // ids from 0; a core's CPUs are hardware threads of it
    int capacity = 1024;                         // 1 to 1024: of the strongest CPU; work takes 1024/capacity times as long
};

/// All in ns of time of the CPU concerned.
struct Costs {
    uint64_t contextSwitch = 0; // from one task to another, or out of idling
    uint64_t migration = 0;     // first run on another CPU of the same LLC
    uint64_t coldCache = 0;     // in its stead: first run in another LLC
};

struct Machine {
    std::string name; // as it was asked for
    std::vector<CpuShape> cpus;
    Costs costs;
    uint64_t tickNs = 4'000'000; // HZ=250, as Debian's kernel
};

/// `8` CPUs; `2x4x2`: sockets × cores × threads, an LLC and a node per socket; `2x4x2,llcs=2,nodes=1,capacities=1024:512`: LLCs per socket, nodes in all, capacities of equal
/// parts of each socket's cores; or the path of a JSON file that lists CPUs. CPUs are numbered as Linux numbers them on x86: first all first threads, then all second ones.
/// Throws std::runtime_error with one line.
Machine parseMachine(const std::string &text);

} // namespace scx::sim
