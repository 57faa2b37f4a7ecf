// SPDX-License-Identifier: GPL-2.0-only
#include "object/TypeRules.h"
#include "sim/bpf/Calls.h"
#include "sim/bpf/CoreRelocation.h"
#include "sim/bpf/Isa.h"
#include "sim/bpf/Load.h"

#include <bpf/btf.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace scx::sim {

using namespace isa;

uint32_t Loading::functionAt(int section, uint64_t bytes) const {
    auto it = functions.find({section, bytes / 8});
    if (it == functions.end() || bytes % 8 != 0)
        throw std::runtime_error("a call goes into the middle of a function of section " + file.sections[static_cast<size_t>(section)].name +
                                 "; compile the object again");
    return it->second;
}

namespace {

class CodeLoader {
  public:
    explicit CodeLoader(Loading &loading) : loading(loading), image(loading.image()) {}

    void run() {
        readFunctions();
        for (size_t i = 0; i < image.functions.size(); ++i)
            settlePlain(static_cast<int>(sections[i]), image.functions[i]);
        for (const auto &[section, list] : loading.file.relocations)
            for (const Relocation &r : list)
                if (Instruction *instruction = at(section, r.offset / 8))
                    relocate(section, r, *instruction);
        for (const auto &[name, list] : loading.file.core)
            for (const CoreRecord &record : list)
                if (Instruction *instruction = at(loading.file.section(name), record.instruction))
                    settleCore(record, *instruction);
        readLines();
    }

  private:
    void readFunctions() {
        const auto &file = loading.file;
        for (const Symbol &symbol : file.symbols) {
            if (!symbol.function || symbol.section < 0 || !file.sections[static_cast<size_t>(symbol.section)].executable || symbol.size == 0)
                continue;
            const Section &section = file.sections[static_cast<size_t>(symbol.section)];
            if (symbol.value % 8 || symbol.size % 8 || symbol.value > section.bytes.size() || symbol.size > section.bytes.size() - symbol.value)
                throw std::runtime_error("function `" + symbol.name + "` does not lie in its section; compile the object again");
            ImageFunction function;
            function.name = symbol.name;
            function.section = section.name;
            function.start = static_cast<uint32_t>(symbol.value / 8);
            function.firstSite = sites;
            for (uint64_t offset = symbol.value; offset < symbol.value + symbol.size; offset += 8) {
                Instruction instruction;
                const char *raw = section.bytes.data() + offset;
                instruction.code = static_cast<uint8_t>(raw[0]);
                instruction.target = static_cast<uint8_t>(raw[1]) & 15;
                instruction.source = static_cast<uint8_t>(raw[1]) >> 4 & 15;
                std::memcpy(&instruction.offset, raw + 2, 2);
                std::memcpy(&instruction.immediate, raw + 4, 4);
                function.code.push_back(instruction);
            }
            sites += static_cast<uint32_t>(function.code.size());
            loading.functions[{symbol.section, function.start}] = static_cast<uint32_t>(image.functions.size());
            sections.push_back(symbol.section);
            image.functions.push_back(std::move(function));
        }
    }

    Instruction *at(int section, uint64_t index) {
        auto it = loading.functions.upper_bound({section, index});
        if (it == loading.functions.begin() || (--it)->first.first != section)
            return nullptr;
        ImageFunction &function = image.functions[it->second];
        return index - function.start < function.code.size() ? &function.code[index - function.start] : nullptr;
    }

    /// What needs no relocation: helpers, calls within a section, numbers.
    void settlePlain(int section, ImageFunction &function) {
        for (size_t i = 0; i < function.code.size(); ++i) {
            Instruction &instruction = function.code[i];
            if (isWide(instruction.code)) {
                if (i + 1 == function.code.size())
                    throw std::runtime_error("function `" + function.name + "` ends within an instruction; compile the object again");
                instruction.link = Link::Value;
                instruction.value = static_cast<uint32_t>(instruction.immediate) | uint64_t{static_cast<uint32_t>(function.code[++i].immediate)} << 32;
            } else if (instruction.code == (Jmp | Call) && instruction.source == 0) {
                instruction.link = Link::Helper;
                instruction.index = static_cast<uint32_t>(instruction.immediate);
                if (!findHelper(instruction.index))
                    miss(instruction, Link::Missing, helperName(instruction.index) + ", which the simulator does not have", true);
            } else if (instruction.code == (Jmp | Call) && instruction.source == PseudoCall && !relocated(section, function.start + i)) {
                instruction.link = Link::Call;
                instruction.index = loading.functionAt(section, (function.start + i + 1 + static_cast<uint64_t>(int64_t{instruction.immediate})) * 8);
            }
        }
    }

