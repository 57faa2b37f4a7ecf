// SPDX-License-Identifier: GPL-2.0-only
// Deep copies of trees, optionally with replacements.
#include "syntax/Clone.h"

namespace scx {

ExprPtr clone(const Expr &expr, const Replace &replace) {
    if (replace)
        if (ExprPtr replacement = replace(expr))
            return replacement;
    auto made = std::make_unique<Expr>();
    made->kind = expr.kind;
    made->span = expr.span;
    made->name = expr.name;
    made->value = expr.value;
    made->unit = expr.unit;
    made->op = expr.op;
    made->argNames = expr.argNames;
    for (const ExprPtr &arg : expr.args)
        made->args.push_back(clone(*arg, replace));
    return made;
}

StmtPtr clone(const Stmt &stmt, const Replace &replace) {
    auto made = std::make_unique<Stmt>();
    made->kind = stmt.kind;
    made->span = stmt.span;
    if (stmt.local)
        made->local = std::make_unique<Local>(Local{stmt.local->name, stmt.local->span, {}, stmt.local->assignable});
    if (stmt.target)
        made->target = clone(*stmt.target, replace);
    if (stmt.value)
        made->value = clone(*stmt.value, replace);
    made->typeName = stmt.typeName;
    made->typeSpan = stmt.typeSpan;
    made->assign = stmt.assign;
    made->body = clone(stmt.body, replace);
    made->orElse = clone(stmt.orElse, replace);
    return made;
}

Block clone(const Block &block, const Replace &replace) {
    Block made;
    for (const StmtPtr &stmt : block)
        made.push_back(clone(*stmt, replace));
    return made;
}

} // namespace scx
