// SPDX-License-Identifier: GPL-2.0-only
// Which processes have a GPU's device open?
#pragma once

#include "kernel/Attended.h"

#include <chrono>
#include <cstdint>
#include <set>
#include <vector>

namespace scx {

/// Keeps a map of process id → 1. The kernel tells nobody who opens a device, so /proc/PID/fd is looked through, all of it once a second, or more
/// slowly where that would take more than a twenty-fifth of a CPU.
class GpuUsers : public Attended {
  public:
    /// The map is right when this returns.
    explicit GpuUsers(int map);
    void update() override;

  private:
    int map;
    std::set<uint64_t> users, seen;
    std::vector<uint64_t> left; // processes that this pass has still to look at
    std::chrono::steady_clock::time_point begun;

    void begin();
    bool look(std::chrono::steady_clock::duration most);
};

} // namespace scx
