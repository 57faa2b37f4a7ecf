// SPDX-License-Identifier: GPL-2.0-only
// Can every rule of `match` be reached, and is every task covered?
#include "sema/Checker.h"
#include "syntax/Print.h"

namespace scx {

void checkRules(Program &program, Diagnostics &diags) {
    if (!program.match)
        return;
    auto &rules = program.match->rules;
    const MatchRule *otherwise = nullptr;
    std::map<std::string, const MatchRule *> seen;
    for (const MatchRule &rule : rules) {
        if (otherwise) {
            diags.report(Diag::AfterElse, rule.span).note(otherwise->span, "the `else`");
            break;
        }
        if (!rule.condition) {
            otherwise = &rule;
            continue;
        }
        if (auto value = Checker::evaluate(*rule.condition); value && !*value)
            diags.report(Diag::NeverTrue, rule.condition->span);
        // A rule is shadowed by an equal condition, or by an earlier one that is a term of its `and`, or holds it as a term of `or`.
        std::vector<const Expr *> terms;
        std::function<void(const Expr &, Op)> split = [&](const Expr &e, Op op) {
            if (e.kind == ExprKind::Binary && e.op == op) {
                split(*e.args[0], op);
                split(*e.args[1], op);
            } else
                terms.push_back(&e);
        };
        terms.push_back(rule.condition.get());
        split(*rule.condition, Op::And);
        for (const Expr *term : terms)
            if (auto it = seen.find(printExpr(*term)); it != seen.end()) {
                diags.report(Diag::Shadowed, rule.condition->span).note(it->second->span, "this rule comes first");
                break;
            }
        terms.clear();
        split(*rule.condition, Op::Or);
        for (const Expr *term : terms)
            seen.try_emplace(printExpr(*term), &rule);
        seen.try_emplace(printExpr(*rule.condition), &rule);
        if (auto value = Checker::evaluate(*rule.condition); value && *value)
            otherwise = &rule;
    }
    if (!otherwise || otherwise->condition) {
        if (rules.empty() || rules.back().condition)
            diags.report(Diag::ElseMissing, rules.empty() ? program.match->span : rules.back().span);
    }
    if (rules.size() > 256)
        diags.report(Diag::TooMany, rules[256].span, "rules", "256");
}

} // namespace scx
