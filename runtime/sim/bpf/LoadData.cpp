// SPDX-License-Identifier: GPL-2.0-only
#include "object/TypeRules.h"
#include "sim/bpf/Load.h"

#include <bpf/btf.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace scx::sim {
namespace {

bool startsWith(const std::string &text, std::string_view begin) { return text.compare(0, begin.size(), begin) == 0; }

bool holdsVariables(const Section &section) {
    return section.allocated && !section.executable &&
           (startsWith(section.name, ".rodata") || startsWith(section.name, ".data") || startsWith(section.name, ".bss"));
}

std::vector<const Symbol *> variablesIn(const Loading &loading, int section) {
    std::vector<const Symbol *> list;
    for (const Symbol &symbol : loading.file.symbols)
        if (symbol.object && symbol.section == section)
            list.push_back(&symbol);
    return list;
}

bool isArrayOfOne(const btf *types, const std::string &variable) {
    int id = btf__find_by_name_kind(types, variable.c_str(), BTF_KIND_VAR);
    if (id <= 0)
        return false;
    uint32_t type = btf__type_by_id(types, static_cast<uint32_t>(id))->type;
    const btf_type *found = bareType(types, type);
    return found && btf_is_array(found) && btf_array(found)->nelems == 1;
}

/// RESIZABLE_ARRAY of tools/sched_ext: an array of one element, alone in a section of its name. The loaders that come with such objects make it
/// longer: the kernel's dump to what `exit_dump_len` says or 32 KiB, whatever else to an element for each CPU.
size_t elementsOf(const Loading &loading, int section) {
    auto variables = variablesIn(loading, section);
    if (loading.info || variables.size() != 1 || !isArrayOfOne(loading.types(), variables[0]->name))
        return 1;
    const std::string &name = variables[0]->name, &in = loading.file.sections[static_cast<size_t>(section)].name;
    if (in != ".data." + name && in != ".bss." + name)
        return 1;
    constexpr size_t kDump = 32768; // UEI_DUMP_DFL_LEN
    return name.size() > 5 && name.compare(name.size() - 5, 5, "_dump") == 0 ? kDump : static_cast<size_t>(loading.execution.host.cpuCount());
}

void store(const Object::Variable &variable, const std::string &name, uint64_t value) {
    if (variable.size != 1 && variable.size != 2 && variable.size != 4 && variable.size != 8)
        throw std::runtime_error("variable `" + name + "` is no number; only numbers can be set");
    std::memcpy(variable.address, &value, variable.size);
}

uint64_t number(const std::string &name, const std::string &text) {
    if (text == "true" || text == "false")
        return text == "true";
    errno = 0;
    char *end = nullptr;
    bool negative = !text.empty() && text[0] == '-';
    uint64_t value = negative ? static_cast<uint64_t>(std::strtoll(text.c_str(), &end, 0)) : std::strtoull(text.c_str(), &end, 0);
    if (text.empty() || *end || errno)
        throw std::runtime_error("`" + text + "` is no value of variable `" + name + "`; give a number as in C");
    return value;
}

/// What the loaders of schedulers in C are used to set before the program is loaded.
void setAsLoadersDo(const Loading &loading) {
    auto &variables = loading.image().variables;
    auto isConstant = [&](const Object::Variable &variable) {
        auto at = reinterpret_cast<uint64_t>(variable.address);
        return std::any_of(loading.image().ranges.begin(), loading.image().ranges.end(),
                           [&](const Range &range) { return range.constant && at - range.begin < range.size; });
    };
    for (const char *name : {"nr_cpu_ids", "nr_cpus"})
        if (auto it = variables.find(name); it != variables.end() && isConstant(it->second))
            store(it->second, name, static_cast<uint64_t>(loading.execution.host.cpuCount()));
    for (auto &[name, variable] : variables) // UEI_SET_SIZE
        if (auto length = variables.find(name + "_len"); name.size() > 5 && name.compare(name.size() - 5, 5, "_dump") == 0 && length != variables.end())
            store(length->second, length->first, variable.size);
}

} // namespace

void loadData(Loading &loading) {
    const auto &sections = loading.file.sections;
    loading.memory.assign(sections.size(), nullptr);
    for (size_t i = 0; i < sections.size(); ++i) {
        const Section &section = sections[i];
        if (!holdsVariables(section) || section.size == 0)
            continue;
        constexpr uint64_t kMost = uint64_t{1} << 30;
        uint64_t size = section.size > kMost ? kMost + 1 : section.size * elementsOf(loading, static_cast<int>(i));
        if (size > kMost)
            throw std::runtime_error("section " + section.name + " is larger than a gigabyte; that is more than the simulator holds");
        bool constant = startsWith(section.name, ".rodata");
        char *memory = static_cast<char *>(loading.execution.own(size, constant ? Access::Read : Access::Write, "section " + section.name));
        std::memcpy(memory, section.bytes.data(), std::min<size_t>(section.bytes.size(), size));
        loading.memory[i] = memory;
        loading.image().ranges.push_back({reinterpret_cast<uint64_t>(memory), size, !constant, constant ? memory : nullptr});
        for (const Symbol *symbol : variablesIn(loading, static_cast<int>(i)))
            if (symbol->value <= section.size && symbol->size <= section.size - symbol->value)
                loading.image().variables[symbol->name] = {memory + symbol->value, size > section.size ? size : symbol->size};
    }
    auto &variables = loading.image().variables;
    if (!loading.info)
        setAsLoadersDo(loading);
    else if (auto it = variables.find("stats__"); it != variables.end() && loading.options.statistics)
        store(it->second, "stats__", 1);
    for (const auto &[name, text] : loading.options.variables) {
        auto it = variables.find(name);
        if (it == variables.end()) {
            std::vector<std::string> known;
            for (const auto &[other, variable] : variables)
                known.push_back(other);
            std::string near = nearestName(name, known);
            throw std::runtime_error("the object has no variable `" + name + "`" +
                                     (near.empty() ? "; see its source for those it has" : "; did you mean `" + near + "`?"));
        }
        store(it->second, name, number(name, text));
    }
}

} // namespace scx::sim
