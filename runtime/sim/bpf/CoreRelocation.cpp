// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/CoreRelocation.h"

#include "object/TypeRules.h"

#include <bpf/btf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <vector>

namespace scx::sim {

namespace {

/// A struct whose member is meant, or an array of which an element is.
struct Step {
    uint32_t type;
    uint32_t index;
    std::string_view name; // empty: an element
};

struct Place {
    std::vector<Step> steps;
    uint64_t bits = 0;
};

[[noreturn]] void refuse(const CoreRecord &record) {
    throw std::runtime_error("a relocation of types (kind " + std::to_string(record.kind) + ", `" + std::string(record.access) +
                             "`) makes no sense; compile the object again");
}

std::vector<uint32_t> numbers(const CoreRecord &record) {
    std::vector<uint32_t> list;
    const char *at = record.access.data(), *end = at + record.access.size();
    while (at < end) {
        uint32_t value = 0;
        auto [next, error] = std::from_chars(at, end, value);
        if (error != std::errc{} || list.size() == 64)
            refuse(record);
        list.push_back(value);
        at = next + (next < end && *next == ':');
    }
    if (list.empty())
        refuse(record);
    return list;
}

/// A last array of a struct without a size may be read at any index.
bool mayIndex(const btf *types, const Place &place, const btf_type *array, uint32_t index) {
    if (index < btf_array(array)->nelems)
        return true;
    if (place.steps.empty() || place.steps.back().name.empty() || btf_array(array)->nelems > 0)
        return false;
    const Step &last = place.steps.back();
    return last.index + 1 == btf_vlen(btf__type_by_id(types, last.type));
}

/// The access as the object's own types describe it.
Place localPlace(const CoreRecord &record, const btf *types) {
    std::vector<uint32_t> list = numbers(record);
    uint32_t id = record.type;
    if (!bareType(types, id))
        refuse(record);
    Place place;
    place.steps.push_back({id, list[0], {}});
    for (size_t i = 1; i < list.size(); ++i) {
        const btf_type *type = bareType(types, id);
        if (type && btf_is_composite(type) && list[i] < btf_vlen(type)) {
            const btf_member &member = btf_members(type)[list[i]];
            if (member.name_off)
                place.steps.push_back({id, list[i], nameAt(types, member.name_off)});
            id = member.type;
        } else if (type && btf_is_array(type) && mayIndex(types, place, type, list[i])) {
            id = btf_array(type)->type;
            bareType(types, id);
            place.steps.push_back({id, list[i], {}});
        } else
            refuse(record);
    }
    return place;
}

/// Finds the member by name in the kernel's type, looking into nameless members too. `next`: its type.
bool findMember(const btf *local, const Step &step, const btf *kernel, uint32_t kernelType, Place &place, uint32_t &next, int depth = 16) {
    const btf_type *type = bareType(kernel, kernelType);
    if (!type || !btf_is_composite(type) || depth == 0)
        return false;
    for (uint32_t i = 0; i < btf_vlen(type); ++i) {
        const btf_member &member = btf_members(type)[i];
        std::string_view name = nameAt(kernel, member.name_off);
        uint64_t bits = btf_member_bit_offset(type, i);
        if (name.empty()) {
            place.bits += bits;
            if (findMember(local, step, kernel, member.type, place, next, depth - 1))
                return true;
            place.bits -= bits;
        } else if (name == step.name) {
            uint32_t wanted = btf_members(btf__type_by_id(local, step.type))[step.index].type;
            if (!fieldsCompatible(local, wanted, kernel, member.type))
                return false;
            place.bits += bits;
            place.steps.push_back({kernelType, i, name});
            next = member.type;
            return true;
        }
    }
    return false;
}

/// The same access in a type of the kernel.
bool kernelPlace(const btf *local, const Place &wanted, const btf *kernel, uint32_t type, Place &place) {
    for (size_t i = 0; i < wanted.steps.size(); ++i) {
        const Step &step = wanted.steps[i];
        const btf_type *here = bareType(kernel, type);
        if (!here)
            return false;
        if (!step.name.empty()) {
            if (!findMember(local, step, kernel, type, place, type))
                return false;
            continue;
        }
        if (i > 0) {
            if (!btf_is_array(here) || !mayIndex(kernel, place, here, step.index))
                return false;
            type = btf_array(here)->type;
            bareType(kernel, type);
        }
        int64_t size = btf__resolve_size(kernel, type);
        if (size < 0)
            return false;
        place.steps.push_back({type, step.index, {}});
        place.bits += step.index * static_cast<uint64_t>(size) * 8;
    }
    return true;
}

struct Field {
    uint64_t byteOffset = 0, bytes = 0, bitOffset = 0, bits = 0;
    bool isSigned = false, ofInteger = false, ofPointer = false, element = false;
};

/// Where the field lies for a load of a power of two of bytes (bpf_core_calc_field_relo).
std::optional<Field> fieldAt(const btf *types, const Place &place) {
    const Step &last = place.steps.back();
    Field field;
    uint32_t id = last.type;
    if (!last.name.empty()) {
        const btf_type *type = btf__type_by_id(types, last.type);
        id = btf_members(type)[last.index].type;
        field.bits = btf_member_bitfield_size(type, last.index);
    }
    field.element = last.name.empty();
    const btf_type *type = bareType(types, id);
    int64_t size = type ? btf__resolve_size(types, id) : -1;
    if (size < 0)
        return std::nullopt;
    field.bytes = static_cast<uint64_t>(size);
    field.bitOffset = place.bits;
    field.byteOffset = place.bits / 8;
    if (field.bits > 0) {
        if (field.bytes == 0)
            return std::nullopt;
        field.byteOffset = place.bits / 8 / field.bytes * field.bytes;
        while (place.bits + field.bits - field.byteOffset * 8 > field.bytes * 8) { // the smallest load that has all bits
            if (field.bytes >= 8)
                return std::nullopt;
            field.bytes *= 2;
            field.byteOffset = place.bits / 8 / field.bytes * field.bytes;
        }
    } else
        field.bits = field.bytes * 8;
    field.isSigned = btf_is_int(type) ? btf_int_encoding(type) & BTF_INT_SIGNED : btf_is_any_enum(type) && btf_kflag(type);
    field.ofInteger = btf_is_int(type);
    field.ofPointer = btf_is_ptr(type);
    return field;
}

std::string describe(const CoreRecord &record, const btf *types, const Place &place) {
    uint32_t id = record.type;
    const btf_type *type = btf__type_by_id(types, id);
    std::string text(essentialName(nameAt(types, type->name_off)));
    for (size_t i = 1; i < place.steps.size(); ++i)
        text += place.steps[i].name.empty() ? "[" + std::to_string(place.steps[i].index) + "]" : "." + std::string(place.steps[i].name);
    return text;
}

CoreAnswer answerField(const CoreRecord &record, const btf *local, const btf *kernel, const std::vector<uint32_t> &candidates) {
    Place mine = localPlace(record, local), theirs;
    CoreAnswer answer;
    answer.what = describe(record, local, mine);
    std::optional<Field> field;
    bool found = false;
    for (size_t i = 0; i < candidates.size() && !found; ++i) {
        theirs = {};
        if ((found = kernelPlace(local, mine, kernel, candidates[i], theirs)))
            field = fieldAt(kernel, theirs);
    }
    if (record.kind == BPF_CORE_FIELD_EXISTS)
        answer.value = found;
    if (record.kind == BPF_CORE_FIELD_EXISTS || !field)
        return answer;
    switch (record.kind) {
    case BPF_CORE_FIELD_BYTE_OFFSET: {
        answer.isField = true;
        answer.value = field->byteOffset;
        // The types' own offsets within the object are not wanted, only sizes.
        uint32_t id = mine.steps.back().type;
        if (!mine.steps.back().name.empty())
            id = btf_members(btf__type_by_id(local, id))[mine.steps.back().index].type;
        const btf_type *type = bareType(local, id);
        int64_t size = type ? btf__resolve_size(local, id) : -1;
        if (size > 0 && static_cast<uint64_t>(size) != field->bytes) {
            bool integers = field->ofInteger && btf_is_int(type) && !field->isSigned && !(btf_int_encoding(type) & BTF_INT_SIGNED);
            answer.bytes = integers || (field->ofPointer && btf_is_ptr(type)) ? static_cast<uint32_t>(field->bytes) : UINT32_MAX;
        }
        break;
    }
    case BPF_CORE_FIELD_BYTE_SIZE: answer.value = field->bytes; break;
    case BPF_CORE_FIELD_SIGNED: answer.value = field->isSigned; break;
    case BPF_CORE_FIELD_LSHIFT_U64: answer.value = 64 - (field->bitOffset + field->bits - field->byteOffset * 8); break;
    case BPF_CORE_FIELD_RSHIFT_U64: answer.value = 64 - field->bits; break;
    default: refuse(record);
    }
    return answer;
}

/// Are the members of the local type all in the kernel's, with the same types (bpf_core_types_match)?
bool typesMatch(const btf *local, uint32_t localId, const btf *kernel, uint32_t kernelId, bool behindPointer, int depth) {
    const btf_type *a = bareType(local, localId), *b = bareType(kernel, kernelId);
    if (!a || !b || depth == 0)
        return false;
    if (essentialName(nameAt(local, a->name_off)) != essentialName(nameAt(kernel, b->name_off)))
        return false;
    bool forward = behindPointer && (btf_is_fwd(a) || btf_is_fwd(b));
    if (!forward && !sameKind(a, b))
        return false;
    if (forward || (behindPointer && btf_is_composite(a)))
        return true;
    switch (btf_kind(a)) {
    case BTF_KIND_UNKN:
    case BTF_KIND_FLOAT: return true;
    case BTF_KIND_INT: return a->size == b->size && (btf_int_encoding(a) & BTF_INT_SIGNED) == (btf_int_encoding(b) & BTF_INT_SIGNED);
    case BTF_KIND_PTR: return typesMatch(local, a->type, kernel, b->type, true, depth - 1);
    case BTF_KIND_ARRAY:
        return btf_array(a)->nelems == btf_array(b)->nelems && typesMatch(local, btf_array(a)->type, kernel, btf_array(b)->type, behindPointer, depth - 1);
    case BTF_KIND_FUNC_PROTO: return typesCompatible(local, localId, kernel, kernelId);
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
        for (const Enumerator &mine : enumeratorsOf(local, a)) {
            std::vector<Enumerator> all = enumeratorsOf(kernel, b);
            if (std::none_of(all.begin(), all.end(), [&](const Enumerator &theirs) { return essentialName(theirs.name) == essentialName(mine.name); }))
                return false;
        }
        return true;
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
        for (uint32_t i = 0; i < btf_vlen(a); ++i) {
            bool found = false;
            for (uint32_t j = 0; j < btf_vlen(b) && !found; ++j)
                found = nameAt(local, btf_members(a)[i].name_off) == nameAt(kernel, btf_members(b)[j].name_off) &&
                        typesMatch(local, btf_members(a)[i].type, kernel, btf_members(b)[j].type, false, depth - 1);
            if (!found)
                return false;
        }
        return true;
    default: return false;
    }
}

CoreAnswer answerType(const CoreRecord &record, const btf *local, const btf *kernel, const std::vector<uint32_t> &candidates) {
    CoreAnswer answer;
    answer.what = nameAt(local, btf__type_by_id(local, record.type)->name_off);
    answer.value = 0; // what is not there has no size and no number
    if (record.kind == BPF_CORE_TYPE_ID_LOCAL) {
        answer.value = record.type;
        return answer;
    }
    for (uint32_t id : candidates) {
        bool fits =
            record.kind == BPF_CORE_TYPE_MATCHES ? typesMatch(local, record.type, kernel, id, false, 32) : typesCompatible(local, record.type, kernel, id);
        if (!fits)
            continue;
        switch (record.kind) {
        case BPF_CORE_TYPE_ID_TARGET: answer.value = id; break;
        case BPF_CORE_TYPE_SIZE: answer.value = static_cast<uint64_t>(std::max<int64_t>(btf__resolve_size(kernel, id), 0)); break;
        default: answer.value = 1;
        }
        break;
    }
    return answer;
}

CoreAnswer answerEnumerator(const CoreRecord &record, const btf *local, const btf *kernel, const std::vector<uint32_t> &candidates) {
    uint32_t id = record.type, index = numbers(record)[0];
    std::vector<Enumerator> mine = enumeratorsOf(local, bareType(local, id));
    if (index >= mine.size())
        refuse(record);
    const Enumerator &wanted = mine[index];
    CoreAnswer answer;
    answer.what = wanted.name;
    if (record.kind == BPF_CORE_ENUMVAL_EXISTS)
        answer.value = 0;
    for (uint32_t candidate : candidates) {
        for (const Enumerator &found : enumeratorsOf(kernel, bareType(kernel, candidate)))
            if (essentialName(found.name) == essentialName(wanted.name)) {
                answer.value = record.kind == BPF_CORE_ENUMVAL_EXISTS ? 1 : found.value;
                return answer;
            }
    }
    return answer;
}

} // namespace

CoreAnswer answerCore(const CoreRecord &record, const btf *local, const btf *kernel) {
    const btf_type *type = btf__type_by_id(local, record.type);
    std::string_view name = type ? nameAt(local, type->name_off) : "";
    if (!type || name.empty())
        refuse(record);
    std::vector<uint32_t> candidates;
    for (uint32_t id = 1; id < btf__type_cnt(kernel); ++id) {
        const btf_type *other = btf__type_by_id(kernel, id);
        if (sameKind(type, other) && essentialName(nameAt(kernel, other->name_off)) == essentialName(name))
            candidates.push_back(id);
    }
    switch (record.kind) {
    case BPF_CORE_FIELD_BYTE_OFFSET:
    case BPF_CORE_FIELD_BYTE_SIZE:
    case BPF_CORE_FIELD_EXISTS:
    case BPF_CORE_FIELD_SIGNED:
    case BPF_CORE_FIELD_LSHIFT_U64:
    case BPF_CORE_FIELD_RSHIFT_U64: return answerField(record, local, kernel, candidates);
    case BPF_CORE_TYPE_ID_LOCAL:
    case BPF_CORE_TYPE_ID_TARGET:
    case BPF_CORE_TYPE_EXISTS:
    case BPF_CORE_TYPE_SIZE:
    case BPF_CORE_TYPE_MATCHES: return answerType(record, local, kernel, candidates);
    case BPF_CORE_ENUMVAL_EXISTS:
    case BPF_CORE_ENUMVAL_VALUE: return answerEnumerator(record, local, kernel, candidates);
    default: refuse(record);
    }
}

} // namespace scx::sim
