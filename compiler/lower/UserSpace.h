// SPDX-License-Identifier: GPL-2.0-only
// What does the order of a queue read that stands in user space? Both sides have to number it alike: the kernel's, which tells, and the host's, which reads.
#pragma once

#include "bpf/Tables.h"
#include "syntax/Ast.h"

#include <vector>

namespace scx {

/// What the discipline reads of a task, and the policy's parameters that it reads; each declaration once, in source order.
struct UserReads {
    std::vector<const Expr *> task; // attributes, and fields that the policy keeps
    std::vector<const ParamDecl *> parameters;
    size_t taskIndex(const void *decl) const;
    size_t parameterIndex(const void *decl) const;
};
UserReads userReads(const QueueDecl &q);

/// Bytes of the discipline's state: of a task, or of the queue. A field's place in it; the last field's end without one.
size_t userStateOffset(const DisciplineDecl &d, StateKind kind, const Field *field = nullptr);
/// Whether the field is of the discipline.
bool isUserState(const DisciplineDecl &d, const void *field, StateKind kind);

} // namespace scx
