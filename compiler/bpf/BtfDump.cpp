// SPDX-License-Identifier: GPL-2.0-only
// A readable dump of an object's .BTF (format: Documentation/bpf/btf.rst of the kernel), for `--emit=btf`.
#include "bpf/Module.h"

#include <llvm/BinaryFormat/ELF.h>

#include <cstring>

namespace scx {
namespace {

template <typename T> T at(std::string_view bytes, size_t offset) {
    T value{};
    if (offset + sizeof(T) <= bytes.size())
        std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

std::string_view section(std::string_view object, std::string_view wanted) {
    auto header = at<llvm::ELF::Elf64_Ehdr>(object, 0);
    auto sectionHeader = [&](unsigned i) { return at<llvm::ELF::Elf64_Shdr>(object, header.e_shoff + i * sizeof(llvm::ELF::Elf64_Shdr)); };
    auto names = sectionHeader(header.e_shstrndx);
    for (unsigned i = 0; i < header.e_shnum; ++i) {
        auto row = sectionHeader(i);
        if (std::string_view(object.data() + names.sh_offset + row.sh_name) == wanted)
            return object.substr(row.sh_offset, row.sh_size);
    }
    return {};
}

} // namespace

std::string dumpBtf(const std::string &object) {
    static const char *const kinds[] = {"VOID",  "INT",      "PTR",  "ARRAY",      "STRUCT", "UNION",   "ENUM",  "FWD",      "TYPEDEF",  "VOLATILE",
                                        "CONST", "RESTRICT", "FUNC", "FUNC_PROTO", "VAR",    "DATASEC", "FLOAT", "DECL_TAG", "TYPE_TAG", "ENUM64"};
    // Bytes behind the common part: a fixed number, and a number per member.
    static const size_t fixed[] = {0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};
    static const size_t each[] = {0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12};
    std::string_view btf = section(object, ".BTF");
    auto headerSize = at<uint32_t>(btf, 4), typeOffset = at<uint32_t>(btf, 8), typeSize = at<uint32_t>(btf, 12), stringOffset = at<uint32_t>(btf, 16);
    auto text = [&](uint32_t offset) {
        size_t from = static_cast<size_t>(headerSize) + stringOffset + offset;
        return from < btf.size() ? std::string(btf.data() + from) : std::string();
    };
    std::string out;
    size_t position = static_cast<size_t>(headerSize) + typeOffset, end = position + typeSize;
    for (unsigned id = 1; position + 12 <= end; ++id) {
        auto name = at<uint32_t>(btf, position), info = at<uint32_t>(btf, position + 4), sizeOrType = at<uint32_t>(btf, position + 8);
        unsigned kind = (info >> 24) & 31, count = info & 0xffff;
        if (kind >= std::size(kinds))
            break;
        bool sized = kind == 1 || kind == 4 || kind == 5 || kind == 6 || kind == 15 || kind == 19;
        out += "[" + std::to_string(id) + "] " + kinds[kind] + " '" + text(name) + "' " + (sized ? "size=" : "type=") + std::to_string(sizeOrType);
        position += 12;
        if (kind == 3)
            out += " element=" + std::to_string(at<uint32_t>(btf, position)) + " count=" + std::to_string(at<uint32_t>(btf, position + 8));
        out += "\n";
        position += fixed[kind];
        for (unsigned i = 0; each[kind] && i < count; ++i, position += each[kind]) {
            auto first = at<uint32_t>(btf, position), second = at<uint32_t>(btf, position + 4), third = at<uint32_t>(btf, position + 8);
            if (kind == 15)
                out += "    type=" + std::to_string(first) + " offset=" + std::to_string(second) + " size=" + std::to_string(third) + "\n";
            else if (kind == 4 || kind == 5)
                out += "    '" + text(first) + "' type=" + std::to_string(second) + " bit=" + std::to_string(third & 0xffffff) + "\n";
            else
                out += "    '" + text(first) + "' " + (kind == 13 ? "type=" : "value=") + std::to_string(second) + "\n";
        }
    }
    return out;
}

} // namespace scx
