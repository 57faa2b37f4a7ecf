// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "syntax/Ast.h"

#include <set>

namespace scx {

using Zeros = std::set<const Local *>;

struct RunsOnce {
    bool all = false;                  // the block as a whole
    std::set<const Stmt *> statements; // else these, each alone: of the block, and of the functions it calls
    bool nothing() const { return !all && statements.empty(); }
};

/// What the checked block may not do a second time while these are zero. What is left of it then changes nothing, whatever else it reads. Too much may be named, nothing
/// is left out.
RunsOnce toRunOnce(const Block &block, const Zeros &zeros);

} // namespace scx
