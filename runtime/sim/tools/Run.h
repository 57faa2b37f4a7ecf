// SPDX-License-Identifier: GPL-2.0-only
#pragma once

namespace scx::sim {

/// scxsim: returns its exit status.
int runSimulator(int argc, char **argv);

} // namespace scx::sim
