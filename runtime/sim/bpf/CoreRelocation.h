// SPDX-License-Identifier: GPL-2.0-only
// What does an object's question about a type of the kernel mean in the kernel at hand? (CO-RE; after libbpf's relo_core.c, whose rules for types stand in object/TypeRules.h)
#pragma once

#include "sim/bpf/ObjectFile.h"

#include <optional>
#include <string>

struct btf;

namespace scx::sim {

struct CoreAnswer {
    std::optional<uint64_t> value; // none: the kernel has no such thing and the instruction must not run
    uint32_t bytes = 0;            // of a field whose offset was asked for, if it is of another size than the object says; 0: as it says
    bool isField = false;          // an offset of a field of the kernel's
    std::string what;              // for people, `task_struct.scx.slice`
};

/// `record` of an object whose types are `local`, in a kernel of types `kernel`. Throws std::runtime_error for a record that makes no sense.
CoreAnswer answerCore(const CoreRecord &record, const btf *local, const btf *kernel);

} // namespace scx::sim
