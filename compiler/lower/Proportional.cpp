// SPDX-License-Identifier: GPL-2.0-only
// What of a block does something even where some of its values are zero? Most of what a task's run is charged to does not: each sum grows in proportion to it.
#include "lower/Proportional.h"
#include "syntax/Visit.h"

#include <algorithm>
#include <map>

namespace scx {
namespace {

bool isLocal(const Expr &e) { return e.kind == ExprKind::Name && e.ref.kind == RefKind::Local; }

/// Zero where these are. A quotient by zero is zero as well, and so is its rest.
bool zero(const Expr &e, const Zeros &zeros) {
    if (e.kind == ExprKind::Number)
        return e.value == 0;
    if (isLocal(e))
        return zeros.contains(static_cast<const Local *>(e.ref.decl));
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

/// What is known of the values of a block's names.
struct Known {
    Zeros zeros;
    std::map<const Local *, const Expr *> held; // by each the state that it was set to, which still has that value
};

/// The same field of the same task or CPU, or the same global.
bool sameState(const Expr &a, const Expr &b) {
    if (a.ref.kind != b.ref.kind || a.ref.decl != b.ref.decl || a.kind != b.kind)
        return false;
    if (a.kind == ExprKind::Name)
        return a.ref.kind == RefKind::Global;
    return a.kind == ExprKind::Member && (a.ref.kind == RefKind::TaskField || a.ref.kind == RefKind::CpuField) && isLocal(*a.args[0]) && isLocal(*b.args[0]) &&
           a.args[0]->ref.decl == b.args[0]->ref.decl;
}

/// What the statement may change is not what it was.
void forget(Known &known, const Stmt &s) {
    if (s.kind == StmtKind::Call)
        known.held.clear();
    else if (s.kind == StmtKind::Assign)
        std::erase_if(known.held, [&](const auto &held) { return held.second->ref.decl == s.target->ref.decl; });
    for (const Block *inner : {&s.body, &s.orElse})
        for (const StmtPtr &each : *inner)
            forget(known, *each);
}

/// Does the assignment leave its target as it is? `x += zero` does, and `x = x + zero`.
bool addsZero(const Stmt &s, const Known &known) {
    if (s.assign != AssignKind::Set)
        return zero(*s.value, known.zeros);
    const Expr &sum = *s.value;
    if (sum.kind != ExprKind::Binary || (sum.op != Op::Add && sum.op != Op::Sub) || !zero(*sum.args[1], known.zeros))
        return false;
    auto held = isLocal(*sum.args[0]) ? known.held.find(static_cast<const Local *>(sum.args[0]->ref.decl)) : known.held.end();
    return sameState(held == known.held.end() ? *sum.args[0] : *held->second, *s.target);
}

/// Names what the block may not do again; false: it cannot be taken apart, since what is left would go on with other values, or another number of times.
bool part(const Block &block, Known known, std::set<const Stmt *> &once);

/// Does the call need no naming? So it is where what the function does can be taken apart.
bool partCall(const Expr &call, const Zeros &zeros, std::set<const Stmt *> &once) {
    const Expr &callee = call.args.empty() ? call : *call.args[0];
    if (call.kind != ExprKind::Call || callee.ref.kind != RefKind::Function ||
        std::any_of(call.argNames.begin(), call.argNames.end(), [](const std::string &name) { return !name.empty(); }) ||
        !std::all_of(call.args.begin() + 1, call.args.end(), [](const ExprPtr &argument) { return pure(*argument); }))
        return false;
    auto &fn = *static_cast<const FnDecl *>(callee.ref.decl);
    Known inside;
    for (size_t i = 1; i < call.args.size(); ++i)
        if (zero(*call.args[i], zeros))
            inside.zeros.insert(&fn.parameters[i - 1]->local);
    std::set<const Stmt *> found;
    if (!part(fn.body, inside, found))
        return false;
    once.merge(found);
    return true;
}

bool part(const Block &block, Known known, std::set<const Stmt *> &once) {
    auto partStatement = [&](const Stmt &s) {
        switch (s.kind) {
        case StmtKind::Let:
            if (zero(*s.value, known.zeros))
                known.zeros.insert(s.local.get());
            known.held[s.local.get()] = s.value.get();
            return pure(*s.value);
        case StmtKind::Var: return pure(*s.value);
        case StmtKind::Return: return !s.value || pure(*s.value);
        case StmtKind::If: return !s.local && pure(*s.value) && part(s.body, known, once) && part(s.orElse, known, once);
        case StmtKind::Block: return part(s.body, known, once);
        case StmtKind::Assign:
            if (s.target->ref.kind == RefKind::Local)
                return pure(*s.value);
            if (s.target->ref.kind == RefKind::Attribute || !pure(*s.target) || !pure(*s.value) || !addsZero(s, known))
                once.insert(&s);
            return true;
        case StmtKind::Call:
            if (!partCall(*s.value, known.zeros, once))
                once.insert(&s);
            return true;
        case StmtKind::Log:
        case StmtKind::Assert: once.insert(&s); return true;
        default: return false;
        }
    };
    return std::all_of(block.begin(), block.end(), [&](const StmtPtr &s) {
        bool parted = partStatement(*s);
        forget(known, *s);
        return parted;
    });
}

} // namespace

std::set<const Stmt *> toRunOnce(const Block &block, const Zeros &zeros) {
    std::set<const Stmt *> once;
    if (!part(block, {zeros, {}}, once)) {
        once.clear();
        for (const StmtPtr &s : block)
            once.insert(s.get());
    }
    return once;
}

} // namespace scx
