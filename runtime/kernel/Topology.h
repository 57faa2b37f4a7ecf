// SPDX-License-Identifier: GPL-2.0-only
// Which CPUs share a core, a last-level cache, a NUMA node, and how strong is each? Read from sysfs.
#pragma once

#include <vector>

namespace scx {

/// Ids are equal for CPUs of one group, and below 1024; what sysfs does not tell is the answer of a plain machine:
/// a core of its own, the package for a cache, node 0, capacity 1024.
struct CpuPlace {
    int cpu = 0;
    long llc = 0, node = 0, core = 0, capacity = 1024;
};

/// Every CPU that is there, offline ones included, of the first 1024.
std::vector<CpuPlace> readTopology();

} // namespace scx
