// SPDX-License-Identifier: GPL-2.0-only
// How does the kernel make text of a format and numbers that a program gives (bpf_bprintf_prepare and bstr_printf)?
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace scx::sim {

class Execution;

/// Knows what the kernel knows: %d %i %u %x %X %c %s %p and %%, with l, ll, width and the flags "0+- ". None where the kernel answers -EINVAL:
/// another conversion, or more of them than arguments. Texts of %s are read from the program's memory; an address that cannot be read gives "".
std::optional<std::string> formatText(const Execution &execution, std::string_view format, std::span<const uint64_t> arguments);

/// The form in which programs give both (scx_bpf_error_bstr and the like): the addresses of a text and of `bytes` bytes of numbers of 64 bits.
/// Faults where they cannot be read, none as above.
std::optional<std::string> formatGiven(const Execution &execution, uint64_t format, uint64_t arguments, uint64_t bytes);

} // namespace scx::sim
