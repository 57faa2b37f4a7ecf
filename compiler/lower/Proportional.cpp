// SPDX-License-Identifier: GPL-2.0-only
// Does a block do nothing where some of its values are zero? So it is with most of what a task's run is charged to: each sum grows in proportion to it.
#include "lower/Proportional.h"
#include "syntax/Visit.h"

#include <algorithm>

namespace scx {
namespace {

/// Zero where these are. A quotient by zero is zero as well, and so is its rest.
bool zero(const Expr &e, const Zeros &zeros) {
    if (e.kind == ExprKind::Number)
        return e.value == 0;
    if (e.kind == ExprKind::Name)
        return e.ref.kind == RefKind::Local && zeros.contains(static_cast<const Local *>(e.ref.decl));
    if (e.kind != ExprKind::Binary)
        return false;
    bool left = zero(*e.args[0], zeros), right = zero(*e.args[1], zeros);
    switch (e.op) {
    case Op::Mul: return left || right;
    case Op::Div:
    case Op::Rem: return left;
    case Op::Add:
    case Op::Sub: return left && right;
    default: return false;
    }
}

/// Only read, so that it does not matter how often.
bool pure(const Expr &e) {
    return !anyExpr(e, [](const Expr &part) { return part.kind == ExprKind::Call; });
}

} // namespace

bool doesNothing(const Block &block, const Zeros &zeros) {
    return std::all_of(block.begin(), block.end(), [&](const StmtPtr &s) {
        switch (s->kind) {
        case StmtKind::Assign:
            return s->assign != AssignKind::Set && s->target->ref.kind != RefKind::Attribute && pure(*s->target) && pure(*s->value) && zero(*s->value, zeros);
        case StmtKind::If: return !s->local && pure(*s->value) && doesNothing(s->body, zeros) && doesNothing(s->orElse, zeros);
        case StmtKind::Block: return doesNothing(s->body, zeros);
        case StmtKind::Call: {
            const Expr &call = *s->value, &callee = call.args.empty() ? call : *call.args[0];
            if (call.kind != ExprKind::Call || callee.ref.kind != RefKind::Function ||
                std::any_of(call.argNames.begin(), call.argNames.end(), [](const std::string &name) { return !name.empty(); }))
                return false;
            auto &fn = *static_cast<const FnDecl *>(callee.ref.decl);
            Zeros inside;
            for (size_t i = 1; i < call.args.size(); ++i) {
                if (!pure(*call.args[i]))
                    return false;
                if (zero(*call.args[i], zeros))
                    inside.insert(&fn.parameters[i - 1]->local);
            }
            return doesNothing(fn.body, inside);
        }
        default: return false;
        }
    });
}

} // namespace scx
