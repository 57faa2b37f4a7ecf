// SPDX-License-Identifier: GPL-2.0-only
// How does the core become an LLVM module?
#pragma once

#include "bpf/Module.h"
#include "syntax/Ast.h"

namespace scx {

/// Fills `module` with programs, maps, variables and metadata of a checked core program. User functions are written in place at each call:
/// recursion is forbidden, and the verifier likes one function a program best. `surface` gives the metadata its texts.
void lower(const Program &core, const Program &surface, const SourceManager &sources, Module &module, Diagnostics &diags);

} // namespace scx
