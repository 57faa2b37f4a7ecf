// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/TypeMatch.h"

#include "object/Text.h"

#include <bpf/btf.h>

#include <sstream>

namespace scx {
namespace {

constexpr int kDeepest = 32; // as libbpf; types that refer to each other in a ring end here

std::string nameAt(const btf *types, uint32_t offset) {
    const char *name = btf__name_by_offset(types, offset);
    return printable(name ? name : "");
}

/// The type itself, without const, volatile, typedef and tags; null: there is none.
const btf_type *bare(const btf *types, uint32_t &id) {
    const btf_type *type = btf__type_by_id(types, id);
    for (int i = 0; type && (btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type)); ++i) {
        if (i == kDeepest)
            return nullptr;
        id = type->type;
        type = btf__type_by_id(types, id);
    }
    return type;
}

bool sameKind(const btf_type *a, const btf_type *b) { return btf_kind(a) == btf_kind(b) || (btf_is_any_enum(a) && btf_is_any_enum(b)); }

/// Of functions and of whole types (__bpf_core_types_are_compat): structs are equal whatever is in them.
bool compatible(const btf *object, uint32_t local, const btf *kernel, uint32_t theirs, int depth = kDeepest) {
    const btf_type *a = bare(object, local), *b = bare(kernel, theirs);
    if (!a || !b || depth < 0 || !sameKind(a, b))
        return false;
    switch (btf_kind(a)) {
    case BTF_KIND_UNKN: case BTF_KIND_STRUCT: case BTF_KIND_UNION: case BTF_KIND_ENUM: case BTF_KIND_FWD: case BTF_KIND_ENUM64: return true;
    case BTF_KIND_INT: return btf_int_offset(a) == 0 && btf_int_offset(b) == 0;
    case BTF_KIND_PTR: return compatible(object, a->type, kernel, b->type, depth - 1);
    case BTF_KIND_ARRAY: return compatible(object, btf_array(a)->type, kernel, btf_array(b)->type, depth - 1);
    case BTF_KIND_FUNC_PROTO:
        if (btf_vlen(a) != btf_vlen(b))
            return false;
        for (int i = 0; i < btf_vlen(a); ++i)
            if (!compatible(object, btf_params(a)[i].type, kernel, btf_params(b)[i].type, depth - 1))
                return false;
        return compatible(object, a->type, kernel, b->type, depth - 1);
    default: return false;
    }
}

/// Of members (bpf_core_fields_are_compat): what a pointer points to does not count.
bool fieldsCompatible(const btf *object, uint32_t local, const btf *kernel, uint32_t theirs, int depth = kDeepest) {
    const btf_type *a = bare(object, local), *b = bare(kernel, theirs);
    if (!a || !b || depth < 0)
        return false;
    if (btf_is_composite(a) && btf_is_composite(b))
        return true;
    if (!sameKind(a, b))
        return false;
    switch (btf_kind(a)) {
    case BTF_KIND_PTR: case BTF_KIND_FLOAT: return true;
    case BTF_KIND_FWD: case BTF_KIND_ENUM: case BTF_KIND_ENUM64: {
        std::string ours = essentialName(nameAt(object, a->name_off)), its = essentialName(nameAt(kernel, b->name_off));
        return ours.empty() || its.empty() || ours == its;
    }
    case BTF_KIND_INT: return btf_int_offset(a) == 0 && btf_int_offset(b) == 0;
    case BTF_KIND_ARRAY: return fieldsCompatible(object, btf_array(a)->type, kernel, btf_array(b)->type, depth - 1);
    default: return false;
    }
}

struct Enumerator {
    std::string name;
    uint64_t value;
};

std::vector<Enumerator> enumeratorsOf(const btf *types, const btf_type *type) {
    std::vector<Enumerator> all;
    for (int i = 0; type && btf_is_any_enum(type) && i < btf_vlen(type); ++i)
        if (btf_is_enum(type)) // a value with sign unless the enum says otherwise
            all.push_back({nameAt(types, btf_enum(type)[i].name_off), btf_kflag(type) ? static_cast<uint64_t>(static_cast<int64_t>(btf_enum(type)[i].val)) : static_cast<uint32_t>(btf_enum(type)[i].val)});
        else
            all.push_back({nameAt(types, btf_enum64(type)[i].name_off), btf_enum64_value(&btf_enum64(type)[i])});
    return all;
}

std::vector<int> numbers(const std::string &access) {
    std::vector<int> all;
    std::istringstream words(access);
    for (std::string word; std::getline(words, word, ':');)
        all.push_back(std::atoi(word.c_str()));
    return all;
}

} // namespace

