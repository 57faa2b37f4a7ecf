// SPDX-License-Identifier: GPL-2.0-only
// How does a tree read as source, and how does it look as a tree?
#pragma once

#include "syntax/Ast.h"

#include <string>

namespace scx {

/// Legal source: parsing it gives the same tree (spans apart). `--emit=core` prints this.
std::string printSource(const Program &program);
std::string printExpr(const Expr &expr);
/// For where the grammar wants a `sum`: in brackets if it binds more loosely.
std::string printSum(const Expr &expr);
/// The statements of a block, one a line at `depth`, with the place each line came from.
struct PrintedLine {
    std::string text;
    Span origin;
};
std::vector<PrintedLine> printBlock(const Block &block, int depth);
std::string printOptions(const Options &options);
/// The tree itself, a node a line, for `--emit=ast`.
std::string printTree(const Program &program, const SourceManager &sources);

} // namespace scx
