// SPDX-License-Identifier: GPL-2.0-only
// Where do the names of `use` come from?
#pragma once

#include "support/Diagnostics.h"
#include "syntax/Ast.h"

namespace scx {

/// Merges the prelude and every module the policy uses (and those they use) into `program`. `use NAME` is the standard library,
/// `use ./path` a file beside the using one. `program.files` tells afterwards which file is which module.
/// Returns the local module files that were read, for `-MD`.
std::vector<std::string> loadModules(Program &program, SourceManager &sources, Diagnostics &diags);

} // namespace scx
