// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/Fit.h"

#include "kernel/Fold.h"
#include "kernel/KernelForms.h"
#include "kernel/TypeMatch.h"
#include "object/Code.h"
#include "object/Elf.h"
#include "object/TypeRules.h"

#include <bpf/btf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <stdexcept>

namespace scx {
namespace {

const std::string kNothingComes = "not needed, for nothing comes there";

/// A relocation that cannot be done becomes a call that the verifier refuses, which is no harm where nothing comes (tools/lib/bpf/relo_core.c).
struct Poison {
    size_t at;
    Missing missing;
    bool asks = false; // it only asks whether the thing is there
};

class Fitter {
  public:
    Fitter(const Code &code, const std::optional<ObjectInfo> &info, const std::map<std::string, int64_t> &loaderSets, const btf *object, const btf *kernel)
        : code(code), info(info), loaderSets(loaderSets), object(object), kernel(kernel), types(kernel) {}

    Fit run() {
        fitMaps();
        for (const OpsStruct &ops : code.ops)
            fitOps(ops);
        for (const std::string &program : code.programs)
            if (const Function &f = code.functions.at(program); !f.section.starts_with("struct_ops"))
                fitAttached(f);
        for (size_t i = 0; i < work.size(); ++i) // grows
            fitFunction(code.functions.at(work[i]));
        gatherForms();
        std::vector<Missing> ordered; // what it cannot load for comes first
        for (bool fatal : {true, false})
            std::copy_if(fit.missing.begin(), fit.missing.end(), std::back_inserter(ordered), [&](const Missing &m) { return m.fatal == fatal; });
        fit.missing = std::move(ordered);
        return std::move(fit);
    }

  private:
    const Code &code;
    const std::optional<ObjectInfo> &info;
    const std::map<std::string, int64_t> &loaderSets; // constants, by symbol
    const btf *object, *kernel;
    const KernelTypes types;
    Fit fit;
    std::vector<std::string> work;         // functions that are loaded
    std::set<std::string> called, lacking; // functions of the kernel

    void load(const std::string &function) {
        if (std::find(work.begin(), work.end(), function) == work.end())
            work.push_back(function);
    }

    /// Told once, and at its worst: where it is fatal, else where something is lost, else where nothing comes.
    void add(const Missing &missing) {
        auto weight = [](const Missing &m) { return m.fatal ? 2 : m.consequence == kNothingComes ? 0 : 1; };
        for (Missing &known : fit.missing)
            if (known.what == missing.what && known.name == missing.name) {
                if (weight(missing) > weight(known))
                    known = missing;
                return;
            }
        fit.missing.push_back(missing);
    }

    static std::string orElse(std::string_view text, const std::string &otherwise) { return text.empty() ? otherwise : std::string(text); }

    void fitMaps() {
        std::set<uint64_t> known;
        for (const auto &[name, value] : types.enumerators("bpf_map_type"))
            known.insert(value);
        for (const auto &[name, type] : code.maps)
            if (!known.empty() && !known.contains(type))
                add({"map type", std::to_string(type), name, "the kernel cannot make the map", true});
    }

    // ---- callbacks, flags and other members

    void fitOps(const OpsStruct &ops) {
        if (btf__find_by_name_kind(kernel, ops.type.c_str(), BTF_KIND_STRUCT) < 0)
            return add({"type", ops.type, ops.name,
                        ops.type == "sched_ext_ops" ? "the kernel has no sched_ext; it takes Linux 6.12 or newer with CONFIG_SCHED_CLASS_EXT"
                                                    : "the kernel has no such callbacks",
                        true});
        for (const OpsStruct::Member &member : ops.members) {
            std::optional<int64_t> theirs = types.memberSize(ops.type, member.name);
            const OptionalHook *hook = nullptr;
            if (info)
                for (const OptionalHook &row : info->optional)
                    if (row.member == member.name)
                        hook = &row;
            std::string program = hook ? hook->program : member.program;
            if (theirs && member.name == "flags")
                fitFlags(ops.type, member);
            if (theirs && !program.empty())
                load(program);
            else if (theirs && *theirs != member.size && member.program.empty())
                add({"member", member.name, "", "it has another size there, so libbpf does not load the object", true});
            else if (!theirs && !program.empty()) {
                std::string since = hook                                 ? "; it came with Linux " + hook->since
                                    : member.name.starts_with("cgroup_") ? "; it takes CONFIG_EXT_GROUP_SCHED"
                                                                         : "";
                if (info)
                    add({"callback", member.name, program, "`on " + (hook ? hook->hook : member.name) + "` never runs" + since, false});
                else
                    add({"callback", member.name, program, "libbpf does not load the object" + since, !hook});
            } else if (!theirs && !member.zero)
                add({"member", member.name, "", info ? "the kernel does as if it were not set" : "libbpf does not load the object", !info});
        }
    }

