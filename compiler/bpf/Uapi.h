// SPDX-License-Identifier: GPL-2.0-only
// Which numbers of the kernel do programs hold, or keep to? Those that never change: include/uapi/linux/bpf.h, flags of tasks and of sched_ext, bounds of BPF.
#pragma once

#include <cstdint>

namespace scx {

/// enum bpf_func_id, for `Module::helper`.
namespace helper {
enum : int {
    MapLookup = 1,
    MapUpdate = 2,
    MapDelete = 3,
    KtimeNs = 5,
    Random = 7,  // get_prandom_u32
    ThisCpu = 8, // get_smp_processor_id
    CurrentTask = 35,
    MapPush = 87,
    MapPop = 88,
    ReadKernel = 113,     // probe_read_kernel
    ReadKernelText = 115, // probe_read_kernel_str
    SeqWrite = 127,
    RingOutput = 130,
    RingReserve = 131,
    RingSubmit = 132,
    PerCpu = 153,             // per_cpu_ptr
    TaskStorage = 156,        // task_storage_get
    CurrentTrustedTask = 158, // get_current_task_btf
    TimerInit = 169,
    TimerSetCallback = 170,
    TimerStart = 171,
    Print = 177, // trace_vprintk
    DynptrRead = 201,
    UserRingDrain = 209,
};
} // namespace helper

/// enum bpf_map_type, for `Module::map`.
namespace mapType {
enum : int { Hash = 1, Array = 2, LruHash = 9, Queue = 22, Ring = 27, TaskStorage = 29, UserRing = 31 };
} // namespace mapType

inline constexpr int kNoPrealloc = 1;                       // BPF_F_NO_PREALLOC
inline constexpr int kNoWakeup = 1, kForceWakeup = 2;       // BPF_RB_…
inline constexpr int kKickIdle = 1, kKickPreempt = 2;       // SCX_KICK_…
inline constexpr unsigned kCallFrames = 8, kArguments = 5;  // MAX_CALL_FRAMES of the verifier; registers that a function of BPF is given
inline constexpr int kPfExiting = 4, kPfKthread = 0x200000; // PF_…
inline constexpr int64_t kDefaultSlice = 20'000'000;        // SCX_SLICE_DFL, ns

} // namespace scx
