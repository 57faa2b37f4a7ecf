// SPDX-License-Identifier: GPL-2.0-only
// What does `-D name=value` change?
#pragma once

#include "support/Diagnostics.h"
#include "syntax/Ast.h"

#include <utility>
#include <vector>

namespace scx {

/// Puts the values in place of the parameters' defaults; the checks then treat them like any default. Each value is a source text of its
/// own, so that what is said about it points at it.
void applyDefines(Program &program, const std::vector<std::pair<std::string, std::string>> &defines, SourceManager &sources, Diagnostics &diags);

} // namespace scx
