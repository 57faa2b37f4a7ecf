// SPDX-License-Identifier: GPL-2.0-only
// Which parameter does an argument belong to?
#pragma once

#include "syntax/Ast.h"

namespace scx {

/// For each argument of a call or of a discipline the index of its parameter: one with a name has its parameter's, those without fill, in
/// order, the parameters that are not named. -1: there is none.
std::vector<int> parametersOf(const std::vector<std::unique_ptr<FnDecl::Parameter>> &parameters, const std::vector<std::string> &argumentNames);

/// How many there may be: `2`, or `1 to 2`.
std::string countText(size_t least, size_t most);

} // namespace scx
