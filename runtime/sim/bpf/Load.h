// SPDX-License-Identifier: GPL-2.0-only
// The steps from an object file to programs that can be translated, in the order in which Object takes them.
#pragma once

#include "object/Object.h"
#include "sim/bpf/Execution.h"
#include "sim/bpf/Map.h"
#include "sim/bpf/ObjectFile.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace scx::sim {

struct Loading {
    Execution &execution;
    const ObjectFile &file;
    const ObjectOptions &options;
    std::optional<ObjectInfo> info;                         // what our own compiler says of its objects
    std::vector<char *> memory;                             // of each section of variables, null for the others
    std::map<uint64_t, Map *> maps;                         // by their place in .maps
    std::map<std::pair<int, uint64_t>, uint32_t> functions; // by section and first instruction

    Image &image() const { return execution.image; }
    const btf *types() const { return file.types.get(); }
    /// The function that a symbol and an addend in bytes mean; throws if there is none.
    uint32_t functionAt(int section, uint64_t bytes) const;
};

/// Lays out the variables, and sets those that the options, and what loaders are used to do, give a value.
void loadData(Loading &loading);
/// Makes the maps.
void loadMaps(Loading &loading);
/// Takes the instructions, and finds all that they refer to.
void loadCode(Loading &loading);
/// Which functions are callbacks, and the rest of sched_ext_ops.
void loadOps(Loading &loading);

} // namespace scx::sim
