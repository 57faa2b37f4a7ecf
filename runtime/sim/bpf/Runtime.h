// SPDX-License-Identifier: GPL-2.0-only
// What translated code calls when its own tests do not settle it. All may throw Fault.
#pragma once

#include <cstdint>

namespace scx::sim {

class Execution;

/// An access that the quick test did not pass: done after a precise one. What it is the instruction at `site` says.
/// A load from a struct of the kernel through null gives 0.
uint64_t slowLoad(uint64_t address, uint32_t site);
void slowStore(uint64_t address, uint64_t value, uint32_t site);
[[noreturn]] void endlessLoop(Execution *execution, uint32_t site);
/// A call of Image::missing[index].
[[noreturn]] void missingThing(Execution *execution, uint32_t index, uint32_t site);
void tellCall(Execution *execution, const char *function, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t result, uint32_t site);

} // namespace scx::sim
