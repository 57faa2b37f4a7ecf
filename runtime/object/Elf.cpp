// SPDX-License-Identifier: GPL-2.0-only
#include "object/Elf.h"

#include "object/Text.h"

#include <cstring>
#include <elf.h>
#include <stdexcept>
#include <utility>

namespace scx {
namespace {

constexpr const char *kCutOff = "the file is cut off";

/// The element of that number in a table of them; the caller knows that it is in there.
template <typename Row> Row rowAt(std::string_view table, size_t number) {
    Row row;
    std::memcpy(&row, table.data() + number * sizeof row, sizeof row);
    return row;
}

/// A name that ends in its table, fit to be shown.
std::string nameAt(std::string_view table, uint64_t offset) {
    if (table.empty() && offset == 0)
        return {};
    size_t end = offset < table.size() ? table.find('\0', offset) : std::string_view::npos;
    if (end == std::string_view::npos)
        throw std::runtime_error("a name lies outside its table");
    return printable(std::string(table.substr(offset, end - offset)));
}

std::vector<ElfSymbol> readSymbols(const std::vector<ElfSection> &sections) {
    std::vector<ElfSymbol> symbols;
    for (const ElfSection &table : sections) {
        if (table.type != SHT_SYMTAB)
            continue;
        if (!symbols.empty())
            throw std::runtime_error("it has two tables of symbols");
        if (table.link >= sections.size() || table.data.size() % sizeof(Elf64_Sym) != 0)
            throw std::runtime_error("its table of symbols is damaged");
        for (size_t i = 0; i < table.data.size() / sizeof(Elf64_Sym); ++i) {
            auto row = rowAt<Elf64_Sym>(table.data, i);
            bool special = row.st_shndx == SHN_UNDEF || row.st_shndx >= SHN_LORESERVE;
            if (!special &&
                (row.st_shndx >= sections.size() || row.st_value > sections[row.st_shndx].size || row.st_size > sections[row.st_shndx].size - row.st_value))
                throw std::runtime_error("a symbol lies outside its section");
            unsigned kind = ELF64_ST_TYPE(row.st_info);
            symbols.push_back({nameAt(sections[table.link].data, row.st_name), row.st_value, row.st_size, row.st_shndx, kind == STT_FUNC, kind == STT_OBJECT,
                               kind == STT_SECTION, ELF64_ST_BIND(row.st_info) == STB_WEAK});
        }
    }
    return symbols;
}

} // namespace

Elf readElf(std::string_view bytes) {
    Elf64_Ehdr header;
    if (bytes.size() < sizeof header || bytes.substr(0, SELFMAG) != ELFMAG)
        throw std::runtime_error("no ELF file");
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_BPF)
        throw std::runtime_error("not for BPF");
    auto inside = [&](uint64_t offset, uint64_t size) { return offset <= bytes.size() && size <= bytes.size() - offset; };
    if (header.e_shentsize != sizeof(Elf64_Shdr) || !inside(header.e_shoff, uint64_t(header.e_shnum) * sizeof(Elf64_Shdr)) ||
        header.e_shstrndx >= header.e_shnum)
        throw std::runtime_error(kCutOff);
    std::string_view table = bytes.substr(header.e_shoff);
    Elf elf;
    std::vector<uint32_t> names;
    for (size_t i = 0; i < header.e_shnum; ++i) {
        auto row = rowAt<Elf64_Shdr>(table, i);
        bool stored = row.sh_type != SHT_NOBITS && row.sh_type != SHT_NULL;
        if (stored && !inside(row.sh_offset, row.sh_size))
            throw std::runtime_error(kCutOff);
        elf.sections.push_back(
            {"", row.sh_type, row.sh_link, row.sh_info, row.sh_flags, row.sh_size, stored ? bytes.substr(row.sh_offset, row.sh_size) : std::string_view()});
        names.push_back(row.sh_name);
    }
    for (size_t i = 0; i < elf.sections.size(); ++i)
        elf.sections[i].name = nameAt(elf.sections[header.e_shstrndx].data, names[i]);
    elf.symbols = readSymbols(elf.sections);
    return elf;
}

const ElfSection *Elf::find(std::string_view name) const {
    const ElfSection *found = nullptr;
    for (const ElfSection &section : sections)
        if (section.name == name && std::exchange(found, &section))
            throw std::runtime_error("it has two sections " + section.name);
    return found;
}

std::vector<ElfRelocation> Elf::relocations(size_t section) const {
    std::vector<ElfRelocation> found;
    for (const ElfSection &table : sections) {
        if (table.type != SHT_REL || table.info != section)
            continue;
        for (size_t i = 0; i < table.data.size() / sizeof(Elf64_Rel); ++i) {
            auto row = rowAt<Elf64_Rel>(table.data, i);
            if (ELF64_R_SYM(row.r_info) >= symbols.size() || row.r_offset >= sections.at(section).size)
                throw std::runtime_error("a relocation lies outside its section");
            found.push_back({row.r_offset, static_cast<uint32_t>(ELF64_R_SYM(row.r_info))});
        }
    }
    return found;
}

} // namespace scx
