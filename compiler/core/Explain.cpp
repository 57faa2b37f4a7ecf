// SPDX-License-Identifier: GPL-2.0-only
#include "core/Explain.h"

#include "bpf/Uapi.h"
#include "core/Writer.h"
#include "sema/Checker.h"

#include <functional>

namespace scx {
namespace {

bool isJoined(const Expr &e) { return e.kind == ExprKind::Binary && (e.op == Op::And || e.op == Op::Or); }
bool isNamed(const Expr &e) { return e.kind == ExprKind::Name && e.ref.kind == RefKind::Rules; }

/// A number that can be told; a text is read elsewhere.
bool isNumber(const Type &type) {
    switch (type.kind) {
    case TypeKind::Bool:
    case TypeKind::Int:
    case TypeKind::Duration:
    case TypeKind::Time:
    case TypeKind::Ratio:
    case TypeKind::Cpu:
    case TypeKind::Enum:
    case TypeKind::Policy:
    case TypeKind::Queue: return !type.isArray();
    default: return false;
    }
}

class Collector {
  public:
    std::vector<Condition> of(const Expr &condition) {
        std::vector<Condition> found;
        collect(condition, nullptr, found);
        return found;
    }

  private:
    int next = kFirstReport;

    void collect(const Expr &e, const RulesDecl *set, std::vector<Condition> &into) {
        const Expr &inner = e.kind == ExprKind::Not ? *e.args[0] : e;
        if (isJoined(inner) || isNamed(inner)) {
            if (isNamed(inner)) {
                auto *named = static_cast<const RulesDecl *>(inner.ref.decl);
                return collect(*named->value, named, into);
            }
            for (const ExprPtr &part : inner.args)
                collect(*part, set, into);
            return;
        }
        into.push_back({&e, set, next++, {}});
        looks(inner, into.back().looks);
    }

    void looks(const Expr &e, std::vector<Look> &into) {
        switch (e.kind) {
        case ExprKind::Binary: // a comparison: all else that is true or false was taken apart
            for (const ExprPtr &side : e.args)
                look(*side, into);
            break;
        case ExprKind::Is:
        case ExprKind::Matches:
        case ExprKind::In: look(*e.args[0], into); break;
        default: look(e, into); break;
        }
    }

    void look(const Expr &e, std::vector<Look> &into) {
        if (Checker::evaluate(e) || e.type.optional || e.ref.kind == RefKind::EnumValue || (e.ref.kind == RefKind::Queue && e.kind == ExprKind::Name))
            return;
        if (e.type.kind == TypeKind::Text || e.type.kind == TypeKind::Cgroup)
            into.push_back({&e, -1});
        else if (isNumber(e.type))
            into.push_back({&e, next++});
    }
};

} // namespace

std::optional<int64_t> fixedSlice(const Expr *slice) {
    if (!slice)
        return kDefaultSlice;
    return slice->kind == ExprKind::Name && slice->name == "forever" && slice->ref.kind == RefKind::None ? -1 : Checker::evaluate(*slice);
}

std::vector<std::vector<Condition>> conditionsOf(const Program &surface) {
    std::vector<std::vector<Condition>> rules;
    Collector collector;
    if (surface.match)
        for (const MatchRule &rule : surface.match->rules)
            rules.push_back(rule.condition ? collector.of(*rule.condition) : std::vector<Condition>());
    return rules;
}

/// `rule_of__` is `match__` without what it does; `explain__` tells all about a task that is not the same for each, if there is such. No hook calls them: they are
/// for programs that look on.
void CoreWriter::explain() {
    origin = surface.match ? surface.match->span : surface.policy.nameSpan;
    if (surface.match) {
        open("fn rule_of__(p: task) -> int");
        for (size_t i = 0; i < surface.match->rules.size(); ++i) {
            const MatchRule &rule = surface.match->rules[i];
            origin = rule.span;
            std::string found = "return " + std::to_string(i) + ";";
            line(rule.condition ? "if " + text(*rule.condition) + " { " + found + " }" : found);
        }
        close();
    }
    auto report = [](int number, const std::string &value) { return "report__(" + std::to_string(number) + ", " + value + ");"; };
    std::vector<const QueueDecl *> queues;
    for (const auto &q : surface.queues)
        if (const Option *slice = sliceOption(*q); rulesSetSlice(*q) || !fixedSlice(slice ? slice->value.get() : nullptr))
            queues.push_back(q.get());
    if (!surface.match && queues.empty())
        return;
    open("fn explain__(p: task)");
    if (surface.match)
        line(report(kReportRule, "rule_of__(p)"));
    for (const QueueDecl *q : queues) {
        origin = q->nameSpan;
        line(ifQueue(*q, "p") + " { " + report(kReportSlice, sliceText(*q)) + " }");
    }
    for (const auto &rule : conditionsOf(surface))
        for (const Condition &c : rule) {
            origin = c.condition->span;
            line("if " + text(*c.condition) + " { " + report(c.number, "1") + " }");
            for (const Look &look : c.looks) {
                if (look.number < 0)
                    continue;
                std::string head, tail; // what is missing is not told
                std::vector<const Expr *> optionals = optionalsOf(*look.value);
                for (size_t i = 0; i < optionals.size(); ++i) {
                    std::string name = "there" + std::to_string(i) + "__";
                    head += "if let " + name + " = " + text(*optionals[i]) + " { ";
                    tail += " }";
                    opened[optionals[i]] = name;
                }
                line(head + report(look.number, text(*look.value)) + tail);
                for (const Expr *e : optionals)
                    opened.erase(e);
            }
        }
    close();
}

} // namespace scx
