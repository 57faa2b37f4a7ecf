// SPDX-License-Identifier: GPL-2.0-only
// The command line of scxsim.
#pragma once

#include "sim/tools/Simulation.h"

#include <optional>
#include <string>
#include <vector>

namespace scx::sim {

struct Options {
    std::vector<std::string> objects;
    std::string workload = "desktop";
    Setup setup;
    std::vector<std::string> timelines;
    bool json = false, tasks = false, events = false, compare = false, list = false;
    std::optional<unsigned> check; // how many random simulations
};

/// The exit code that ends the program at once (help, version, a wrong command line), or none and `into` is filled. The workload is opened.
std::optional<int> readOptions(int argc, char **argv, Options &into);

} // namespace scx::sim
