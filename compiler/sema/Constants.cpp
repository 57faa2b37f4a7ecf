// SPDX-License-Identifier: GPL-2.0-only
// What is the value of a constant expression? Same arithmetic as at run time: wraps, x / 0 is 0, x % 0 is x.
#include "sema/Checker.h"

namespace scx {

std::optional<int64_t> Checker::evaluate(const Expr &e) {
    auto wrap = [](unsigned __int128 x) { return static_cast<int64_t>(static_cast<uint64_t>(x)); };
    switch (e.kind) {
    case ExprKind::Number:
    case ExprKind::Bool: return e.value;
    case ExprKind::Name:
    case ExprKind::Member:
        if (e.ref.kind == RefKind::Const)
            return static_cast<const ConstDecl *>(e.ref.decl)->evaluated;
        if (e.ref.kind == RefKind::EnumValue)
            return e.ref.index;
        return std::nullopt;
    case ExprKind::Negate:
        if (auto x = evaluate(*e.args[0]))
            return wrap(0 - static_cast<uint64_t>(*x));
        return std::nullopt;
    case ExprKind::Not:
        if (auto x = evaluate(*e.args[0]))
            return !*x;
        return std::nullopt;
    case ExprKind::Binary: break;
    default: return std::nullopt;
    }
    auto left = evaluate(*e.args[0]), right = evaluate(*e.args[1]);
    if (!left || !right)
        return std::nullopt;
    auto a = static_cast<uint64_t>(*left), b = static_cast<uint64_t>(*right);
    int64_t x = *left, y = *right;
    bool times = e.args[0]->type.kind == TypeKind::Time;
    bool ratio = e.op == Op::Mul && (e.args[0]->type.kind == TypeKind::Ratio) != (e.args[1]->type.kind == TypeKind::Ratio);
    switch (e.op) {
    case Op::Or: return x || y;
    case Op::And: return x && y;
    case Op::Eq: return x == y;
    case Op::Ne: return x != y;
    case Op::Lt: return times ? wrap(a - b) < 0 : x < y;
    case Op::Le: return times ? wrap(a - b) <= 0 : x <= y;
    case Op::Gt: return times ? wrap(b - a) < 0 : x > y;
    case Op::Ge: return times ? wrap(b - a) <= 0 : x >= y;
    case Op::BitOr: return wrap(a | b);
    case Op::BitAnd: return wrap(a & b);
    case Op::Add: return wrap(a + b);
    case Op::Sub: return wrap(a - b);
    case Op::Mul: {
        int64_t product = wrap(a * b);
        return ratio ? product / 1'000'000 : product;
    }
    case Op::Div: return y == 0 ? 0 : y == -1 ? wrap(0 - a) : x / y;
    case Op::Rem: return y == 0 ? x : y == -1 ? 0 : x % y;
    case Op::Shl: return wrap(a << (b & 63));
    case Op::Shr: return x >> (b & 63);
    }
    return std::nullopt;
}

bool isFixed(const Expr &e) {
    const Expr &what = e.kind == ExprKind::Call ? *e.args[0] : e;
    switch (what.ref.kind) {
    case RefKind::Local: return what.ref.decl == &implicitCpu;
    case RefKind::Const:
    case RefKind::EnumValue: break;
    case RefKind::Param: return !static_cast<const ParamDecl *>(what.ref.decl)->live;
    case RefKind::CpuSet: return isFixed(*static_cast<const CpusDecl *>(what.ref.decl)->value);
    case RefKind::Attribute: {
        auto *row = static_cast<const AttributeRow *>(what.ref.decl);
        if (row->read == Read::CpusCount)
            return true;
        if (row->owner != TypeKind::Cpu || row->changes != Changes::Never)
            return false;
        break;
    }
    case RefKind::Operation:
        switch (static_cast<const OperationRow *>(what.ref.decl)->op) {
        case Operation::AllCpus:
        case Operation::CpusWhere:
        case Operation::LlcSet:
        case Operation::NodeSet:
        case Operation::CoreSet:
        case Operation::CpuOf:
        case Operation::Min:
        case Operation::Max:
        case Operation::Abs: break;
        default: return false;
        }
        break;
    case RefKind::None: break;
    default: return false;
    }
    for (size_t i = e.kind == ExprKind::Call ? 1 : 0; i < e.args.size(); ++i)
        if (!isFixed(*e.args[i]))
            return false;
    return true;
}

} // namespace scx
