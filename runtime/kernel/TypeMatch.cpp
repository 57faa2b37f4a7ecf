// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/TypeMatch.h"

#include "object/Text.h"
#include "object/TypeRules.h"

#include <bpf/btf.h>

#include <sstream>

namespace scx {
namespace {

constexpr int kDeepest = 32; // structs in structs

std::string shown(std::string_view name) { return printable(std::string(name)); }

std::vector<int> numbers(const std::string &access) {
    std::vector<int> all;
    std::istringstream words(access);
    for (std::string word; std::getline(words, word, ':');)
        all.push_back(std::atoi(word.c_str()));
    return all;
}

} // namespace

KernelTypes::KernelTypes(const btf *kernel) : types(kernel) {
    for (uint32_t id = 1; id < btf__type_cnt(kernel); ++id)
        if (std::string_view name = nameAt(kernel, btf__type_by_id(kernel, id)->name_off); !name.empty())
            named.emplace(essentialName(name), id);
}

std::vector<uint32_t> KernelTypes::candidates(const btf *object, uint32_t local) const {
    std::vector<uint32_t> found;
    const btf_type *type = btf__type_by_id(object, local);
    if (!type)
        return found;
    auto [from, to] = named.equal_range(essentialName(nameAt(object, type->name_off)));
    for (; from != to; ++from)
        if (sameKind(type, btf__type_by_id(types, from->second)))
            found.push_back(from->second);
    return found;
}

bool KernelTypes::hasFunction(const btf *object, uint32_t local, const std::string &name) const {
    auto [from, to] = named.equal_range(essentialName(name));
    for (; from != to; ++from)
        if (const btf_type *type = btf__type_by_id(types, from->second); btf_is_func(type) && nameAt(types, type->name_off) == name)
            return typesCompatible(object, btf__type_by_id(object, local)->type, types, type->type); // libbpf, too, looks at the first alone
    return false;
}

bool KernelTypes::hasVariable(const btf *object, uint32_t local, const std::string &name) const {
    auto [from, to] = named.equal_range(essentialName(name));
    for (; from != to; ++from)
        if (const btf_type *type = btf__type_by_id(types, from->second); btf_is_var(type) && nameAt(types, type->name_off) == name)
            return typesCompatible(object, btf__type_by_id(object, local)->type, types, type->type);
    return false;
}

bool KernelTypes::hasType(const btf *object, uint32_t local) const {
    for (uint32_t id : candidates(object, local))
        if (typesCompatible(object, local, types, id))
            return true;
    return false;
}

/// The type of a member, also of one in an unnamed struct or union.
std::optional<uint32_t> KernelTypes::member(uint32_t structure, const std::string &name, int depth) const {
    const btf_type *type = bareType(types, structure);
    if (!type || !btf_is_composite(type) || depth > kDeepest)
        return {};
    for (int i = 0; i < btf_vlen(type); ++i) {
        const btf_member &row = btf_members(type)[i];
        std::string_view its = nameAt(types, row.name_off);
        if (its == name)
            return row.type;
        if (its.empty())
            if (std::optional<uint32_t> found = member(row.type, name, depth + 1))
                return found;
    }
    return {};
}

bool KernelTypes::hasField(const btf *object, uint32_t local, const std::string &access) const {
    const std::vector<int> steps = numbers(access);
    for (uint32_t candidate : candidates(object, local)) {
        uint32_t ours = local, theirs = candidate;
        bool good = true;
        for (size_t i = 1; good && i < steps.size(); ++i) { // the first is an element of an array of the whole
            const btf_type *a = bareType(object, ours), *b = bareType(types, theirs);
            good = a && b;
            if (good && btf_is_composite(a)) {
                if (good = steps[i] >= 0 && steps[i] < btf_vlen(a); !good)
                    continue;
                const btf_member &row = btf_members(a)[steps[i]];
                std::string_view name = nameAt(object, row.name_off);
                ours = row.type;
                if (name.empty())
                    continue; // its members are sought by name in whatever the kernel has there
                std::optional<uint32_t> found = member(theirs, std::string(name));
                good = found && fieldsCompatible(object, row.type, types, *found);
                theirs = found.value_or(0);
            } else if (good && btf_is_array(a) && btf_is_array(b)) {
                uint32_t length = btf_array(b)->nelems; // 0: as many as there are behind the struct
                good = steps[i] >= 0 && (length == 0 || static_cast<uint32_t>(steps[i]) < length);
                ours = btf_array(a)->type;
                theirs = btf_array(b)->type;
            } else
                good = false;
        }
        if (good)
            return true;
    }
    return false;
}

std::optional<uint64_t> KernelTypes::enumValue(const btf *object, uint32_t local, const std::string &index) const {
    std::string text = enumeratorText(object, local, index);
    std::string_view wanted = essentialName(text);
    uint32_t root = local;
    bareType(object, root);
    for (uint32_t candidate : candidates(object, root))
        for (const Enumerator &row : enumeratorsOf(types, btf__type_by_id(types, candidate)))
            if (essentialName(row.name) == wanted)
                return row.value;
    return {};
}

std::optional<int64_t> KernelTypes::memberSize(const std::string &structure, const std::string &name) const {
    int id = btf__find_by_name_kind(types, structure.c_str(), BTF_KIND_STRUCT);
    std::optional<uint32_t> found = id < 0 ? std::nullopt : member(static_cast<uint32_t>(id), name);
    return found ? std::optional<int64_t>(btf__resolve_size(types, *found)) : std::nullopt;
}

std::map<std::string, uint64_t> KernelTypes::enumerators(const std::string &name) const {
    std::map<std::string, uint64_t> all;
    auto [from, to] = named.equal_range(name);
    for (; from != to; ++from)
        for (const Enumerator &row : enumeratorsOf(types, btf__type_by_id(types, from->second)))
            all[shown(row.name)] = row.value;
    return all;
}

std::string typeText(const btf *object, uint32_t local) {
    const btf_type *type = btf__type_by_id(object, local);
    return type ? shown(essentialName(nameAt(object, type->name_off))) : "";
}

std::string fieldText(const btf *object, uint32_t local, const std::string &access) {
    std::string all = typeText(object, local);
    const std::vector<int> steps = numbers(access);
    for (size_t i = 1; i < steps.size(); ++i) {
        const btf_type *type = bareType(object, local);
        if (type && btf_is_composite(type) && steps[i] >= 0 && steps[i] < btf_vlen(type)) {
            local = btf_members(type)[steps[i]].type;
            if (std::string name = shown(nameAt(object, btf_members(type)[steps[i]].name_off)); !name.empty())
                all += "." + name;
        } else if (type && btf_is_array(type)) {
            local = btf_array(type)->type;
            all += "[" + std::to_string(steps[i]) + "]";
        }
    }
    return all;
}

std::string enumeratorText(const btf *object, uint32_t local, const std::string &index) {
    std::vector<Enumerator> all = enumeratorsOf(object, bareType(object, local));
    auto number = static_cast<size_t>(std::atoi(index.c_str()));
    return number < all.size() ? shown(all[number].name) : "";
}

} // namespace scx