    bool relocated(int section, uint64_t index) const {
        auto it = loading.file.relocations.find(section);
        return it != loading.file.relocations.end() &&
               std::any_of(it->second.begin(), it->second.end(), [&](const Relocation &r) { return r.offset == index * 8; });
    }

    void miss(Instruction &instruction, Link link, std::string text, bool refuse) {
        instruction.link = link;
        instruction.index = static_cast<uint32_t>(image.missing.size());
        image.missing.push_back({std::move(text), refuse});
    }

    void relocate(int section, const Relocation &r, Instruction &instruction) {
        const Symbol &symbol = loading.file.symbols[r.symbol];
        bool call = instruction.code == (Jmp | Call);
        if (!call && !isWide(instruction.code))
            throw std::runtime_error("a relocation in section " + loading.file.sections[static_cast<size_t>(section)].name +
                                     " changes what is neither a call nor an address; compile the object again");
        if (symbol.section < 0)
            return relocateExtern(symbol, call, instruction);
        const Section &to = loading.file.sections[static_cast<size_t>(symbol.section)];
        if (call) {
            instruction.link = Link::Call;
            instruction.index = loading.functionAt(symbol.section, symbol.value + static_cast<uint64_t>(int64_t{instruction.immediate} + 1) * 8);
            return;
        }
        uint64_t place = symbol.value + static_cast<uint64_t>(int64_t{instruction.immediate});
        if (to.executable) {
            instruction.link = Link::Callback;
            instruction.index = loading.functionAt(symbol.section, place);
        } else if (to.name == ".maps") {
            auto map = loading.maps.find(place);
            if (map == loading.maps.end())
                throw std::runtime_error("an instruction means no map of .maps; compile the object again");
            instruction.value = map->second->handle;
        } else if (char *memory = loading.memory[static_cast<size_t>(symbol.section)])
            instruction.value = reinterpret_cast<uint64_t>(memory) + place;
        else if (to.name == ".jumptables") // the jump that uses it is refused, by its line
            instruction.value = 0;
        else
            throw std::runtime_error("an instruction means section " + to.name +
                                     ", which the simulator does not load; keep variables in .data, .bss or .rodata");
    }

    /// The section of externs in which the types have the symbol: .ksyms or .kconfig.
    std::string externSection(const std::string &name) const {
        const btf *types = loading.types();
        for (uint32_t id = 1; id < btf__type_cnt(types); ++id) {
            const btf_type *type = btf__type_by_id(types, id);
            for (int i = 0; btf_is_datasec(type) && i < btf_vlen(type); ++i)
                if (name == btf__name_by_offset(types, btf__type_by_id(types, btf_var_secinfos(type)[i].type)->name_off))
                    return btf__name_by_offset(types, type->name_off);
        }
        return "";
    }

    void relocateExtern(const Symbol &symbol, bool call, Instruction &instruction) {
        if (externSection(symbol.name) == ".kconfig")
            throw std::runtime_error("the object reads `" + symbol.name + "` of the kernel's configuration; the simulator has none");
        int function = btf__find_by_name_kind(loading.types(), symbol.name.c_str(), BTF_KIND_FUNC);
        if (function <= 0 && call)
            throw std::runtime_error("`" + symbol.name + "` is called and nowhere defined; declare it with __ksym and compile with -g");
        if (function <= 0) {
            void *variable = loading.execution.host.variable(symbol.name, 0);
            if (!variable && !symbol.weak)
                throw std::runtime_error("the object reads the kernel's variable `" + symbol.name + "`, which the simulator does not have; declare it __weak");
            instruction.value = reinterpret_cast<uint64_t>(variable);
            if (variable)
                loading.execution.perCpuVariables[instruction.value] = symbol.name;
            return;
        }
        std::string why;
        const KernelCall *found = kernelCall(symbol.name, static_cast<uint32_t>(function), symbol.weak, why);
        if (!call)
            instruction.value = found != nullptr || why.empty() ? 1 : 0; // only whether it is there can be asked
        else if (found) {
            instruction.link = Link::Kernel;
            instruction.index = static_cast<uint32_t>(found - image.kernelCalls.data());
        } else
            miss(instruction, Link::Missing, why.empty() ? "`" + symbol.name + "`, which the simulator does not have" : why, why.empty() || !symbol.weak);
    }

