// SPDX-License-Identifier: GPL-2.0-only
// How is a tree copied, with some of its expressions replaced?
#pragma once

#include "syntax/Ast.h"

#include <functional>

namespace scx {

/// Returns what stands in the copy in place of the expression, or null to copy it as it is. Sees sema's annotations of the original;
/// the copy has none.
using Replace = std::function<ExprPtr(const Expr &)>;

ExprPtr clone(const Expr &expr, const Replace &replace = {});
StmtPtr clone(const Stmt &stmt, const Replace &replace = {});
Block clone(const Block &block, const Replace &replace = {});

} // namespace scx
