// SPDX-License-Identifier: GPL-2.0-only
// What do we need to know of the kernel's structs and kfuncs? Only names and rough types: CO-RE finds the offsets at load.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace scx {

/// A field of a local view. Codes: b u8/bool, h u16, i s32, u u32, l s64, L u64, c char, e enum, p pointer to `of`, s embedded struct `of`.
struct KernelField {
    std::string_view name;
    char code;
    std::string_view of = "";
    uint32_t count = 0; // array length, 0: no array
};

struct KernelStruct {
    std::string_view name;
    std::span<const KernelField> fields;
};
const KernelStruct *findKernelStruct(std::string_view name);

/// A kernel function: `signature` is the result's code, then the parameters' codes.
/// Codes: v void, b bool, i s32, u u32, l s64, L u64, and pointers: t task_struct, k cpumask, K const cpumask, q bpf_iter_scx_dsq,
/// n bpf_iter_num, C char, P u64, B bool, I int, V void, g cgroup.
struct KfuncRow {
    std::string_view name;
    std::string_view signature;
};
const KfuncRow *findKfunc(std::string_view name);

} // namespace scx
