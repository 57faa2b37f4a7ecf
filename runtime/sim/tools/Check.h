// SPDX-License-Identifier: GPL-2.0-only
// Is there a machine and a workload on which a policy comes to grief? --check
#pragma once

#include "sim/tools/Simulation.h"

namespace scx::sim {

/// Simulates `runs` random machines and workloads, of the seeds from setup.seed on, and tells on standard output each stall, error exit, fault, lost task, and each
/// idle CPU beside work that it could have done for longer than any tick explains, with the options that show it again. As a JSON document if `json`.
/// Returns how many of the runs had trouble.
unsigned check(const Policy &policy, const Setup &setup, unsigned runs, bool json);

} // namespace scx::sim
