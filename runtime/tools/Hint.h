// SPDX-License-Identifier: GPL-2.0-only
// `scxrun hint`: tells the running policy something about a task.
#pragma once

#include <string>
#include <vector>

namespace scx {

/// One of process, thread and command is named.
struct HintOptions {
    std::string value, process, thread;
    std::vector<std::string> command;
};

/// The exit code; does not return where a command takes its place.
int runHint(const HintOptions &options);

} // namespace scx
