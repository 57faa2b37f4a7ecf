// SPDX-License-Identifier: GPL-2.0-only
// How does the `sched_ext_ops` of an object fit the running kernel, whose members and flag values are its own?
#pragma once

#include "object/Object.h"

struct bpf_map;
struct btf;

namespace scx {

/// Changes the ops struct before load: members the running kernel lacks become zero (libbpf takes them so, and leaves their programs out), the flags of
/// the description are set by name where the kernel has them, `hotplug_seq` is the one of now, `exit_dump_len` is `dumpLength` unless that is 0.
/// Throws std::runtime_error with one line.
void settleOps(bpf_map *ops, const btf *types, const ObjectInfo &info, uint32_t dumpLength);

} // namespace scx