std::string essentialName(const std::string &name) {
    for (size_t i = name.size(); i-- > 1;) // three underscores, neither more nor at an end
        if (name.compare(i, 3, "___") == 0 && name[i - 1] != '_' && i + 3 < name.size() && name[i + 3] != '_')
            return name.substr(0, i);
    return name;
}

KernelTypes::KernelTypes(const btf *kernel) : types(kernel) {
    for (uint32_t id = 1; id < btf__type_cnt(kernel); ++id)
        if (std::string name = nameAt(kernel, btf__type_by_id(kernel, id)->name_off); !name.empty())
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
            return compatible(object, btf__type_by_id(object, local)->type, types, type->type); // libbpf, too, looks at the first alone
    return false;
}

bool KernelTypes::hasVariable(const btf *object, uint32_t local, const std::string &name) const {
    auto [from, to] = named.equal_range(essentialName(name));
    for (; from != to; ++from)
        if (const btf_type *type = btf__type_by_id(types, from->second); btf_is_var(type) && nameAt(types, type->name_off) == name)
            return compatible(object, btf__type_by_id(object, local)->type, types, type->type);
    return false;
}

bool KernelTypes::hasType(const btf *object, uint32_t local) const {
    for (uint32_t id : candidates(object, local))
        if (compatible(object, local, types, id))
            return true;
    return false;
}

/// The type of a member, also of one in an unnamed struct or union.
std::optional<uint32_t> KernelTypes::member(uint32_t structure, const std::string &name, int depth) const {
    const btf_type *type = bare(types, structure);
    if (!type || !btf_is_composite(type) || depth > kDeepest)
        return {};
    for (int i = 0; i < btf_vlen(type); ++i) {
        const btf_member &row = btf_members(type)[i];
        std::string its = nameAt(types, row.name_off);
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
            const btf_type *a = bare(object, ours), *b = bare(types, theirs);
            good = a && b;
            if (good && btf_is_composite(a)) {
                if (good = steps[i] >= 0 && steps[i] < btf_vlen(a); !good)
                    continue;
                const btf_member &row = btf_members(a)[steps[i]];
                std::string name = nameAt(object, row.name_off);
                ours = row.type;
                if (name.empty())
                    continue; // its members are sought by name in whatever the kernel has there
                std::optional<uint32_t> found = member(theirs, name);
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
    std::string wanted = essentialName(enumeratorText(object, local, index));
    uint32_t root = local;
    bare(object, root);
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
            all[row.name] = row.value;
    return all;
}

std::string typeText(const btf *object, uint32_t local) {
    const btf_type *type = btf__type_by_id(object, local);
    return type ? essentialName(nameAt(object, type->name_off)) : "";
}

std::string fieldText(const btf *object, uint32_t local, const std::string &access) {
    std::string all = typeText(object, local);
    const std::vector<int> steps = numbers(access);
    for (size_t i = 1; i < steps.size(); ++i) {
        const btf_type *type = bare(object, local);
        if (type && btf_is_composite(type) && steps[i] >= 0 && steps[i] < btf_vlen(type)) {
            local = btf_members(type)[steps[i]].type;
            if (std::string name = nameAt(object, btf_members(type)[steps[i]].name_off); !name.empty())
                all += "." + name;
        } else if (type && btf_is_array(type)) {
            local = btf_array(type)->type;
            all += "[" + std::to_string(steps[i]) + "]";
        }
    }
    return all;
}

std::string enumeratorText(const btf *object, uint32_t local, const std::string &index) {
    std::vector<Enumerator> all = enumeratorsOf(object, bare(object, local));
    auto number = static_cast<size_t>(std::atoi(index.c_str()));
    return number < all.size() ? all[number].name : "";
}

} // namespace scx
