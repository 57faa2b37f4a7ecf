// SPDX-License-Identifier: GPL-2.0-only
// How does code that an object carries come to run here?
#pragma once

#include <cstddef>
#include <string_view>

namespace scx::user {

/// This machine's name, as sections of such code have it: x86_64, aarch64; empty: one that scxc makes no code for.
const char *hostArchitecture();

/// Code without relocations, in memory of its own that can be read and run, and no longer written.
class HostCode {
  public:
    /// Throws std::runtime_error with one line.
    explicit HostCode(std::string_view code);
    ~HostCode();
    HostCode(const HostCode &) = delete;
    HostCode &operator=(const HostCode &) = delete;
    /// The function at this offset, which is inside.
    template <typename Function> Function at(size_t offset) const { return reinterpret_cast<Function>(static_cast<char *>(memory) + offset); }

  private:
    void *memory;
    size_t size;
};

} // namespace scx::user
