// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "syntax/Ast.h"

#include <set>

namespace scx {

using Zeros = std::set<const Local *>;

/// What the checked block may not do a second time while these are zero: statements of it, and of the functions it calls. What is left of it then changes nothing,
/// whatever else it reads. Too much may be named, nothing is left out; a block that cannot be taken apart is named whole.
std::set<const Stmt *> toRunOnce(const Block &block, const Zeros &zeros);

} // namespace scx
