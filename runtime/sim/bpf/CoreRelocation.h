// SPDX-License-Identifier: GPL-2.0-only
// What does an object's question about a type of the kernel mean in the kernel at hand? (CO-RE; after libbpf's relo_core.c)
#pragma once

#include "sim/bpf/ObjectFile.h"

#include <optional>
#include <string>
#include <string_view>

struct btf;
struct btf_type;

namespace scx::sim {

struct CoreAnswer {
    std::optional<uint64_t> value; // none: the kernel has no such thing and the instruction must not run
    uint32_t bytes = 0;            // of a field whose offset was asked for, if it is of another size than the object says; 0: as it says
    bool isField = false;          // an offset of a field of the kernel's
    std::string what;              // for people, `task_struct.scx.slice`
};

/// `record` of an object whose types are `local`, in a kernel of types `kernel`. Throws std::runtime_error for a record that makes no sense.
CoreAnswer answerCore(const CoreRecord &record, const btf *local, const btf *kernel);

/// Do two prototypes agree, so that one may be called as the other (libbpf's bpf_core_types_are_compat)?
bool typesCompatible(const btf *local, uint32_t localType, const btf *kernel, uint32_t kernelType, int depth = 16);

/// Without const, volatile, typedef and the like; `id` becomes the type's. Null if the types lead nowhere.
const btf_type *skipModifiers(const btf *types, uint32_t &id);
/// A name without what stands behind its last `___`.
std::string_view essentialName(std::string_view name);

} // namespace scx::sim
