// SPDX-License-Identifier: GPL-2.0-only
// What user space tells a running policy, through a map that the policy reads.
#pragma once

namespace scx {

class Teller {
public:
    virtual ~Teller() = default;
    /// Readable when there is news; -1: nobody says, so it is asked again and again.
    virtual int fd() const { return -1; }
    /// Brings the map up to date. Called when there is news and many times a second besides; returns soon.
    virtual void update() = 0;
};

} // namespace scx
