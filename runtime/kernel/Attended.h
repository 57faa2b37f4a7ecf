// SPDX-License-Identifier: GPL-2.0-only
// What scxrun attends to while it watches a policy: something to tell the policy, somebody who asks.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

namespace scx {

class Attended {
  public:
    virtual ~Attended() = default;
    /// Readable when there is news; -1: nobody says, so it is asked again and again.
    virtual int fd() const { return -1; }
    /// Does what there is to do. Called when there is news and many times a second besides; returns soon, whatever others do.
    virtual void update() = 0;
};

/// Sleeps so long, or until there is news, and brings all of them up to date.
void attend(const std::vector<std::shared_ptr<Attended>> &all, std::chrono::milliseconds most);

} // namespace scx
