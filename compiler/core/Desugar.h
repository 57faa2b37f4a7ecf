// SPDX-License-Identifier: GPL-2.0-only
// What is a policy in terms of the core (docs/internals/core.md)?
#pragma once

#include "support/Diagnostics.h"
#include "syntax/Ast.h"

#include <memory>

namespace scx {

/// `surface`: a program that passed `check`, its modules merged in. The result has only forms of the core, carries the spans of
/// the constructs it came from, and has to be checked again (CheckMode::Core). Null after an error.
std::unique_ptr<Program> desugar(const Program &surface, SourceManager &sources, Diagnostics &diags);

} // namespace scx
