// SPDX-License-Identifier: GPL-2.0-only
// Is there an expression of some kind in a tree? Every part of a program that holds expressions is walked, in source order.
#pragma once

#include "syntax/Ast.h"

#include <functional>

namespace scx {

using ExprTest = std::function<bool(const Expr &)>;

/// True as soon as an expression passes the test; calls are not followed into functions.
bool anyExpr(const Expr &e, const ExprTest &test);
bool anyExpr(const Block &block, const ExprTest &test);
bool anyExpr(const Program &program, const ExprTest &test);

} // namespace scx
