// SPDX-License-Identifier: GPL-2.0-only
// How are records read and answers written in memory that is shared with the kernel: a BPF ring buffer and a user ring buffer (kernel/bpf/ringbuf.c)?
#pragma once

#include "user/Engine.h"

#include <cstddef>

namespace scx::user {

/// A ring as it is mapped: its data stand there twice, one behind the other, so that none wraps.
struct MappedRing {
    uint64_t *consumed = nullptr, *produced = nullptr; // positions, in bytes
    char *data = nullptr;
    size_t size = 0; // bytes, a power of two
};

class MappedLink : public Link {
  public:
    /// Whatever a process before this one has left half done is taken up: what it wrote and showed stays, the rest is not there.
    MappedLink(const MappedRing &records, const MappedRing &answers, size_t attributes);
    const Record *receive() override;
    bool room() const override;
    void answer(const Answer &answer) override;
    uint64_t submit() override;
    /// Answers that are shown and not yet read by the kernel side.
    uint64_t unread() const;

  private:
    MappedRing records, answers;
    const size_t recordBytes;
    uint64_t read = 0;    // behind the record at hand
    uint64_t written = 0; // behind the last answer
    uint64_t hidden = 0;  // answers that are not shown yet
};

} // namespace scx::user