    void fitFlags(const std::string &type, const OpsStruct::Member &member) {
        if (type != "sched_ext_ops")
            return;
        uint64_t known = 0;
        std::map<std::string, uint64_t> flags = types.enumerators("scx_ops_flags");
        for (const auto &[name, value] : flags)
            known |= value;
        for (int bit = 0; bit < 64; ++bit)
            if (member.value & ~known & (1ull << bit))
                add({"flag", "bit " + std::to_string(bit), "", "the kernel refuses flags it does not know", true});
        if (info)
            for (const std::string &flag : info->flags)
                if (!flags.contains(flag))
                    add({"flag", flag, "", orElse(lossWithout(flag), "the kernel does as if it were not set"), false});
    }

    void fitAttached(const Function &f) {
        load(f.name);
        for (const AttachRow &row : attachRows())
            if (f.section.starts_with(row.section)) {
                std::string target = std::string(row.prefix) + f.section.substr(row.section.size());
                bool there = btf__find_by_name_kind(kernel, target.c_str(), row.prefix == "btf_trace_" ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC) > 0;
                if (!there)
                    add({"kfunc", target, f.name, "the program is put on it", true});
            }
    }

    // ---- instructions

    void fitFunction(const Function &f) {
        std::vector<bpf_insn> program = f.code;
        std::vector<Poison> poisons;
        for (const SymbolNeed &need : f.symbols)
            settleSymbol(f, need, program, poisons);
        for (const CoreNeed &need : f.core)
            settleCore(f, need, program, poisons);
        std::vector<bool> comes =
            reached(program.data(), program.size(), [&](int section, uint32_t offset, unsigned bytes) { return constant(section, offset, bytes); });
        if (!comes.at(0))
            throw std::runtime_error("function " + f.name + " is damaged");
        std::set<std::string> asked; // what the function asks for, where something comes
        for (const Poison &poison : poisons)
            if (poison.asks && comes.at(poison.at))
                asked.insert(poison.missing.name);
        for (Poison &poison : poisons) {
            bool here = comes.at(poison.at), known = asked.contains(poison.missing.name);
            if (poison.missing.what == "kfunc" && !here && !lacking.contains(poison.missing.name))
                continue; // it is there, with other arguments, as the object knows
            if (poison.asks && !here)
                continue;
            poison.missing.fatal = here && !poison.asks;
            if (!poison.missing.fatal)
                poison.missing.consequence = !known ? kNothingComes : orElse(lossWithout(poison.missing.name), "the object asks first, and does without");
            add(poison.missing);
        }
        for (const SymbolNeed &need : f.symbols)
            if (comes.at(need.at) && f.code[need.at].code == (BPF_JMP | BPF_CALL))
                called.emplace(essentialName(need.name));
        for (const auto &[at, callee] : f.calls)
            if (comes.at(at))
                load(callee);
        std::map<std::string, uint64_t> helpers = types.enumerators("bpf_func_id");
        for (size_t at = 0; at < program.size() && !helpers.empty(); ++at)
            if (comes[at] && f.code[at].code == (BPF_JMP | BPF_CALL) && f.code[at].src_reg == 0 && !f.calls.contains(at) && !isSymbol(f, at) &&
                std::none_of(helpers.begin(), helpers.end(), [&](const auto &row) { return row.second == static_cast<uint32_t>(f.code[at].imm); }))
                add({"helper", "number " + std::to_string(f.code[at].imm), place(f, at), "the verifier refuses the call", true});
    }

    static bool isSymbol(const Function &f, size_t at) {
        return std::any_of(f.symbols.begin(), f.symbols.end(), [&](const SymbolNeed &need) { return need.at == at; });
    }

