// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/ObjectFile.h"

#include <bpf/btf.h>

#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Support/MemoryBuffer.h>

#include <stdexcept>

namespace scx::sim {
namespace {

using Elf = llvm::object::ELF64LEObjectFile;

[[noreturn]] void refuse(const std::string &path, const std::string &why) { throw std::runtime_error("`" + path + "` " + why); }

template <typename T> T take(const std::string &path, llvm::Expected<T> value) {
    if (!value)
        refuse(path, "is damaged: " + llvm::toString(value.takeError()) + "; compile it again");
    return std::move(*value);
}

void readSections(ObjectFile &file, const Elf &elf) {
    const auto &raw = elf.getELFFile();
    auto headers = take(file.path, raw.sections());
    for (const auto &header : headers) {
        Section section;
        section.name = take(file.path, raw.getSectionName(header)).str();
        section.size = header.sh_size;
        section.allocated = header.sh_flags & llvm::ELF::SHF_ALLOC;
        section.executable = header.sh_flags & llvm::ELF::SHF_EXECINSTR;
        section.writable = header.sh_flags & llvm::ELF::SHF_WRITE;
        section.empty = header.sh_type == llvm::ELF::SHT_NOBITS;
        if (!section.empty && header.sh_type != llvm::ELF::SHT_NULL)
            section.bytes = llvm::toStringRef(take(file.path, raw.getSectionContents(header))).str();
        file.sections.push_back(std::move(section));
    }
    for (const auto &header : headers) {
        if (header.sh_type == llvm::ELF::SHT_SYMTAB) {
            auto names = take(file.path, raw.getStringTableForSymtab(header));
            for (const auto &entry : take(file.path, raw.symbols(&header))) {
                Symbol symbol;
                symbol.name = take(file.path, entry.getName(names)).str();
                symbol.section = entry.st_shndx > 0 && entry.st_shndx < headers.size() ? entry.st_shndx : -1;
                symbol.value = entry.st_value;
                symbol.size = entry.st_size;
                symbol.function = entry.getType() == llvm::ELF::STT_FUNC;
                symbol.object = entry.getType() == llvm::ELF::STT_OBJECT;
                symbol.weak = entry.getBinding() == llvm::ELF::STB_WEAK;
                file.symbols.push_back(std::move(symbol));
            }
        } else if (header.sh_type == llvm::ELF::SHT_REL) {
            auto &list = file.relocations[static_cast<int>(header.sh_info)];
            for (const auto &entry : take(file.path, raw.rels(header)))
                list.push_back({entry.r_offset, entry.getType(false), entry.getSymbol(false)});
        }
    }
    for (const auto &[section, list] : file.relocations)
        for (const Relocation &r : list)
            if (r.symbol >= file.symbols.size() || static_cast<size_t>(section) >= file.sections.size())
                refuse(file.path, "is damaged: a relocation names no symbol; compile it again");
}

} // namespace

int ObjectFile::section(std::string_view name) const {
    for (size_t i = 0; i < sections.size(); ++i)
        if (sections[i].name == name)
            return static_cast<int>(i);
    return -1;
}

ObjectFile readObjectFile(const std::string &path) {
    ObjectFile file;
    file.path = path;
    auto buffer = llvm::MemoryBuffer::getFile(path, false, false);
    if (!buffer)
        refuse(path, "cannot be read: " + buffer.getError().message());
    auto binary = llvm::object::ObjectFile::createELFObjectFile((*buffer)->getMemBufferRef());
    if (!binary) {
        llvm::consumeError(binary.takeError());
        refuse(path, "is no BPF object; make one with scxc or clang -target bpf");
    }
    auto *elf = llvm::dyn_cast<Elf>(binary->get());
    if (!elf || elf->getArch() != llvm::Triple::bpfel)
        refuse(path, "is no BPF object of this byte order; make one with scxc or clang -target bpf");
    readSections(file, *elf);
    int types = file.section(".BTF"), extensions = file.section(".BTF.ext");
    if (types < 0)
        refuse(path, "does not describe its types; compile it with -g");
    const std::string &raw = file.sections[static_cast<size_t>(types)].bytes;
    file.types.reset(btf__new(raw.data(), static_cast<uint32_t>(raw.size())), btf__free);
    if (!file.types)
        refuse(path, "has types that cannot be read; compile it again");
    if (extensions >= 0)
        readExtensions(file, file.sections[static_cast<size_t>(extensions)].bytes);
    return file;
}

} // namespace scx::sim
