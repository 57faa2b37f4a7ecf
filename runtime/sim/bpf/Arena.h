// SPDX-License-Identifier: GPL-2.0-only
// Where does memory lie that a program may touch, and how may it touch it?
#pragma once

#include <cstddef>
#include <cstdint>

namespace scx::sim {

enum class Access : uint8_t { None, Read, Write };

/// One range of addresses, the same on every machine and in every run, for all that programs see: kernel objects, values of maps, sections, stacks.
/// A shadow byte per 8 bytes says what a program may do there (the idea of AddressSanitizer); between allocations lies what may not be touched.
/// Host code reads and writes freely. At most one arena exists at a time in a process.
class Arena {
  public:
    Arena();
    ~Arena();
    Arena(const Arena &) = delete;
    Arena &operator=(const Arena &) = delete;

    /// Zeroed, aligned to 16 bytes, never null; throws std::bad_alloc when the range is used up.
    void *allocate(size_t bytes, Access access);
    /// Takes back what allocate gave; a program that still touches it ends the simulation. Memory is used again in a fixed order.
    void release(void *memory);
    /// `at` and `bytes` are multiples of 8 inside one allocation.
    void allow(void *at, size_t bytes, Access access);
    /// May a program touch all of these bytes so?
    bool allows(uint64_t address, size_t bytes, Access access) const;

    template <typename T> T *make(Access access = Access::Read) { return static_cast<T *>(allocate(sizeof(T), access)); }
};

} // namespace scx::sim
