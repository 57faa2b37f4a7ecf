// SPDX-License-Identifier: GPL-2.0-only
// Where does memory lie that a program may touch, and how may it touch it?
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace scx::sim {

enum class Access : uint8_t { None, Read, Write };

/// One range of addresses, the same on every machine and in every run, for all that programs see: kernel objects, values of maps, sections, stacks.
/// A shadow byte per 8 bytes says what a program may do there (the idea of AddressSanitizer); between allocations lies what may not be touched.
/// Host code reads and writes freely. At most one arena exists at a time in a process.
class Arena {
  public:
    // Where it lies, and its shadow: translated programs hold these as numbers. The shadow has one byte more than the arena has units of 8,
    // which says None, for all addresses outside.
    static constexpr uint64_t kBase = 0x2000'0000'0000, kSize = uint64_t{1} << 35, kShadow = 0x2100'0000'0000;
    // What a shadow byte says: what may be done with all 8 bytes, or, negative, with the first of them only: -(2 * bytes), one less if they may be written.
    static constexpr int8_t kNone = 0, kRead = 1, kWrite = 2;

    Arena();
    ~Arena();
    Arena(const Arena &) = delete;
    Arena &operator=(const Arena &) = delete;

    /// Zeroed, aligned to 16 bytes, never null; throws std::bad_alloc when the range is used up. `what` names it in the text of faults
    /// (`a value of map m`) and lives as long as the arena, see name.
    void *allocate(size_t bytes, Access access, const char *what = "kernel memory");
    /// Takes back what allocate gave; a program that still touches it ends the simulation. Memory is used again in a fixed order, what was
    /// released longest ago first.
    void release(void *memory);
    /// `at` is a multiple of 8 inside one allocation; of `bytes` the last unit may be in part.
    void allow(void *at, size_t bytes, Access access);
    /// May a program touch all of these bytes so?
    bool allows(uint64_t address, size_t bytes, Access access) const;
    /// How many bytes from here on a program may touch so, at most `most`.
    size_t extent(uint64_t address, size_t most, Access access) const;
    /// A name that lives as long as the arena.
    const char *name(const std::string &text);
    /// For people: what lies at this address or before it, `3 bytes behind a value of map m of 16 bytes`.
    std::string describe(uint64_t address) const;

    template <typename T> T *make(Access access = Access::Read) { return static_cast<T *>(allocate(sizeof(T), access)); }

  private:
    struct Block;
    struct Queue { // blocks of one size that were released
        Block *first = nullptr, *last = nullptr;
    };
    static size_t blockSize(size_t bytes, size_t &sizeClass);

    char *next; // behind the last block
    std::vector<Queue> released;
    std::set<std::string> names;
};

} // namespace scx::sim