    std::optional<uint64_t> constant(int section, uint32_t offset, unsigned bytes) const {
        auto it = code.readOnly.find(section);
        if (it == code.readOnly.end() || size_t(offset) + bytes > it->second.size())
            return {};
        for (const auto &[symbol, set] : loaderSets)
            if (auto constant = code.constants.find(symbol); constant != code.constants.end() && constant->second == std::pair(section, uint64_t(offset)))
                return static_cast<uint64_t>(set);
        uint64_t value = 0;
        std::memcpy(&value, it->second.data() + offset, bytes);
        return value;
    }

    static std::string place(const Function &f, size_t at) {
        auto it = f.places.upper_bound(at);
        return it == f.places.begin() ? f.name : std::prev(it)->second;
    }

    void settleSymbol(const Function &f, const SymbolNeed &need, std::vector<bpf_insn> &program, std::vector<Poison> &poisons) {
        std::string name(essentialName(need.name));
        auto function = code.kernelFunctions.find(need.name), variable = code.kernelVariables.find(need.name);
        bool call = program[need.at].code == (BPF_JMP | BPF_CALL), there = true;
        const char *what = "kfunc";
        if (function != code.kernelFunctions.end())
            there = types.hasFunction(object, function->second, name);
        else if (variable != code.kernelVariables.end()) {
            what = "variable";
            if (!untyped(variable->second)) // of those without a type the kernel's BTF says nothing
                there = types.hasVariable(object, variable->second, need.name);
        }
        if (there)
            return;
        bool otherForm = std::any_of(code.kernelFunctions.begin(), code.kernelFunctions.end(),
                                     [&](const auto &row) { return essentialName(row.first) == name && types.hasFunction(object, row.second, name); });
        if (!otherForm)
            lacking.insert(name);
        if (!need.weak)
            return add({what, name, place(f, need.at), "libbpf does not load the object", true});
        if (call)
            poisons.push_back({need.at, {what, name, place(f, need.at), "the verifier refuses the call", true}, false});
        else if (need.at + 1 < program.size()) { // its address is no address
            program[need.at].src_reg = 0;
            program[need.at].imm = program[need.at + 1].imm = 0;
            if (!otherForm)
                poisons.push_back({need.at, {what, name, place(f, need.at), "", false}, true});
        }
    }

    bool untyped(uint32_t variable) const {
        const btf_type *type = btf__type_by_id(object, variable);
        for (int i = 0; type && i < 32 && (btf_is_var(type) || btf_is_mod(type)); ++i) {
            if (type->type == 0)
                return true;
            type = btf__type_by_id(object, type->type);
        }
        return false;
    }

    void settleCore(const Function &f, const CoreNeed &need, std::vector<bpf_insn> &program, std::vector<Poison> &poisons) {
        bool there = true;
        Missing missing{"field", "", place(f, need.at), "the verifier refuses what reads it", true};
        auto set = [&](uint64_t value) {
            program[need.at].imm = static_cast<int32_t>(value);
            if (program[need.at].code == (BPF_LD | BPF_IMM | BPF_DW) && need.at + 1 < program.size())
                program[need.at + 1].imm = static_cast<int32_t>(value >> 32);
        };
        switch (need.kind) {
        case BPF_CORE_TYPE_ID_LOCAL: return;
        case BPF_CORE_FIELD_EXISTS:
        case BPF_CORE_FIELD_BYTE_OFFSET:
        case BPF_CORE_FIELD_BYTE_SIZE:
        case BPF_CORE_FIELD_SIGNED:
        case BPF_CORE_FIELD_LSHIFT_U64:
        case BPF_CORE_FIELD_RSHIFT_U64:
            there = types.hasField(object, need.type, need.access);
            missing.name = fieldText(object, need.type, need.access);
            if (need.kind == BPF_CORE_FIELD_EXISTS)
                set(there);
            break;
        case BPF_CORE_TYPE_ID_TARGET:
        case BPF_CORE_TYPE_EXISTS:
        case BPF_CORE_TYPE_SIZE:
        case BPF_CORE_TYPE_MATCHES:
            there = types.hasType(object, need.type);
            missing.what = "type";
            missing.name = typeText(object, need.type);
            if (need.kind == BPF_CORE_TYPE_EXISTS || need.kind == BPF_CORE_TYPE_MATCHES)
                set(there);
            break;
        case BPF_CORE_ENUMVAL_EXISTS:
        case BPF_CORE_ENUMVAL_VALUE: {
            std::optional<uint64_t> value = types.enumValue(object, need.type, need.access);
            there = value.has_value();
            missing.what = "enum value";
            missing.name = enumeratorText(object, need.type, need.access);
            if (need.kind == BPF_CORE_ENUMVAL_EXISTS)
                set(there);
            else if (value)
                set(*value);
            break;
        }
        }
        if (there)
            return;
        bool asks = need.kind == BPF_CORE_FIELD_EXISTS || need.kind == BPF_CORE_TYPE_EXISTS || need.kind == BPF_CORE_TYPE_MATCHES ||
                    need.kind == BPF_CORE_ENUMVAL_EXISTS;
        poisons.push_back({need.at, missing, asks});
    }

