// SPDX-License-Identifier: GPL-2.0-only
// What functions of the host need to look at what a program gave them. While no program runs nothing is checked: then the host gave it.
#pragma once

#include "sim/bpf/Arena.h"
#include "sim/bpf/Object.h"

#include <optional>
#include <string>

namespace scx::sim {

/// Ends the simulation with a Fault at the place of the call.
[[noreturn]] void fault(const std::string &what);
/// The address as a pointer, if a program may touch these bytes so; else a Fault, in which `what` names it (`the mask`).
void *checkedMemory(uint64_t address, size_t bytes, Access access, const char *what);
template <typename T> T *checkedPointer(uint64_t address, const char *what, Access access = Access::Read) {
    return static_cast<T *>(checkedMemory(address, sizeof(T), access, what));
}
/// A text that ends with a zero within `most` bytes.
std::string checkedText(uint64_t address, size_t most, const char *what);
/// A format and numbers as scx_bpf_error_bstr gets them, as text; none where the kernel answers -EINVAL (Format.h).
std::optional<std::string> checkedFormat(uint64_t format, uint64_t arguments, uint64_t bytes);
/// `file:line` of the call that runs, empty if none does.
std::string runningPlace();

} // namespace scx::sim
