// SPDX-License-Identifier: GPL-2.0-only
// The workloads that scxsim brings along and that rt-app's JSON cannot say. The others are files: examples/workloads/*.json.
#pragma once

#include "sim/workload/Behaviour.h"

namespace scx::sim {

/// Workers of a server: requests come at random times and take random times; some ask a database.
Workload webWorkload(const Machine &machine, uint64_t seed);
/// Servers that fork a short-lived child for each piece of work, as build systems and shell scripts do.
Workload forkStormWorkload(const Machine &machine, uint64_t seed);
/// Tasks that do to a scheduler what it hopes nobody does.
Workload adversaryWorkload(const Machine &machine, uint64_t seed);

} // namespace scx::sim
