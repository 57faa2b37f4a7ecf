// SPDX-License-Identifier: GPL-2.0-only
// `scxrun top`: the policy that runs, in a terminal.
#pragma once

#include <chrono>

namespace scx {

struct TopOptions {
    bool once = false; // as plain text, and over
    std::chrono::nanoseconds every{std::chrono::seconds(1)};
};

/// The exit code: 0 done, 1 nobody runs at the start, or there is no terminal to draw on.
int runTop(const TopOptions &options);

} // namespace scx
