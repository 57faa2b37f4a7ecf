// SPDX-License-Identifier: GPL-2.0-only
// How does text become a tree?
#pragma once

#include "support/Diagnostics.h"
#include "syntax/Ast.h"

namespace scx {

/// Parses one file. Always returns a tree of what could be read; errors are in `diags`, and then the tree is only good for
/// further diagnostics. Any bytes are fine as input.
std::unique_ptr<Program> parse(FileId file, const SourceManager &sources, Diagnostics &diags);

} // namespace scx
