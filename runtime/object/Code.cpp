// SPDX-License-Identifier: GPL-2.0-only
#include "object/Code.h"

#include "object/Elf.h"
#include "object/Text.h"

#include <bpf/btf.h>

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <filesystem>
#include <stdexcept>

namespace scx {
namespace {

struct Reader {
    const Elf elf;
    const btf *types;
    Code code;
    std::map<std::pair<unsigned, size_t>, std::string> starts; // functions by section and instruction

    std::string nameAt(uint32_t offset) const {
        const char *name = btf__name_by_offset(types, offset);
        return printable(name ? name : "");
    }

    void readFunctions() {
        for (const ElfSymbol &symbol : elf.symbols) {
            if (!symbol.function || symbol.section == SHN_UNDEF || symbol.section >= elf.sections.size())
                continue;
            const ElfSection &section = elf.sections[symbol.section];
            if (symbol.value % 8 || symbol.size % 8 || symbol.size == 0 || symbol.value + symbol.size > section.data.size())
                throw std::runtime_error("function " + symbol.name + " has no whole instructions");
            Function &f = code.functions[symbol.name];
            if (!f.code.empty())
                throw std::runtime_error("two functions are called " + symbol.name);
            f.name = symbol.name;
            f.section = section.name;
            f.code.resize(symbol.size / 8);
            std::memcpy(f.code.data(), section.data.data() + symbol.value, symbol.size);
            starts[{symbol.section, symbol.value / 8}] = symbol.name;
            if (section.name != ".text" && !section.name.starts_with("?"))
                code.programs.insert(symbol.name);
        }
    }

    /// The function that holds an instruction of a section, and which of its own that is.
    std::pair<Function *, size_t> functionAt(unsigned section, size_t instruction) {
        auto after = starts.upper_bound({section, instruction});
        if (after == starts.begin() || (--after)->first.first != section)
            return {};
        Function &f = code.functions.at(after->second);
        size_t at = instruction - after->first.second;
        return at < f.code.size() ? std::pair(&f, at) : std::pair<Function *, size_t>();
    }

    static bool wide(const bpf_insn &i) { return i.code == (BPF_LD | BPF_IMM | BPF_DW); }

    void relocate(unsigned section, const ElfRelocation &row) {
        auto [f, at] = functionAt(section, row.offset / 8);
        if (!f)
            return;
        const ElfSymbol &symbol = elf.symbols[row.symbol];
        bpf_insn &i = f->code[at];
        bool local = symbol.section != SHN_UNDEF && symbol.section < elf.sections.size();
        if (!local) {
            f->symbols.push_back({at, symbol.name, symbol.weak});
            if (wide(i))
                i.src_reg = BPF_PSEUDO_BTF_ID;
            else
                i.src_reg = 0;
            return;
        }
        const ElfSection &target = elf.sections[symbol.section];
        if (target.flags & SHF_EXECINSTR) {
            // A call counts from the instruction behind it; the address of a function is in bytes.
            int64_t more = wide(i) ? i.imm / 8 : int64_t(i.imm) + 1;
            call(*f, at, symbol.section, symbol.value / 8 + static_cast<size_t>(more));
        } else if (wide(i) && at + 1 < f->code.size()) {
            i.src_reg = BPF_PSEUDO_MAP_VALUE;
            f->code[at + 1].imm = static_cast<int32_t>(static_cast<int64_t>(symbol.value) + i.imm);
            i.imm = static_cast<int32_t>(symbol.section);
        }
    }

    void call(Function &f, size_t at, unsigned section, size_t start) {
        auto it = starts.find({section, start});
        if (it == starts.end())
            throw std::runtime_error("function " + f.name + " calls what is none");
        f.calls[at] = it->second;
        f.code[at].src_reg = wide(f.code[at]) ? BPF_PSEUDO_BTF_ID : 0; // an address, or a call that comes back
    }

