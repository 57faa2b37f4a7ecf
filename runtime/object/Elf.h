// SPDX-License-Identifier: GPL-2.0-only
// What is in an ELF file for BPF, of whose bytes none is trusted?
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scx {

struct ElfSection {
    std::string name;
    uint32_t type = 0, link = 0, info = 0; // SHT_…; of relocations: their symbols, and the section they change
    uint64_t flags = 0, size = 0;
    std::string_view data; // in the file's bytes, which have to outlive it; empty for SHT_NOBITS, whose `size` is that in memory
};

struct ElfSymbol {
    std::string name;
    uint64_t value = 0, size = 0; // value: an offset in its section
    unsigned section = 0;         // SHN_UNDEF: of another object, for BPF the kernel
    bool function = false, object = false, ofSection = false, weak = false;
};

/// The bytes at `offset` of `section` are to become the address of `symbol`.
struct ElfRelocation {
    uint64_t offset = 0;
    uint32_t symbol = 0;
};

struct Elf {
    std::vector<ElfSection> sections;
    std::vector<ElfSymbol> symbols;
    /// Of one section, in the order of the file; every `symbol` is one of `symbols`.
    std::vector<ElfRelocation> relocations(size_t section) const;
    const ElfSection *find(std::string_view name) const;
};

/// Every offset, size and name is checked to lie in `bytes`. Throws std::runtime_error with a few words: what is wrong with it.
Elf readElf(std::string_view bytes);

} // namespace scx
