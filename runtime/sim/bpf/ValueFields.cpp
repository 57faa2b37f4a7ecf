// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/ValueFields.h"

#include "object/TypeRules.h"

#include <bpf/btf.h>

#include <cstring>
#include <string_view>

namespace scx::sim {
namespace {

struct Row {
    std::string_view name;
    FieldKind kind;
};

// include/uapi/linux/bpf.h
constexpr Row kFields[] = {
    {"bpf_spin_lock", FieldKind::SpinLock}, {"bpf_timer", FieldKind::Timer},       {"bpf_wq", FieldKind::Workqueue},
    {"bpf_rb_root", FieldKind::RbRoot},     {"bpf_rb_node", FieldKind::RbNode},    {"bpf_list_head", FieldKind::ListHead},
    {"bpf_list_node", FieldKind::ListNode}, {"bpf_refcount", FieldKind::Refcount},
};

std::string_view nameOf(const btf *types, const btf_type *type) { return btf__name_by_offset(types, type->name_off); }

/// `contains:TYPE:MEMBER`, said of the member by a declaration tag: the type and the member's place in it.
void findContained(const btf *types, uint32_t owner, int member, ValueField &field) {
    for (uint32_t id = 1; id < btf__type_cnt(types); ++id) {
        const btf_type *tag = btf__type_by_id(types, id);
        if (!btf_is_decl_tag(tag) || tag->type != owner || btf_decl_tag(tag)->component_idx != member)
            continue;
        std::string text(nameOf(types, tag));
        size_t first = text.find(':'), second = text.rfind(':');
        if (text.rfind("contains:", 0) != 0 || second == first)
            continue;
        int found = btf__find_by_name_kind(types, text.substr(first + 1, second - first - 1).c_str(), BTF_KIND_STRUCT);
        const btf_type *contained = found > 0 ? btf__type_by_id(types, static_cast<uint32_t>(found)) : nullptr;
        for (uint32_t i = 0; contained && i < btf_vlen(contained); ++i)
            if (text.substr(second + 1) == btf__name_by_offset(types, btf_members(contained)[i].name_off)) {
                field.contained = static_cast<uint32_t>(found);
                field.nodeOffset = btf_member_bit_offset(contained, i) / 8;
            }
    }
}

/// `owner` and `member` say where a tag of the field would stand.
void find(const btf *types, uint32_t type, uint32_t offset, uint32_t owner, int member, int depth, ValueFields &fields) {
    uint32_t id = type;
    const btf_type *t = bareType(types, id);
    int64_t size = t ? btf__resolve_size(types, id) : -1;
    if (size <= 0 || depth == 0)
        return;
    if (btf_is_ptr(t)) {
        uint32_t pointee = t->type;
        const btf_type *tag = btf__type_by_id(types, pointee);
        bool kept = false;
        for (; tag && btf_is_type_tag(tag); tag = btf__type_by_id(types, pointee = tag->type))
            kept = kept || nameOf(types, tag) == "kptr" || nameOf(types, tag) == "kptr_untrusted" || nameOf(types, tag) == "percpu_kptr";
        if (kept)
            if (const btf_type *struct_ = bareType(types, pointee))
                fields.push_back({FieldKind::Kept, offset, 8, std::string(nameOf(types, struct_))});
        return;
    }
    if (btf_is_array(t)) {
        const auto *array = btf_array(t);
        int64_t each = btf__resolve_size(types, array->type);
        uint32_t element = array->type;
        const btf_type *of = bareType(types, element);
        if (each > 0 && of && (btf_is_composite(of) || btf_is_ptr(of)))
            for (uint32_t i = 0; i < array->nelems && i < 1024; ++i)
                find(types, array->type, offset + i * static_cast<uint32_t>(each), owner, member, depth - 1, fields);
        return;
    }
    if (!btf_is_struct(t))
        return;
    for (const Row &row : kFields)
        if (row.name == nameOf(types, t)) {
            ValueField field{row.kind, offset, static_cast<uint32_t>(size), {}};
            if (row.kind == FieldKind::RbRoot || row.kind == FieldKind::ListHead)
                findContained(types, owner, member, field);
            fields.push_back(field);
            return;
        }
    for (uint32_t i = 0; i < btf_vlen(t); ++i)
        find(types, btf_members(t)[i].type, offset + btf_member_bit_offset(t, i) / 8, id, static_cast<int>(i), depth - 1, fields);
}

} // namespace

ValueFields findFields(const btf *types, uint32_t type) {
    ValueFields fields;
    find(types, type, 0, 0, -1, 8, fields);
    return fields;
}

void copyPlain(const ValueFields &fields, char *to, const char *from, size_t bytes) {
    size_t at = 0;
    for (const ValueField &field : fields) {
        std::memcpy(to + at, from + at, field.offset - at);
        at = field.offset + field.bytes;
    }
    std::memcpy(to + at, from + at, bytes - at);
}

} // namespace scx::sim