    void readCalls() {
        for (unsigned section = 0; section < elf.sections.size(); ++section)
            if (elf.sections[section].flags & SHF_EXECINSTR)
                for (const ElfRelocation &row : elf.relocations(section))
                    relocate(section, row);
        for (const auto &[place, name] : starts) { // calls within a section have no relocation
            Function &f = code.functions.at(name);
            for (size_t at = 0; at < f.code.size(); ++at)
                if (f.code[at].code == (BPF_JMP | BPF_CALL) && f.code[at].src_reg == BPF_PSEUDO_CALL)
                    call(f, at, place.first, place.second + at + 1 + static_cast<size_t>(static_cast<int64_t>(f.code[at].imm)));
        }
    }

    // ---- .BTF.ext: relocations of CO-RE, and lines of the source

    /// `use(section, record)` for each record of one part of .BTF.ext.
    template <typename Record, typename Use> void eachRecord(std::string_view part, Use use) {
        auto word = [&](size_t at) {
            uint32_t value;
            if (at + 4 > part.size())
                throw std::runtime_error("its section .BTF.ext is cut off");
            std::memcpy(&value, part.data() + at, 4);
            return value;
        };
        if (part.empty())
            return;
        const uint32_t size = word(0);
        if (size < sizeof(Record))
            throw std::runtime_error("its section .BTF.ext has records of another kind");
        for (size_t at = 4; at < part.size();) {
            std::string name = nameAt(word(at));
            uint64_t count = word(at + 4);
            at += 8;
            if (count * size > part.size() - at)
                throw std::runtime_error("its section .BTF.ext is cut off");
            auto section = std::find_if(elf.sections.begin(), elf.sections.end(), [&](const ElfSection &s) { return s.name == name; });
            for (; count; --count, at += size) {
                Record record;
                std::memcpy(&record, part.data() + at, sizeof record);
                if (section != elf.sections.end())
                    use(static_cast<unsigned>(section - elf.sections.begin()), record);
            }
        }
    }

    void readExtension() {
        const ElfSection *section = elf.find(".BTF.ext");
        if (!section)
            return;
        struct { // include/uapi/linux/btf.h, tools/lib/bpf/libbpf_internal.h
            uint16_t magic;
            uint8_t version, flags;
            uint32_t headerLength, functionsAt, functionsLength, linesAt, linesLength, coreAt, coreLength;
        } header = {};
        std::string_view all = section->data;
        if (all.size() < 8)
            throw std::runtime_error("its section .BTF.ext is cut off");
        std::memcpy(&header, all.data(), std::min(all.size(), sizeof header));
        auto part = [&](uint32_t offset, uint32_t length) {
            uint64_t from = uint64_t(header.headerLength) + offset;
            if (from > all.size() || length > all.size() - from)
                throw std::runtime_error("its section .BTF.ext is cut off");
            return all.substr(from, length);
        };
        eachRecord<bpf_line_info>(part(header.linesAt, header.linesLength), [&](unsigned in, const bpf_line_info &row) {
            auto [f, at] = functionAt(in, row.insn_off / 8);
            if (f && BPF_LINE_INFO_LINE_NUM(row.line_col))
                f->places[at] =
                    std::filesystem::path(nameAt(row.file_name_off)).filename().string() + ":" + std::to_string(BPF_LINE_INFO_LINE_NUM(row.line_col));
        });
        if (header.headerLength < sizeof header)
            return; // of a compiler before CO-RE
        eachRecord<bpf_core_relo>(part(header.coreAt, header.coreLength), [&](unsigned in, const bpf_core_relo &row) {
            auto [f, at] = functionAt(in, row.insn_off / 8);
            if (!f || !btf__type_by_id(types, row.type_id))
                throw std::runtime_error("a relocation of its .BTF.ext is of nothing");
            f->core.push_back({at, row.type_id, nameAt(row.access_str_off), row.kind});
        });
    }

    // ---- variables

