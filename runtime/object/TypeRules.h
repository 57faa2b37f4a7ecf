// SPDX-License-Identifier: GPL-2.0-only
// When is a type of an object one of a kernel's? By the rules of CO-RE, which libbpf follows when it loads (tools/lib/bpf/relo_core.c): names count, not places.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

struct btf;
struct btf_type;

namespace scx {

/// The name without what stands behind its last `___`: variants of one thing have the same essential name.
std::string_view essentialName(std::string_view name);

/// A name in the BTF, as it stands there: of an object it may be anything. Empty: there is none.
std::string_view nameAt(const btf *types, uint32_t offset);

/// The type itself, without const, volatile, typedef and tags, and `id` becomes its number; null: there is none.
const btf_type *bareType(const btf *types, uint32_t &id);

/// Both are of one kind; enums of 32 and of 64 bits count as one.
bool sameKind(const btf_type *a, const btf_type *b);

/// Of functions, variables and whole types (__bpf_core_types_are_compat): structs are equal whatever is in them.
bool typesCompatible(const btf *object, uint32_t local, const btf *kernel, uint32_t theirs);

/// Of members (bpf_core_fields_are_compat): what a pointer points to does not count.
bool fieldsCompatible(const btf *object, uint32_t local, const btf *kernel, uint32_t theirs);

struct Enumerator {
    std::string_view name;
    uint64_t value; // as bpf_core_calc_enumval_relo has it: one of 32 bits with its sign
};
/// None if the type is null or no enum.
std::vector<Enumerator> enumeratorsOf(const btf *types, const btf_type *type);

} // namespace scx
