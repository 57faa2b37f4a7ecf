// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "syntax/Ast.h"

#include <set>

namespace scx {

using Zeros = std::set<const Local *>;

/// Whether the checked block changes nothing while these are zero, whatever else it reads. A no may be wrong, a yes is not.
bool doesNothing(const Block &block, const Zeros &zeros);

} // namespace scx
