// SPDX-License-Identifier: GPL-2.0-only
// How does the `sched_ext_ops` of an object fit the running kernel, whose members and flag values are its own?
#pragma once

#include "object/Object.h"

struct bpf_map;
struct bpf_object;

namespace scx {

/// Changes the ops struct before load: members the running kernel lacks become zero (libbpf takes them so, and leaves their programs out), those that not
/// every kernel has are filled in where this one has them, the flags of the description are set by name likewise, `hotplug_seq` is the one of now,
/// `exit_dump_len` is `dumpLength` unless that is 0. Gives a line for each hook that will not run. Throws std::runtime_error with one line.
std::vector<std::string> settleOps(bpf_object *object, bpf_map *ops, const ObjectInfo &info, uint32_t dumpLength);

} // namespace scx
