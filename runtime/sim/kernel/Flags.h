// SPDX-License-Identifier: GPL-2.0-only
// Bits that are the same in every kernel with sched_ext: kernel/sched/sched.h, kernel/sched/ext.c, include/linux/sched/ext.h.
#pragma once

#include <cstdint>

namespace scx::sim {

constexpr uint64_t kEnqWakeup = 1, kEnqRestore = 2, kEnqMove = 4, kEnqNoclock = 8, kEnqMigrated = 0x40, kEnqInitial = 0x80;
constexpr uint64_t kDeqSleep = 1, kDeqSave = 2, kDeqMove = 4, kDeqNoclock = 8, kDeqSpecial = 0x10;
constexpr uint64_t kEnqPreempt = 1ull << 32, kEnqReenq = 1ull << 40, kEnqLast = 1ull << 41;
constexpr uint64_t kEnqInternal = 0xffull << 56, kEnqClearOpss = 1ull << 56, kEnqDsqPriq = 1ull << 57;
constexpr uint64_t kDeqCoreSchedExec = 1ull << 32;

constexpr uint64_t kWakeFork = 4, kWakeTtwu = 8, kWakeSync = 16, kWakeMigrated = 0x20, kWakeRqSelected = 0x80;
constexpr uint64_t kKickIdle = 1, kKickPreempt = 2, kKickWait = 4;
constexpr uint64_t kPickIdleCore = 1, kPickIdleInNode = 2;

constexpr uint64_t kOpsKeepBuiltinIdle = 1, kOpsEnqLast = 2, kOpsEnqExiting = 4, kOpsSwitchPartial = 8;
constexpr uint64_t kSliceDfl = 20'000'000, kSliceInf = ~0ull, kDsqInvalid = 1ull << 63, kDsqBuiltin = 1ull << 63;

constexpr int kOnRqQueued = 1, kOnRqMigrating = 2;
constexpr uint32_t kRqOnline = 1, kRqCanStopTick = 2, kRqBalKeep = 8, kRqBypassing = 16;
constexpr uint32_t kTaskQueued = 1, kTaskResetRunnableAt = 4, kTaskDeqdForSleep = 8, kTaskStateShift = 8, kTaskStateMask = 3 << 8;
constexpr uint32_t kPfExiting = 4, kPfNoSetaffinity = 0x04000000, kPfKthread = 0x00200000;

constexpr int kExitDone = 1, kExitUnreg = 64, kExitUnregBpf = 65, kExitUnregKern = 66, kExitError = 1024, kExitErrorBpf = 1025, kExitErrorStall = 1026;
constexpr int64_t kEcodeHotplug = 1ll << 32, kEcodeRestart = 1ll << 48;

constexpr int kPreemptRealTime = 0, kPreemptStop = 2; // enum scx_cpu_preempt_reason
constexpr int kSchedNormal = 0, kSchedFifo = 1, kSchedRr = 2, kSchedBatch = 3, kSchedIdle = 5, kSchedExt = 7;

} // namespace scx::sim
