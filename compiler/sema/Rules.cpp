// SPDX-License-Identifier: GPL-2.0-only
// Can every rule of `match` be reached, and is every task covered?
// A condition is read as alternatives (the terms of its `or`, and of an `is` that stands by itself), each a list of facts that hold
// together: a number within bounds, or anything else by its text. A rule is shadowed when each of its alternatives implies an
// alternative of an earlier rule.
#include "sema/Checker.h"
#include "syntax/Print.h"

#include <limits>

namespace scx {
namespace {

struct Interval {
    int64_t low = std::numeric_limits<int64_t>::min(), high = std::numeric_limits<int64_t>::max();
    bool empty() const { return low > high; }
    bool within(const Interval &other) const { return low >= other.low && high <= other.high; }
    void narrow(const Interval &other) {
        low = std::max(low, other.low);
        high = std::min(high, other.high);
    }
};

struct Facts {
    std::map<std::string, Interval> numbers; // by the text of what is compared
    std::set<std::string> texts;
    bool never = false;

    bool implies(const Facts &other) const {
        for (const std::string &text : other.texts)
            if (!texts.contains(text))
                return false;
        for (const auto &[name, bounds] : other.numbers) {
            auto it = numbers.find(name);
            if (it == numbers.end() || !it->second.within(bounds))
                return false;
        }
        return true;
    }
};

void split(const Expr &e, Op op, std::vector<const Expr *> &terms) {
    if (e.kind == ExprKind::Binary && e.op == op) {
        split(*e.args[0], op, terms);
        split(*e.args[1], op, terms);
    } else
        terms.push_back(&e);
}

/// Two readings of it may differ.
bool varies(const Expr &e) {
    if (e.kind == ExprKind::Call && (e.args[0]->ref.kind == RefKind::Function || isOperation(e, Operation::Random)))
        return true;
    for (const ExprPtr &arg : e.args)
        if (varies(*arg))
            return true;
    return false;
}

std::optional<Interval> boundsOf(Op op, int64_t n) {
    constexpr int64_t least = std::numeric_limits<int64_t>::min(), most = std::numeric_limits<int64_t>::max();
    switch (op) {
    case Op::Eq: return Interval{n, n};
    case Op::Le: return Interval{least, n};
    case Op::Ge: return Interval{n, most};
    case Op::Lt: return n == least ? Interval{1, 0} : Interval{least, n - 1};
    case Op::Gt: return n == most ? Interval{1, 0} : Interval{n + 1, most};
    default: return std::nullopt;
    }
}

Op mirrored(Op op) { return op == Op::Lt ? Op::Gt : op == Op::Gt ? Op::Lt : op == Op::Le ? Op::Ge : op == Op::Ge ? Op::Le : op; }

/// A term of `or`; of an `is` with several patterns that is the whole term, one of them.
struct Alternative {
    const Expr *condition;
    const Expr *pattern = nullptr;
};

std::vector<Alternative> alternativesOf(const Expr &condition) {
    std::vector<const Expr *> terms;
    split(condition, Op::Or, terms);
    std::vector<Alternative> all;
    for (const Expr *term : terms)
        if (term->kind == ExprKind::Is)
            for (size_t i = 1; i < term->args.size(); ++i)
                all.push_back({term, term->args[i].get()});
        else
            all.push_back({term});
    return all;
}

/// The numbers of a pattern behind `is`: a value or a range, if they are known.
std::optional<Interval> boundsOf(const Expr &pattern) {
    const Expr &first = pattern.kind == ExprKind::Range ? *pattern.args[0] : pattern, &last = pattern.kind == ExprKind::Range ? *pattern.args[1] : pattern;
    auto low = Checker::evaluate(first), high = Checker::evaluate(last);
    return low && high ? std::optional(Interval{*low, *high}) : std::nullopt;
}

Facts factsOf(const Alternative &alternative) {
    Facts facts;
    std::vector<const Expr *> terms;
    split(*alternative.condition, Op::And, terms);
    std::set<std::string> denied;
    for (const Expr *term : terms) {
        if (auto value = Checker::evaluate(*term)) {
            facts.never |= !*value;
            continue;
        }
        std::optional<Interval> bounds;
        const Expr *subject = nullptr;
        if (term->kind == ExprKind::Binary && term->args[0]->type.kind != TypeKind::Time) {
            if (auto n = Checker::evaluate(*term->args[1])) {
                subject = term->args[0].get();
                bounds = boundsOf(term->op, *n);
            } else if (auto m = Checker::evaluate(*term->args[0])) {
                subject = term->args[1].get();
                bounds = boundsOf(mirrored(term->op), *m);
            }
        }
        const Expr *pattern = term->kind != ExprKind::Is ? nullptr
                              : alternative.pattern      ? alternative.pattern
                              : term->args.size() == 2   ? term->args[1].get()
                                                         : nullptr;
        if (pattern && term->args[0]->type.kind != TypeKind::Time) {
            subject = term->args[0].get();
            bounds = boundsOf(*pattern);
        }
        if (varies(*term)) { // never equal to another term
            facts.texts.insert(printExpr(*term) + " #" + std::to_string(term->span.file) + ":" + std::to_string(term->span.begin));
            continue;
        }
        if (bounds) {
            Interval &known = facts.numbers[printExpr(*subject)];
            if (subject->ref.kind == RefKind::Attribute)
                if (auto *row = static_cast<const AttributeRow *>(subject->ref.decl); row->minimum < row->maximum)
                    known.narrow({row->minimum, row->maximum});
            known.narrow(*bounds);
            facts.never |= known.empty();
            continue;
        }
        facts.texts.insert(pattern ? printExpr(*term->args[0]) + " is " + printExpr(*pattern) : printExpr(*term));
        if (term->kind == ExprKind::Not)
            denied.insert(printExpr(*term->args[0]));
    }
    for (const std::string &text : denied)
        facts.never |= facts.texts.contains(text);
    return facts;
}

} // namespace

void checkRules(Program &program, Diagnostics &diags) {
    if (!program.match)
        return;
    auto &rules = program.match->rules;
    const MatchRule *otherwise = nullptr;
    std::vector<std::pair<Facts, const MatchRule *>> earlier;
    for (const MatchRule &rule : rules) {
        if (otherwise) {
            diags.report(Diag::AfterElse, rule.span).note(otherwise->span, "the `else`");
            break;
        }
        if (!rule.condition) {
            otherwise = &rule;
            continue;
        }
        std::vector<Facts> possible;
        const MatchRule *first = nullptr;
        size_t taken = 0;
        for (const Alternative &alternative : alternativesOf(*rule.condition)) {
            Facts facts = factsOf(alternative);
            if (facts.never)
                continue;
            for (const auto &[before, by] : earlier)
                if (facts.implies(before)) {
                    ++taken;
                    first = first ? first : by;
                    break;
                }
            possible.push_back(std::move(facts));
        }
        if (possible.empty())
            diags.report(Diag::NeverTrue, rule.condition->span);
        else if (taken == possible.size())
            diags.report(Diag::Shadowed, rule.condition->span).note(first->span, "this rule comes first");
        for (Facts &facts : possible)
            earlier.emplace_back(std::move(facts), &rule);
    }
    if (!otherwise)
        diags.report(Diag::ElseMissing, rules.empty() ? program.match->span : rules.back().span);
    if (rules.size() > 256)
        diags.report(Diag::TooMany, rules[256].span, "rules", "256");
}

} // namespace scx
