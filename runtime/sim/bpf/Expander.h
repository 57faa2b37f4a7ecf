// SPDX-License-Identifier: GPL-2.0-only
// What do the placeholders of translated code become? Accesses whose place is known need no test, the others get one.
#pragma once

#include <llvm/IR/Module.h>

namespace scx::sim {

class Execution;

/// Loads of variables that no longer change become numbers, so that what they switch off goes away.
void foldConstants(const Execution &execution, llvm::Module &module);
/// Replaces all placeholders. Throws std::runtime_error if a program can come to something that the simulator lacks.
void expand(const Execution &execution, llvm::Module &module);

} // namespace scx::sim
