// SPDX-License-Identifier: GPL-2.0-only
// What did the user ask scxc to do?
#pragma once

#include "support/Diagnostics.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scx {

/// After which stage the compile stops, and what is written then.
enum class Emit : uint8_t {
    Ast,    // the tree, a node a line
    Source, // the policy as the printer writes it
    Core,   // the desugared policy, legal source
    Ir,     // LLVM IR as lowered
    IrOpt,  // LLVM IR as the back end gets it
    Asm,
    Btf, // the object's debug types
    Obj,
};

struct CommandLine {
    std::string input;  // "-": standard input
    std::string output; // "-": standard output
    Emit emit = Emit::Obj;
    DiagnosticFormat diagnostics = DiagnosticFormat::Text;
    bool optimise = true;
    bool inputIsCore = false;
    bool warningsAreErrors = false;
    bool verifyIr = false;                                    // LLVM checks the module before and after the passes
    std::string dependencyFile;                               // empty: none
    std::vector<std::pair<std::string, std::string>> defines; // -D name=value
};

/// Fills `into`. A result means that the program is to end now with that code: after --help, --version, --explain, or a mistake that was
/// reported (2).
std::optional<int> readCommandLine(int argc, char **argv, CommandLine &into);

} // namespace scx
