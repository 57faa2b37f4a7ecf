// SPDX-License-Identifier: GPL-2.0-only
#include "object/TypeRules.h"

#include <bpf/btf.h>

namespace scx {
namespace {

constexpr int kDeepest = 32; // as libbpf; types that refer to each other in a ring end here

bool typesCompatible(const btf *object, uint32_t local, const btf *kernel, uint32_t theirs, int depth) {
    const btf_type *a = bareType(object, local), *b = bareType(kernel, theirs);
    if (!a || !b || depth < 0 || !sameKind(a, b))
        return false;
    switch (btf_kind(a)) {
    case BTF_KIND_UNKN:
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
    case BTF_KIND_ENUM:
    case BTF_KIND_FWD:
    case BTF_KIND_ENUM64: return true;
    case BTF_KIND_INT: return btf_int_offset(a) == 0 && btf_int_offset(b) == 0;
    case BTF_KIND_PTR: return typesCompatible(object, a->type, kernel, b->type, depth - 1);
    case BTF_KIND_ARRAY: return typesCompatible(object, btf_array(a)->type, kernel, btf_array(b)->type, depth - 1);
    case BTF_KIND_FUNC_PROTO:
        if (btf_vlen(a) != btf_vlen(b))
            return false;
        for (int i = 0; i < btf_vlen(a); ++i)
            if (!typesCompatible(object, btf_params(a)[i].type, kernel, btf_params(b)[i].type, depth - 1))
                return false;
        return typesCompatible(object, a->type, kernel, b->type, depth - 1);
    default: return false;
    }
}

bool fieldsCompatible(const btf *object, uint32_t local, const btf *kernel, uint32_t theirs, int depth) {
    const btf_type *a = bareType(object, local), *b = bareType(kernel, theirs);
    if (!a || !b || depth < 0)
        return false;
    if (btf_is_composite(a) && btf_is_composite(b))
        return true;
    if (!sameKind(a, b))
        return false;
    switch (btf_kind(a)) {
    case BTF_KIND_PTR:
    case BTF_KIND_FLOAT: return true;
    case BTF_KIND_FWD:
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64: {
        std::string_view ours = essentialName(nameAt(object, a->name_off)), its = essentialName(nameAt(kernel, b->name_off));
        return ours.empty() || its.empty() || ours == its;
    }
    case BTF_KIND_INT: return btf_int_offset(a) == 0 && btf_int_offset(b) == 0;
    case BTF_KIND_ARRAY: return fieldsCompatible(object, btf_array(a)->type, kernel, btf_array(b)->type, depth - 1);
    default: return false;
    }
}

} // namespace

std::string_view essentialName(std::string_view name) {
    for (size_t i = name.size(); i-- > 1;) // three underscores, neither more nor at an end
        if (name.substr(i, 3) == "___" && name[i - 1] != '_' && i + 3 < name.size() && name[i + 3] != '_')
            return name.substr(0, i);
    return name;
}

std::string_view nameAt(const btf *types, uint32_t offset) {
    const char *name = btf__name_by_offset(types, offset);
    return name ? name : "";
}

const btf_type *bareType(const btf *types, uint32_t &id) {
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

bool typesCompatible(const btf *object, uint32_t local, const btf *kernel, uint32_t theirs) { return typesCompatible(object, local, kernel, theirs, kDeepest); }

bool fieldsCompatible(const btf *object, uint32_t local, const btf *kernel, uint32_t theirs) {
    return fieldsCompatible(object, local, kernel, theirs, kDeepest);
}

std::vector<Enumerator> enumeratorsOf(const btf *types, const btf_type *type) {
    std::vector<Enumerator> all;
    for (int i = 0; type && btf_is_any_enum(type) && i < btf_vlen(type); ++i)
        if (btf_is_enum(type))
            all.push_back({nameAt(types, btf_enum(type)[i].name_off), static_cast<uint64_t>(int64_t{btf_enum(type)[i].val})});
        else
            all.push_back({nameAt(types, btf_enum64(type)[i].name_off), btf_enum64_value(&btf_enum64(type)[i])});
    return all;
}

} // namespace scx
