// SPDX-License-Identifier: GPL-2.0-only
// What type does an expression have?
#include "sema/Arguments.h"
#include "sema/Checker.h"

#include <algorithm>
#include <sstream>

namespace scx {
namespace {

constexpr Type kBool{TypeKind::Bool}, kInt{TypeKind::Int}, kDuration{TypeKind::Duration}, kTime{TypeKind::Time}, kRatio{TypeKind::Ratio}, kCpu{TypeKind::Cpu},
    kTask{TypeKind::Task}, kCpuSet{TypeKind::CpuSet}, kInstance{TypeKind::Instance};

struct UnitRule {
    TypeKind left;
    Op op;
    TypeKind right;
    TypeKind result;
};
using enum TypeKind;
/// Which types an arithmetic operator joins, and what comes out. Both orders are listed.
// clang-format off
constexpr UnitRule kUnitRules[] = {
    {Int, Op::Add, Int, Int}, {Int, Op::Sub, Int, Int}, {Int, Op::Mul, Int, Int}, {Int, Op::Div, Int, Int}, {Int, Op::Rem, Int, Int},
    {Int, Op::Shl, Int, Int}, {Int, Op::Shr, Int, Int}, {Int, Op::BitOr, Int, Int}, {Int, Op::BitAnd, Int, Int},
    {Duration, Op::Add, Duration, Duration}, {Duration, Op::Sub, Duration, Duration}, {Duration, Op::Div, Duration, Int},
    {Duration, Op::Rem, Duration, Duration}, {Duration, Op::Mul, Int, Duration}, {Int, Op::Mul, Duration, Duration},
    {Duration, Op::Div, Int, Duration}, {Duration, Op::Shl, Int, Duration}, {Duration, Op::Shr, Int, Duration},
    {Duration, Op::Mul, Ratio, Duration}, {Ratio, Op::Mul, Duration, Duration}, {Int, Op::Mul, Ratio, Int}, {Ratio, Op::Mul, Int, Int},
    {Time, Op::Sub, Time, Duration}, {Time, Op::Add, Duration, Time}, {Duration, Op::Add, Time, Time}, {Time, Op::Sub, Duration, Time},
    {Ratio, Op::Add, Ratio, Ratio}, {Ratio, Op::Sub, Ratio, Ratio},
    {CpuSet, Op::BitOr, CpuSet, CpuSet}, {CpuSet, Op::BitAnd, CpuSet, CpuSet}, {CpuSet, Op::Sub, CpuSet, CpuSet},
};
// clang-format on

const char *const kOpTexts[] = {"or", "and", "==", "!=", "<", "<=", ">", ">=", "|", "&", "+", "-", "*", "/", "%", "<<", ">>"};

std::string whyNot(Type left, Op op, Type right) {
    if (left.kind == Time && (op == Op::Mul || op == Op::Div))
        return "; a time is a point, only durations are scaled";
    if (left.kind == Time && right.kind == Time)
        return "; two points in time have no sum, their difference is a duration";
    if ((left.kind == Duration && right.kind == Int) || (left.kind == Int && right.kind == Duration))
        return "; write the number with its unit, like `1ms`";
    bool scaled = op == Op::Mul || op == Op::Div || op == Op::Rem;
    if (!scaled && ((left.kind == Ratio && right.kind == Int) || (left.kind == Int && right.kind == Ratio)))
        return "; write the number with its unit, like `20%`";
    if ((left.kind == Time && right.kind == Duration) || (left.kind == Duration && right.kind == Time))
        return "; a duration is compared with how long ago that was, like `now - t`";
    if (left.kind == CpuSet && right.kind == CpuSet)
        return "; a set is asked about one CPU, by `in`";
    return "";
}

} // namespace

bool Checker::isZero(const Expr &e) const { return e.kind == ExprKind::Number && e.value == 0 && e.unit == Unit::None; }

Type Checker::type(Expr &e, Type expected) {
    if (e.type.known() && e.ref.kind != RefKind::None && e.kind != ExprKind::Call)
        return e.type; // typed before (shared look-ups of member chains)
    switch (e.kind) {
    case ExprKind::Number: e.type = e.unit == Unit::Duration ? kDuration : e.unit == Unit::Ratio ? kRatio : kInt; break;
    case ExprKind::Bool: e.type = kBool; break;
    case ExprKind::Text:
        e.type = {};
        diags.report(Diag::BadPattern, e.span, "text stands only as a pattern after `is` and as the format of `log`");
        break;
    case ExprKind::Name:
        resolveName(e, expected);
        if (e.ref.kind == RefKind::None && e.type.kind == TypeKind::Enum) {
            diags.report(Diag::TypeMismatch, e.span, "a value", "the type `" + e.name + "`");
            e.type = {};
        } else if (e.ref.kind == RefKind::Function || (e.ref.kind == RefKind::Rules && !taskAtHand)) {
            diags.report(Diag::NoValue, e.span, e.name,
                         e.ref.kind == RefKind::Rules ? "rules are about a task, write `p." + e.name + "`" : "call it, `" + e.name + "(…)`");
            e.type = {};
        }
        break;
    case ExprKind::Member:
        foldQualified(e);
        foldValue(e);
        if (e.kind == ExprKind::Name)
            return type(e, expected);
        resolveMember(e);
        if (e.ref.kind == RefKind::Operation) {
            diags.report(Diag::NoValue, e.span, e.name, "call it, `" + e.name + "(…)`");
            e.type = {};
        }
        break;
    case ExprKind::Call: e.type = typeCall(e, expected); break;
    case ExprKind::Index: {
        Type base = value(*e.args[0]);
        if (base.kind == TypeKind::Queue && (e.args[0]->ref.kind == RefKind::Queue || e.args[0]->ref.kind == RefKind::Self)) {
            auto *queue = static_cast<const QueueDecl *>(e.args[0]->ref.kind == RefKind::Queue ? e.args[0]->ref.decl : nullptr);
            require(*e.args[1], queue && queue->domain == Domain::Cgroup ? Type{TypeKind::Cgroup} : kCpu);
            e.ref = e.args[0]->ref;
            e.type = kInstance;
        } else if (base.isArray()) {
            require(*e.args[1], kInt);
            e.type = base.element();
        } else if (base.known())
            diags.report(Diag::TypeMismatch, e.args[0]->span, "an array or a queue", typeText(base));
        break;
    }
    case ExprKind::Negate:
        e.type = value(*e.args[0]);
        if (e.type.known() && e.type != kInt && e.type != kDuration && e.type != kRatio) {
            diags.report(Diag::TypeMismatch, e.args[0]->span, "a number or a duration", typeText(e.type));
            e.type = {};
        }
        break;
    case ExprKind::Not:
        require(*e.args[0], kBool);
        e.type = kBool;
        break;
    case ExprKind::Binary: e.type = typeBinary(e, expected); break;
    case ExprKind::Is: e.type = typeIs(e); break;
    case ExprKind::Matches: e.type = typeMatches(e); break;
    case ExprKind::In:
        require(*e.args[0], kCpu);
        requireSet(*e.args[1]);
        e.type = kBool;
        break;
    case ExprKind::CpuRange:
        for (ExprPtr &bound : e.args)
            require(*bound, kInt);
        e.type = kCpuSet;
        break;
    case ExprKind::Range:
        require(*e.args[0], kInt);
        require(*e.args[1], kInt);
        e.type = expected.kind == TypeKind::CpuSet ? kCpuSet : Type{};
        if (!e.type.known())
            diags.report(Diag::TypeMismatch, e.span, "a value", "a range");
        break;
    }
    return e.type;
}

Type Checker::value(Expr &e, Type expected) {
    Type found = type(e, expected);
    needsValue(e);
    return e.type.known() ? found : Type{};
}

void Checker::needsValue(Expr &e) {
    if (isCpuLocal(e)) {
        diags.report(Diag::NoValue, e.span, "local", "of a CPU's own queue there are only `local.insert`, `local.reenqueue` and `local.len`");
        e.type = {};
    } else if (e.type.known())
        return;
    else if (e.ref.kind == RefKind::Stat)
        diags.report(Diag::NoValue, e.span, e.name, "statistics are only written; keep a `global` beside it");
    else if (e.kind == ExprKind::Call) {
        const Ref &callee = e.args[0]->ref;
        if (callee.kind == RefKind::Function && !static_cast<const FnDecl *>(callee.decl)->resultName)
            diags.report(Diag::NoValue, e.span, e.args[0]->name, "the function returns nothing; give it a result, `-> TYPE`");
        else if (callee.kind == RefKind::Stat || (callee.kind == RefKind::Operation && !static_cast<const OperationRow *>(callee.decl)->result.known() &&
                                                  static_cast<const OperationRow *>(callee.decl)->owner != TypeKind::None))
            diags.report(Diag::NoValue, e.span, e.args[0]->name, "it stands as a statement of its own");
    }
}

void Checker::mayBeMissing(Span at) {
    auto &d = diags.report(Diag::OptionalUsed, at);
    if (!inBody)
        d.note({}, taskAtHand ? "no statement can stand here, but in `rules`, which are about a task, a condition is false where something is missing"
                              : "no statement can stand here; call a function that opens it");
}

bool Checker::require(Expr &e, Type wanted) {
    Type found = value(e, wanted);
    if (!found.known() || found == wanted)
        return found.known();
    if (found.optional && found.value() == wanted) {
        if (!inRule)
            mayBeMissing(e.span);
        return inRule;
    }
    if ((isZero(e) && (wanted == kDuration || wanted == kTime)) || // zero needs no unit
        (wanted == kTime && found == kDuration && evaluate(e))) {  // a constant point on the clock
        e.type = wanted;
        return true;
    }
    auto &d = diags.report(Diag::TypeMismatch, e.span, typeText(wanted), typeText(found));
    if (wanted == kDuration && found == kInt && e.kind == ExprKind::Number)
        d.suggest(std::to_string(e.value) + "ms");
    return false;
}

void Checker::requireSet(Expr &e) {
    if (e.kind == ExprKind::Binary && (e.op == Op::BitOr || e.op == Op::BitAnd || e.op == Op::Sub)) {
        requireSet(*e.args[0]);
        requireSet(*e.args[1]);
        e.type = kCpuSet;
        return;
    }
    require(e, kCpuSet);
}

Type Checker::typeBinary(Expr &e, Type expected) {
    Expr &l = *e.args[0], &r = *e.args[1];
    if (e.op == Op::Or || e.op == Op::And) {
        require(l, kBool);
        require(r, kBool);
        return kBool;
    }
    bool comparison = e.op >= Op::Eq && e.op <= Op::Ge;
    Type left = value(l, comparison ? Type{} : expected);
    Type right = value(r, left);
    if (!left.known() || !right.known())
        return comparison ? kBool : Type{};
    for (auto [side, t] : {std::pair{&l, left}, std::pair{&r, right}})
        if (t.optional && !inRule) {
            mayBeMissing(side->span);
            return comparison ? kBool : Type{};
        }
    left = left.value();
    right = right.value();
    // Zero needs no unit where a duration or a time is compared, added or subtracted.
    if (comparison || e.op == Op::Add || e.op == Op::Sub) {
        if (isZero(r) && (left == kDuration || left == kTime))
            r.type = right = comparison ? left : kDuration;
        if (isZero(l) && (right == kDuration || right == kTime))
            l.type = left = comparison || e.op == Op::Sub ? right : kDuration;
    }
    if (comparison) {
        bool ordered = left == kInt || left == kDuration || left == kTime || left == kRatio;
        bool equality = e.op == Op::Eq || e.op == Op::Ne;
        bool comparable = ordered ||
                          (equality && (left == kBool || left.kind == TypeKind::Enum || left.kind == TypeKind::Policy || left == kCpu || left == kTask ||
                                        left.kind == TypeKind::Cgroup || left.kind == TypeKind::Queue)) ||
                          left.kind == TypeKind::Enum;
        if (left != right || !comparable)
            diags.report(Diag::BadOperands, e.span, kOpTexts[static_cast<int>(e.op)], typeText(left), typeText(right), whyNot(left, e.op, right));
        return kBool;
    }
    for (const UnitRule &rule : kUnitRules)
        if (left == Type{rule.left} && right == Type{rule.right} && rule.op == e.op)
            return {rule.result};
    diags.report(Diag::BadOperands, e.span, kOpTexts[static_cast<int>(e.op)], typeText(left), typeText(right), whyNot(left, e.op, right));
    return {};
}

/// A task's cgroup where it is compared with text: its path.
void Checker::readPath(Expr &subject) {
    if (subject.ref.kind != RefKind::Attribute || static_cast<const AttributeRow *>(subject.ref.decl)->read != Read::CgroupOf)
        return;
    const AttributeRow *row = findAttribute(TypeKind::Task, "cgroup.path");
    subject.ref.decl = row;
    subject.name = row->name;
    subject.type = row->type;
}

Type Checker::typeIs(Expr &e) {
    Type left = value(*e.args[0]);
    if (left.optional && !inRule)
        mayBeMissing(e.args[0]->span);
    left = left.value();
    readPath(*e.args[0]);
    auto *row = e.args[0]->ref.kind == RefKind::Attribute ? static_cast<const AttributeRow *>(e.args[0]->ref.decl) : nullptr;
    if (left.kind == TypeKind::CpuSet) {
        diags.report(Diag::BadPattern, e.args[0]->span, "a set of CPUs is asked about one, by `in`: `cpu(3) in p.affinity`");
        return kBool;
    }
    if (left.kind == TypeKind::Cgroup)
        left = {TypeKind::Text};
    bool path = row && row->read != Read::Comm;
    for (size_t i = 1; i < e.args.size(); ++i) {
        Expr &p = *e.args[i];
        if (left.kind == TypeKind::Text) {
            if (!row) {
                diags.report(Diag::BadPattern, e.args[0]->span, "only the cgroup of a task is compared with patterns");
                break;
            }
            if (p.kind != ExprKind::Text) {
                diags.report(Diag::BadPattern, p.span, "a pattern for " + e.args[0]->name + " is a text in quotes");
                continue;
            }
            p.type = left;
            auto starInside = [](const std::string &text) {
                size_t inner = text.size() > 2 ? text.find('*', 1) : std::string::npos;
                return inner != std::string::npos && inner + 1 < text.size();
            };
            if (!path && starInside(p.name))
                diags.report(Diag::BadPattern, p.span, "`*` stands at the beginning or the end of a pattern");
            if (path) {
                std::istringstream components(p.name.substr(p.name.starts_with("/")));
                for (std::string component; std::getline(components, component, '/');)
                    if (component.empty())
                        diags.report(Diag::BadPattern, p.span, "a name in a path is never empty; write one `/` between two names");
                    else if (starInside(component))
                        diags.report(Diag::BadPattern, p.span, "`*` stands at the beginning or the end of a name in a path");
            }
            size_t bytes = p.name.size() - static_cast<size_t>(std::count(p.name.begin(), p.name.end(), '*'));
            if (bytes == 0 && p.name.find('*') == std::string::npos)
                diags.report(Diag::BadPattern, p.span, "an empty pattern matches nothing; write `\"*\"` for everything");
            else if (!path && bytes > 15)
                diags.report(Diag::LongPattern, p.span);
            else if (bytes > 255)
                diags.report(Diag::BadPattern, p.span, "a pattern has 255 bytes at most");
            continue;
        }
        if (p.kind == ExprKind::Text && !left.known())
            continue;
        if (p.kind == ExprKind::Text) {
            diags.report(Diag::BadPattern, p.span, "text is compared only with comm, exe and cgroup");
            continue;
        }
        if (!left.known()) {
            continue;
        }
        if (p.kind == ExprKind::Range) {
            require(*p.args[0], left);
            require(*p.args[1], left);
            p.type = left;
        } else
            require(p, left);
    }
    return kBool;
}

Type Checker::typeCall(Expr &e, Type) {
    Expr &callee = *e.args[0];
    foldQualified(callee);
    if (callee.kind == ExprKind::Name) {
        auto symbol = lookup(callee.name, callee.span, true);
        if (symbol && symbol->ambiguous)
            return {};
        if (symbol && symbol->ref.kind == RefKind::Function) {
            callee.ref = symbol->ref;
            return typeFunction(e, *static_cast<const FnDecl *>(symbol->ref.decl));
        }
        if (callee.name == "cpus") {
            callee.ref = {RefKind::Operation, findOperation(TypeKind::None, "cpus()")};
            bool outer = std::exchange(cpuAtHand, true), outerRule = std::exchange(inRule, false);
            Type set = typeOperation(e, *static_cast<const OperationRow *>(callee.ref.decl));
            cpuAtHand = outer;
            inRule = outerRule;
            return set;
        }
        if (const OperationRow *row = findOperation(TypeKind::None, callee.name); row && !row->isValue && (!row->internal || mode == CheckMode::Core)) {
            callee.ref = {RefKind::Operation, row};
            return typeOperation(e, *row);
        }
        if (symbol)
            diags.report(Diag::NotCallable, callee.span, callee.name);
        else
            unknownName(callee);
        return {};
    }
    if (callee.kind == ExprKind::Member) {
        if (histogramAdd(e))
            return {};
        resolveMember(callee);
        if (callee.ref.kind == RefKind::Operation)
            return typeOperation(e, *static_cast<const OperationRow *>(callee.ref.decl));
        if (callee.type.known() || callee.ref.kind != RefKind::None)
            diags.report(Diag::NotCallable, callee.span, callee.name);
        return {};
    }
    diags.report(Diag::NotCallable, callee.span, "this");
    return {};
}

Type Checker::typeOperation(Expr &e, const OperationRow &row) {
    size_t given = e.args.size() - 1;
    if (given < static_cast<size_t>(row.required) || given > row.parameters.size()) {
        diags.report(Diag::ArgumentCount, e.span, std::string(row.name), countText(static_cast<size_t>(row.required), row.parameters.size()),
                     std::to_string(given));
        return row.result;
    }
    if (row.op == Operation::Min || row.op == Operation::Max || row.op == Operation::Abs) {
        Type first = value(*e.args[1]);
        if (given == 2) {
            if (isZero(*e.args[1])) {
                first = value(*e.args[2]);
                require(*e.args[1], first);
            } else if (first.known())
                require(*e.args[2], first);
        }
        if (first.known() && first != kInt && first != kDuration && first != kTime)
            diags.report(Diag::TypeMismatch, e.args[1]->span, "int, duration or time", typeText(first));
        return first;
    }
    if (row.op == Operation::Replace) {
        Type t = value(*e.args[1]);
        const Expr *root = e.args[1].get();
        while (root->kind == ExprKind::Index)
            root = root->args[0].get();
        RefKind kind = root->ref.kind;
        if (t.known() && (t.isArray() || t.kind == TypeKind::Bool || (kind != RefKind::Global && kind != RefKind::CpuField && kind != RefKind::CgroupField)))
            diags.report(Diag::NotAssignable, e.args[1]->span, root->name,
                         "`replace` takes an int, a time or the like of the `global`, `cpu` or `cgroup` state");
        else
            for (size_t i = 2; i <= given; ++i)
                require(*e.args[i], t);
        return row.result;
    }
    for (size_t i = 0; i < given; ++i) {
        if (row.op == Operation::PackKeys || row.op == Operation::Report)
            value(*e.args[i + 1]); // of any type: what they come from was checked
        else if (row.parameters[i].kind == TypeKind::CpuSet)
            requireSet(*e.args[i + 1]);
        else
            require(*e.args[i + 1], row.parameters[i]);
    }
    return row.result;
}

Type Checker::typeFunction(Expr &e, const FnDecl &fn) {
    std::vector<Expr *> arguments;
    for (size_t i = 1; i < e.args.size(); ++i)
        arguments.push_back(e.args[i].get());
    e.argNames.resize(arguments.size());
    checkArguments(fn.name, e.span, fn.parameters, e.argNames, arguments);
    return fn.result;
}

} // namespace scx