    /// Null: it is not there, and `why` says what the kernel lacks; an empty one, that only the simulator lacks it.
    /// A symbol is looked for without what stands behind its last `___`, and only taken if its prototype is the kernel's, as libbpf does.
    const KernelCall *kernelCall(const std::string &symbol, uint32_t function, bool weak, std::string &why) {
        std::string name(essentialName(symbol));
        for (const KernelCall &known : image.kernelCalls)
            if (known.name == symbol)
                return &known;
        const Profile &profile = loading.execution.profile;
        int theirs = btf__find_by_name_kind(profile.types(), name.c_str(), BTF_KIND_FUNC);
        if (theirs <= 0) {
            why = "`" + name + "`, which Linux " + profile.version() + " does not have";
            return nullptr;
        }
        if (!typesCompatible(loading.types(), btf__type_by_id(loading.types(), function)->type, profile.types(),
                             btf__type_by_id(profile.types(), static_cast<uint32_t>(theirs))->type)) {
            why = "`" + symbol + "` with another prototype than `" + name + "` has in Linux " + profile.version();
            if (!weak)
                throw std::runtime_error("the object declares " + why + "; include the header of that kernel");
            return nullptr;
        }
        KernelCall call{symbol, nullptr, nullptr};
        if (const Function *of = loading.execution.host.function(name)) {
            call.call = reinterpret_cast<const void *>(of->call);
            call.self = &loading.execution.host;
        } else if (const KernelFunctionRow *own = findKernelFunction(name)) {
            call.call = reinterpret_cast<const void *>(own->call);
            call.self = &loading.execution;
        } else
            return nullptr;
        if (image.kernelCalls.capacity() == 0)
            image.kernelCalls.reserve(loading.file.symbols.size()); // pointers into it stay
        image.kernelCalls.push_back(std::move(call));
        return &image.kernelCalls.back();
    }

    /// Changes the instruction as libbpf's bpf_core_patch_insn does.
    void settleCore(const CoreRecord &record, Instruction &instruction) {
        CoreAnswer answer = answerCore(record, loading.types(), loading.execution.profile.types());
        uint8_t kind = instruction.code & 7;
        bool memory = kind == Ldx || kind == St || kind == Stx;
        if (!answer.value || (memory && answer.bytes > 8)) {
            miss(instruction, Link::Poisoned,
                 "`" + answer.what + "`, which Linux " + loading.execution.profile.version() + (answer.value ? " has in another size" : " does not have"),
                 false);
            return;
        }
        if (isWide(instruction.code))
            instruction.value = *answer.value;
        else if (kind == Alu || kind == Alu64)
            instruction.immediate = static_cast<int32_t>(*answer.value);
        else if (memory) {
            if (*answer.value > INT16_MAX)
                throw std::runtime_error("`" + answer.what + "` lies too far behind the begin of its struct; compile the object again");
            instruction.offset = static_cast<int16_t>(*answer.value);
            instruction.kernelField = kind == Ldx && answer.isField;
            if (answer.bytes) {
                uint8_t size = answer.bytes == 1 ? Byte : answer.bytes == 2 ? Half : answer.bytes == 4 ? Word : Double;
                instruction.code = static_cast<uint8_t>((instruction.code & ~0x18) | size);
            }
        } else
            throw std::runtime_error("a relocation of types changes an instruction that has no place for it; compile the object again");
    }

    void readLines() {
        for (size_t i = 0; i < image.functions.size(); ++i) {
            const ImageFunction &function = image.functions[i];
            auto it = loading.file.lines.find(function.section);
            if (it == loading.file.lines.end())
                continue;
            for (const SourceLine &line : it->second)
                if (line.instruction >= function.start && line.instruction - function.start < function.code.size())
                    image.lines.push_back({function.firstSite + line.instruction - function.start, line.line, line.column, std::string(line.file)});
        }
        std::stable_sort(image.lines.begin(), image.lines.end(), [](const Image::Line &a, const Image::Line &b) { return a.site < b.site; });
    }

    Loading &loading;
    Image &image;
    std::vector<int> sections; // of the functions
    uint32_t sites = 0;
};

} // namespace

void loadCode(Loading &loading) {
    CodeLoader(loading).run();
    if (loading.image().functions.empty())
        throw std::runtime_error("`" + loading.file.path + "` has no programs; make one with scxc or clang -target bpf");
}

} // namespace scx::sim
