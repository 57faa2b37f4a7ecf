// SPDX-License-Identifier: GPL-2.0-only
// What has a process of rings that it shares with programs: records that come, and answers that it sends?
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace scx::sim {

/// A map of type RINGBUF.
class RecordRing {
  public:
    virtual ~RecordRing() = default;
    /// From now on records stay until they are taken, and do not fit if they are not. `wake` is called where the kernel would wake who polls: while a program runs, so that it may run none.
    virtual void read(std::function<void()> wake) = 0;
    /// The oldest record, if it and all before it are complete; else null. Valid until pop.
    virtual const std::string *front() = 0;
    virtual void pop() = 0;
    /// Records that are there, also those that are not complete.
    virtual size_t size() const = 0;
};

/// A map of type USER_RINGBUF.
class AnswerRing {
  public:
    virtual ~AnswerRing() = default;
    virtual bool room(size_t bytes) const = 0;
    /// Puts an answer behind those before it; there has to be room. Programs see it from `show` on.
    virtual void write(std::string_view bytes) = 0;
    virtual void show() = 0;
    /// Answers that programs may see and have not read.
    virtual size_t unread() const = 0;
};

} // namespace scx::sim
