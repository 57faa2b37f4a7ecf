// SPDX-License-Identifier: GPL-2.0-only
// What does `scxc` do from its command line to its exit code?
#pragma once

namespace scx {

/// The whole program. Returns 0, 1 if the policy has errors, 2 if the command line has.
int runCompiler(int argc, char **argv);

} // namespace scx
