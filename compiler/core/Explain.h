// SPDX-License-Identifier: GPL-2.0-only
// Which conditions is a rule made of, and what does each look at? The core reports both by number, and the metadata has their texts.
#pragma once

#include "syntax/Ast.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace scx {

/// Numbers of what is told about the whole task; those of conditions and of what they look at come after.
enum Report : int { kReportRule, kReportSlice, kFirstReport };

/// Something a condition reads that is no constant.
struct Look {
    const Expr *value;
    int number; // -1: a text, which is nobody's number
};

/// A condition that is not made of others by `and`, `or` and names of rules.
struct Condition {
    const Expr *condition;
    const RulesDecl *of; // the innermost named rules it stands in; null: none
    int number;
    std::vector<Look> looks;
};

/// In ns, -1 for `forever`, of the value of an option `slice` (null: nobody says); nothing if it may differ from task to task, or while the policy runs.
std::optional<int64_t> fixedSlice(const Expr *slice);

/// Of each rule of `match`, in order; none of an `else`.
std::vector<std::vector<Condition>> conditionsOf(const Program &surface);

} // namespace scx