    void readVariables() {
        for (uint32_t id = 1; id < btf__type_cnt(types); ++id) {
            const btf_type *section = btf__type_by_id(types, id);
            if (!btf_is_datasec(section))
                continue;
            std::string name = nameAt(section->name_off);
            for (int i = 0; i < btf_vlen(section); ++i) {
                uint32_t variable = btf_var_secinfos(section)[i].type;
                const btf_type *type = btf__type_by_id(types, variable);
                if (!type)
                    continue;
                if (name == ".ksyms")
                    (btf_is_func(type) ? code.kernelFunctions : code.kernelVariables)[nameAt(type->name_off)] = variable;
                else if (name == ".maps" && btf_is_var(type))
                    readMap(nameAt(type->name_off), type->type);
                else if ((name == ".struct_ops" || name == ".struct_ops.link") && btf_is_var(type))
                    readOps(name, nameAt(type->name_off), type->type);
            }
        }
        for (unsigned i = 0; i < elf.sections.size(); ++i)
            if (elf.sections[i].name.starts_with(".rodata"))
                code.readOnly[static_cast<int>(i)] = std::string(elf.sections[i].data);
        for (const ElfSymbol &symbol : elf.symbols)
            if (symbol.object && code.readOnly.contains(static_cast<int>(symbol.section)))
                code.constants[symbol.name] = {static_cast<int>(symbol.section), symbol.value};
    }

    const btf_type *bare(uint32_t id) const {
        const btf_type *type = btf__type_by_id(types, id);
        for (int i = 0; type && i < 32 && (btf_is_mod(type) || btf_is_typedef(type)); ++i)
            type = btf__type_by_id(types, type->type);
        return type;
    }

    /// A map's type is the length of an array that its member `type` points to.
    void readMap(const std::string &name, uint32_t id) {
        const btf_type *map = bare(id);
        for (int i = 0; map && btf_is_struct(map) && i < btf_vlen(map); ++i) {
            const btf_member &member = btf_members(map)[i];
            const btf_type *pointer = bare(member.type), *array = pointer && btf_is_ptr(pointer) ? bare(pointer->type) : nullptr;
            if (nameAt(member.name_off) == "type" && array && btf_is_array(array))
                code.maps[name] = btf_array(array)->nelems;
        }
    }

    void readOps(const std::string &sectionName, const std::string &variable, uint32_t id) {
        const ElfSection *section = elf.find(sectionName);
        auto symbol = std::find_if(elf.symbols.begin(), elf.symbols.end(), [&](const ElfSymbol &s) {
            return s.object && s.name == variable && s.section < elf.sections.size() && &elf.sections[s.section] == section;
        });
        const btf_type *type = bare(id);
        if (!section || symbol == elf.symbols.end() || !type || !btf_is_struct(type))
            return;
        std::map<uint64_t, std::string> callbacks; // by offset in the section
        for (const ElfRelocation &row : elf.relocations(symbol->section)) {
            const ElfSymbol &target = elf.symbols[row.symbol];
            uint64_t addend = 0;
            if (target.ofSection && row.offset + 8 <= section->data.size())
                std::memcpy(&addend, section->data.data() + row.offset, 8);
            if (auto it = starts.find({target.section, (target.value + addend) / 8}); it != starts.end())
                callbacks[row.offset] = it->second;
        }
        OpsStruct ops{variable, nameAt(type->name_off), {}};
        for (int i = 0; i < btf_vlen(type); ++i) {
            OpsStruct::Member member;
            member.name = nameAt(btf_members(type)[i].name_off);
            member.size = btf__resolve_size(types, btf_members(type)[i].type);
            uint64_t offset = symbol->value + btf_member_bit_offset(type, static_cast<uint32_t>(i)) / 8;
            if (auto it = callbacks.find(offset); it != callbacks.end())
                member.program = it->second;
            if (member.size > 0 && offset <= section->data.size() && static_cast<uint64_t>(member.size) <= section->data.size() - offset) {
                std::string_view bytes = section->data.substr(offset, static_cast<size_t>(member.size));
                member.zero = bytes.find_first_not_of('\0') == std::string_view::npos;
                if (bytes.size() <= sizeof member.value)
                    std::memcpy(&member.value, bytes.data(), bytes.size());
            }
            ops.members.push_back(member);
        }
        code.ops.push_back(ops);
    }
};

} // namespace

Code readCode(const ObjectFile &file, const btf *types) {
    Reader reader{readElf(file.bytes), types, {}, {}};
    reader.readFunctions();
    reader.readCalls();
    reader.readExtension();
    reader.readVariables();
    return std::move(reader.code);
}

} // namespace scx
