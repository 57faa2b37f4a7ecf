// SPDX-License-Identifier: GPL-2.0-only
// What does an object file hold: sections, symbols, relocations, types and lines of the source?
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct btf;

namespace scx::sim {

struct Section {
    std::string name;
    std::string bytes; // empty of .bss
    uint64_t size = 0;
    bool executable = false, writable = false, allocated = false, empty = false; // empty: no bytes in the file, zeroes in memory
};

struct Symbol {
    std::string name;
    int section = -1; // -1: defined elsewhere
    uint64_t value = 0, size = 0;
    bool function = false, object = false, weak = false;
};

struct Relocation {
    uint64_t offset;
    uint32_t type; // R_BPF_64_64 (1): an address; R_BPF_64_32 (10): a call
    uint32_t symbol;
};

struct SourceLine {
    uint32_t instruction;  // in the section, from which on
    std::string_view file; // without folders
    uint32_t line, column;
};

/// A place that depends on the kernel's types (include/uapi/linux/bpf.h, struct bpf_core_relo).
struct CoreRecord {
    uint32_t instruction; // in the section
    uint32_t type;
    std::string_view access; // `0:1:2`
    uint32_t kind;
};

struct ObjectFile {
    std::string path;
    std::vector<Section> sections; // by ELF number
    std::vector<Symbol> symbols;
    std::map<int, std::vector<Relocation>> relocations; // by the section they change, in order
    std::shared_ptr<btf> types;
    std::map<std::string, std::vector<SourceLine>, std::less<>> lines; // by section, in order
    std::map<std::string, std::vector<CoreRecord>, std::less<>> core;

    /// -1 if there is none.
    int section(std::string_view name) const;
};

/// Throws std::runtime_error with one line for what is no BPF object with BTF.
ObjectFile readObjectFile(const std::string &path);
/// Adds what .BTF.ext says; every length is checked. Throws as above.
void readExtensions(ObjectFile &file, std::string_view bytes);

} // namespace scx::sim
