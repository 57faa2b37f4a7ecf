// SPDX-License-Identifier: GPL-2.0-only
// Tests of what the loader knows (a parameter, statistics that are off, whether the kernel has a function) are decided before the kernel sees a program.
#pragma once

#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace scx {

/// The value that a program will read from this map at this offset, in so many bytes, if it cannot change.
using ReadOnly = std::function<std::optional<uint64_t>(int map, uint32_t offset, unsigned bytes)>;

/// The verifier leaves out what such a test rules out, but neither the test's operands nor what loads them. Here the test is put so that it needs none,
/// a load of what is known becomes the number, and what only these needed becomes a jump to the next instruction, which the verifier removes. Positions stay as they are,
/// but for the jump or exit before what is ruled out, which moves behind it. A program that is not well formed stays as it is: the verifier will say why.
void foldKnown(bpf_insn *program, size_t count, const ReadOnly &readOnly);

/// Which instructions can be reached, by what is known in the same way; each function in it is taken to be called. Of a program that no verifier would
/// look at twice (a register or a jump target that there is not) none. A relocation that failed is no harm where nothing comes.
std::vector<bool> reached(const bpf_insn *program, size_t count, const ReadOnly &readOnly);

/// The scheduler programs of objects that are opened after this are folded as they are loaded.
void foldOnLoad();

} // namespace scx
