// SPDX-License-Identifier: GPL-2.0-only
// How is a ring buffer read that somebody else's programs fill? Its descriptor is enough: no right over BPF is asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace scx {

class Ring {
  public:
    /// `file`: of the map, the ring's from now on; `bytes`: its size. Throws std::runtime_error with one line.
    Ring(int file, size_t bytes);
    ~Ring();
    Ring(const Ring &) = delete;
    Ring &operator=(const Ring &) = delete;

    /// Takes all that is there.
    void take(const std::function<void(std::span<const char>)> &each);

  private:
    int file;
    size_t bytes, page;
    char *consumer = nullptr, *producer = nullptr;
};

} // namespace scx
