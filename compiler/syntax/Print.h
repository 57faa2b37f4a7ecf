// SPDX-License-Identifier: GPL-2.0-only
// How does a tree read as source, and how does it look as a tree?
#pragma once

#include "syntax/Ast.h"

#include <string>

namespace scx {

/// Legal source: parsing it gives the same tree (spans apart). `--emit=core` prints this.
std::string printSource(const Program &program);
std::string printExpr(const Expr &expr);
/// The tree itself, a node a line, for `--emit=ast`.
std::string printTree(const Program &program);

} // namespace scx
