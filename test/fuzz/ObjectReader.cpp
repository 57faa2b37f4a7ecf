// SPDX-License-Identifier: GPL-2.0-only
// libFuzzer target: any bytes as a policy object, or as the description in one. What is wrong is told in one line; what is taken holds together:
// each parameter's value is in its range, and is read as what it is shown as; functions for user space lie in their code. And whatever it holds is checked against a kernel, which has the object's own types.
#include "kernel/Fit.h"
#include "object/Elf.h"
#include "object/Object.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <stdexcept>

using namespace scx;

namespace {

void require(bool holds, const char *what, const std::string &text) {
    if (holds)
        return;
    fprintf(stderr, "%s: %s\n", what, text.c_str());
    abort();
}

/// The smallest object with this description.
std::string objectWith(std::string description) {
    static const char names[] = "\0.scx.meta";
    Elf64_Ehdr header = {};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_machine = EM_BPF;
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 3;
    header.e_shstrndx = 1;
    header.e_shoff = sizeof header;
    Elf64_Shdr sections[3] = {};
    sections[1].sh_type = SHT_STRTAB;
    sections[1].sh_offset = sizeof header + sizeof sections;
    sections[1].sh_size = sizeof names;
    sections[2].sh_type = SHT_PROGBITS;
    sections[2].sh_name = 1;
    sections[2].sh_offset = sections[1].sh_offset + sizeof names;
    sections[2].sh_size = description.size();
    return std::string(reinterpret_cast<char *>(&header), sizeof header) + std::string(reinterpret_cast<char *>(sections), sizeof sections) +
           std::string(names, sizeof names) + description;
}

/// One line, `situation; what to do`.
void requireLine(const std::string &line) {
    require(line.find("; ") != std::string::npos && line.find('\n') == std::string::npos, "not one line with what to do", line);
}

void checkAgainstItself(const ObjectFile &file) {
    try {
        const Elf elf = readElf(file.bytes);
        const ElfSection *section = elf.find(".BTF");
        BtfPointer types(section ? btf__new(section->data.data(), static_cast<uint32_t>(section->data.size())) : nullptr);
        if (!types)
            return;
        try {
            fitTo(file, std::nullopt, {}, types.get());
        } catch (const std::runtime_error &error) { requireLine(error.what()); }
    } catch (const std::runtime_error &) { // not even an ELF file, as `describe` tells
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ObjectFile file{"fuzz", std::string(reinterpret_cast<const char *>(data), size)};
    if (!file.bytes.starts_with(ELFMAG))
        file.bytes = objectWith(file.bytes);
    libbpf_set_print(nullptr);
    checkAgainstItself(file);
    ObjectInfo info;
    try {
        info = describe(file);
    } catch (const std::runtime_error &error) {
        requireLine(error.what());
        return 0;
    }
    for (const Parameter &p : info.parameters) {
        std::string shown = valueText(info, p.type, p.value);
        try {
            require(parseValue(info, p, shown) == p.value, "read as another value", p.name + " = " + shown);
        } catch (const std::runtime_error &error) { require(false, "its own value is refused", error.what()); }
        rangeText(info, p);
    }
    for (const QueueInfo &q : info.queues)
        if (q.user) {
            const Elf elf = readElf(file.bytes);
            const ElfSection *code = elf.find(q.user->code.section);
            for (const auto &[name, offset] : q.user->code.functions)
                require(code && offset < code->data.size(), "a function outside its code", q.name + " " + name);
            require(q.user->code.taskBytes % 8 == 0 && q.user->code.queueBytes % 8 == 0, "state that is no words", q.name);
        }
    return 0;
}
