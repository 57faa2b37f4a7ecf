// SPDX-License-Identifier: GPL-2.0-only
// The life of a policy under `scxrun`, from the object to its end.
#pragma once

#include "kernel/Scheduler.h"

#include <chrono>

namespace scx {

struct RunOptions {
    std::string path;
    std::vector<std::string> sets;     // name=value
    std::chrono::nanoseconds limit{0}; // 0: none
    double every = 0;                  // seconds between two tables; 0: only the closing one
    bool list = false, json = false;
    std::string metrics; // address to serve them at; empty: none
    LoadOptions load;
};

/// The exit code: 0 the policy ran and was ended in order, 1 it could not run, 3 the kernel ended it with an error.
int runPolicy(RunOptions options);

} // namespace scx
