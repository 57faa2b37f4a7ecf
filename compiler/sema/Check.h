// SPDX-License-Identifier: GPL-2.0-only
// Is the policy one that can run, and what does each name in it mean?
#pragma once

#include "support/Diagnostics.h"
#include "syntax/Ast.h"

namespace scx {

enum class CheckMode : uint8_t {
    Surface, // what people write, modules merged in
    Core,    // what desugaring made, or `--emit=core` printed: compiler names are legal
};

/// What stands for something at hand although no one declared it: the task `p` of rules, keys and slices, the `cpu` of guards and of
/// `cpus(…)`, the `prev` of `place`.
extern const Local implicitTask, implicitCpu, implicitPrev, implicitCgroup;

/// Annotates `program` in place (types, references, constant values) and reports what is wrong. Nothing later runs after an error.
bool check(Program &program, CheckMode mode, Diagnostics &diags);

} // namespace scx
