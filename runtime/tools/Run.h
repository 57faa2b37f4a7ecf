// SPDX-License-Identifier: GPL-2.0-only
// What does the command `scxrun` do?
#pragma once

namespace scx {

/// Exit codes: 0 the policy ran and was ended in order, 1 it could not run, 2 the command line is wrong, 3 the kernel ended it with an error.
int runPolicy(int argc, char **argv);

} // namespace scx