    /// Of each operation that is done, in which form, and which it would rather have.
    void gatherForms() {
        for (const std::string &name : called) {
            if (lacking.contains(name))
                continue;
            const OperationForms *forms = findForms(name);
            ChosenFunction row{forms ? std::string(forms->operation) : "", name, {}};
            for (size_t i = 0; forms && i < forms->forms.size() && forms->forms[i] != name; ++i)
                if (lacking.contains(std::string(forms->forms[i])))
                    row.lacking.emplace_back(forms->forms[i]);
            fit.chosen.push_back(row);
        }
        // A newer form that is not there costs nothing where an older one does the same.
        std::erase_if(fit.missing, [&](const Missing &m) {
            return !m.fatal && std::any_of(fit.chosen.begin(), fit.chosen.end(),
                                           [&](const ChosenFunction &row) { return std::count(row.lacking.begin(), row.lacking.end(), m.name) > 0; });
        });
        // An older form that the kernel has given up, likewise.
        std::erase_if(fit.missing, [&](const Missing &m) {
            const OperationForms *forms = m.what == "kfunc" ? findForms(m.name) : nullptr;
            return !m.fatal && forms &&
                   std::any_of(fit.chosen.begin(), fit.chosen.end(), [&](const ChosenFunction &row) { return row.operation == forms->operation; });
        });
    }
};

} // namespace

bool Fit::loads() const {
    return std::none_of(missing.begin(), missing.end(), [](const Missing &m) { return m.fatal; });
}

void BtfDeleter::operator()(btf *types) const { btf__free(types); }

BtfPointer readKernelBtf(const std::string &path) {
    BtfPointer types(path.empty() ? btf__load_vmlinux_btf() : btf__parse(path.c_str(), nullptr));
    if (types)
        return types;
    if (path.empty())
        throw std::runtime_error("this kernel does not describe its types; it takes one built with CONFIG_DEBUG_INFO_BTF, or --kernel FILE");
    throw std::runtime_error("`" + path + "` has no BTF (" + std::strerror(errno) + "); name a vmlinux, or a copy of /sys/kernel/btf/vmlinux");
}

Fit fitTo(const ObjectFile &file, const std::optional<ObjectInfo> &info, const std::map<std::string, int64_t> &values, const btf *kernel) {
    std::map<std::string, int64_t> loaderSets;
    if (info) {
        loaderSets["stats__"] = 1;
        for (const Parameter &p : info->parameters)
            if (auto it = values.find(p.name); it != values.end())
                loaderSets[p.symbol] = it->second;
    }
    try {
        const Elf elf = readElf(file.bytes);
        const ElfSection *section = elf.find(".BTF");
        BtfPointer object(section ? btf__new(section->data.data(), static_cast<uint32_t>(section->data.size())) : nullptr);
        if (!object)
            throw std::runtime_error("it describes no types");
        Code code = readCode(file, object.get());
        if (code.ops.empty() && code.programs.empty())
            throw std::runtime_error("it holds no program");
        return Fitter(code, info, loaderSets, object.get(), kernel).run();
    } catch (const std::runtime_error &error) {
        throw std::runtime_error("`" + file.path + "` is no BPF object to load (" + error.what() + "); compile it again");
    }
}

} // namespace scx
