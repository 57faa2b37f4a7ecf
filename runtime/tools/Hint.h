// SPDX-License-Identifier: GPL-2.0-only
// `scxrun hint`: tells the running policy something about a task.
#pragma once

namespace scx {

/// `arguments`: those behind `hint`, a null pointer at their end. The exit code; does not return where a command takes its place.
int runHint(char **arguments);

} // namespace scx
