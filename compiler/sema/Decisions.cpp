// SPDX-License-Identifier: GPL-2.0-only
// Who decides: the declarations or a hook? And does an `on enqueue` that decides insert its task exactly once on every path?
// A path is known by how often it has inserted so far: not at all, once, or more often. Sets of these are carried through the body,
// for conditions apart by their outcome, so that `if c.local.insert(p) { return; }` is understood.
#include "sema/Checker.h"

#include <algorithm>
#include <array>

namespace scx {
namespace {

/// Bit n: some path has inserted n times (2: twice or more).
using Counts = uint8_t;

Counts sum(Counts a, Counts b) {
    Counts made = 0;
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j)
            if ((a >> i & 1) && (b >> j & 1))
                made |= static_cast<Counts>(1u << std::min(i + j, 2));
    return made;
}

struct Outcome {
    Counts yes = 0, no = 0;
    Counts any() const { return yes | no; }
};

struct Flow {
    Counts on = 0;              // paths that come to the end
    Counts left = 0, again = 0; // break, continue
    Outcome returned;           // no: also what returns no truth
};

class Insertions {
  public:
    Span second; // where a task may be inserted again

    Flow block(const Block &body, Counts in) {
        Flow flow{in, 0, 0, {}};
        for (const StmtPtr &s : body) {
            Flow next = statement(*s, flow.on);
            flow.on = next.on;
            flow.left |= next.left;
            flow.again |= next.again;
            flow.returned.yes |= next.returned.yes;
            flow.returned.no |= next.returned.no;
        }
        return flow;
    }

  private:
    std::map<const FnDecl *, Outcome> functions;

    Outcome function(const FnDecl &fn) {
        if (auto it = functions.find(&fn); it != functions.end())
            return it->second;
        functions[&fn] = {}; // recursion is refused elsewhere
        Flow flow = block(fn.body, 1);
        Outcome made = flow.returned;
        made.no |= flow.on;
        return functions[&fn] = made;
    }

    Outcome add(Counts in, Outcome what, Span at) {
        Outcome made{sum(in, what.yes), sum(in, what.no)};
        if (((made.any() & 4) && !(in & 4)) && !second.valid())
            second = at;
        return made;
    }

    /// A value that is not a truth counts as both.
    Outcome expression(const Expr &e, Counts in) {
        if (e.kind == ExprKind::Binary && (e.op == Op::And || e.op == Op::Or)) {
            Outcome l = expression(*e.args[0], in);
            Outcome r = expression(*e.args[1], e.op == Op::And ? l.yes : l.no);
            if (e.op == Op::And)
                return {r.yes, static_cast<Counts>(l.no | r.no)};
            return {static_cast<Counts>(l.yes | r.yes), r.no};
        }
        if (e.kind == ExprKind::Not) {
            Outcome inner = expression(*e.args[0], in);
            return {inner.no, inner.yes};
        }
        if (auto value = Checker::evaluate(e); value && e.type.kind == TypeKind::Bool)
            return *value ? Outcome{in, 0} : Outcome{0, in};
        for (size_t i = e.kind == ExprKind::Call ? 1 : 0; i < e.args.size(); ++i)
            in = expression(*e.args[i], in).any();
        if (e.kind != ExprKind::Call)
            return {in, in};
        const Expr &callee = *e.args[0];
        if (callee.ref.kind == RefKind::Function) {
            auto *fn = static_cast<const FnDecl *>(callee.ref.decl);
            Outcome made = add(in, function(*fn), e.span);
            return fn->result.kind == TypeKind::Bool ? made : Outcome{made.any(), made.any()};
        }
        if (callee.ref.kind != RefKind::Operation)
            return {in, in};
        switch (static_cast<const OperationRow *>(callee.ref.decl)->op) {
        case Operation::QueueInsert: return add(in, {2, 0}, e.span); // never refuses the hook's task
        case Operation::LocalInsert: {
            // The task's own CPU takes it; another may refuse.
            const Expr &cpu = *callee.args[0];
            bool own = cpu.ref.kind == RefKind::Attribute && static_cast<const AttributeRow *>(cpu.ref.decl)->read == Read::TaskCpu;
            return add(in, {2, static_cast<Counts>(own ? 0 : 1)}, e.span);
        }
        default: return {in, in};
        }
    }

    Flow statement(const Stmt &s, Counts in) {
        if (!in)
            return {};
        switch (s.kind) {
        case StmtKind::If: {
            Outcome condition = expression(*s.value, in);
            Flow a = block(s.body, condition.yes), b = block(s.orElse, condition.no);
            return {static_cast<Counts>(a.on | b.on),
                    static_cast<Counts>(a.left | b.left),
                    static_cast<Counts>(a.again | b.again),
                    {static_cast<Counts>(a.returned.yes | b.returned.yes), static_cast<Counts>(a.returned.no | b.returned.no)}};
        }
        case StmtKind::For:
        case StmtKind::Repeat: {
            Counts start = expression(*s.value, in).any(), out = start;
            Outcome returned;
            while (true) { // three bits: at most three rounds
                Flow body = block(s.body, start);
                out |= body.on | body.again | body.left;
                returned.yes |= body.returned.yes;
                returned.no |= body.returned.no;
                Counts next = start | body.on | body.again;
                if (next == start)
                    break;
                start = next;
            }
            return {out, 0, 0, returned};
        }
        case StmtKind::Block: return block(s.body, in);
        case StmtKind::Return: {
            if (!s.value)
                return {0, 0, 0, {0, in}};
            return {0, 0, 0, expression(*s.value, in)};
        }
        case StmtKind::Break: return {0, in, 0, {}};
        case StmtKind::Continue: return {0, 0, in, {}};
        default:
            if (s.target)
                in = expression(*s.target, in).any();
            if (s.value)
                in = expression(*s.value, in).any();
            return {in, 0, 0, {}};
        }
    }
};

bool returnsValue(const Block &body) {
    for (const StmtPtr &s : body)
        if ((s->kind == StmtKind::Return && s->value) || returnsValue(s->body) || returnsValue(s->orElse))
            return true;
    return false;
}

} // namespace

bool anyExprCalled(const Block &body, const ExprTest &test, std::set<const FnDecl *> &seen) {
    return anyExpr(body, [&](const Expr &e) {
        if (test(e))
            return true;
        if (e.kind != ExprKind::Call || e.args[0]->ref.kind != RefKind::Function)
            return false;
        auto *fn = static_cast<const FnDecl *>(e.args[0]->ref.decl);
        return seen.insert(fn).second && anyExprCalled(fn->body, test, seen);
    });
}

bool isOperation(const Expr &e, Operation op) {
    return e.kind == ExprKind::Call && e.args[0]->ref.kind == RefKind::Operation && static_cast<const OperationRow *>(e.args[0]->ref.decl)->op == op;
}

bool isCpuLocal(const Expr &e) { return e.ref.kind == RefKind::Attribute && static_cast<const AttributeRow *>(e.ref.decl)->read == Read::CpuLocal; }

bool decidesEnqueue(const HookDecl &hook) {
    std::set<const FnDecl *> seen;
    return hook.name == "enqueue" &&
           anyExprCalled(hook.body, [](const Expr &e) { return isOperation(e, Operation::QueueInsert) || isOperation(e, Operation::LocalInsert); }, seen);
}

bool decidesDispatch(const HookDecl &hook) {
    std::set<const FnDecl *> seen;
    return hook.name == "dispatch" && anyExprCalled(hook.body, [](const Expr &e) {
        return isOperation(e, Operation::QueueConsume) || isOperation(e, Operation::QueueInsert) || isOperation(e, Operation::LocalInsert);
    }, seen);
}

bool decidesPlace(const HookDecl &hook) { return hook.name == "select_cpu" && returnsValue(hook.body); }

void checkDecisions(Program &program, Diagnostics &diags) {
    std::map<std::string, const HookDecl *> deciding; // by event
    for (const auto &h : program.hooks) {
        const HookRow *row = findHook(h->name);
        bool decides = decidesEnqueue(*h) || decidesDispatch(*h) || decidesPlace(*h) || (row && row->result.known() && h->name != "select_cpu");
        if (decides)
            if (auto [first, fresh] = deciding.try_emplace(h->name, h.get()); !fresh)
                diags.report(Diag::TwoDecide, h->nameSpan, h->name).note(first->second->nameSpan, "the first is here");
        auto both = [&](const char *block, Span at) { diags.report(Diag::BothDecide, h->nameSpan, block).note(at, "the block"); };
        if (decidesEnqueue(*h)) {
            if (program.match)
                both("match", program.match->span);
            Insertions insertions;
            Flow flow = insertions.block(h->body, 1);
            Counts total = flow.on | flow.returned.any();
            if (total & 1)
                diags.report(Diag::InsertOnce, h->nameSpan, "a path through it inserts nothing, and the task would be lost");
            else if (total & 4) {
                auto &d = diags.report(Diag::InsertOnce, h->nameSpan, "a path through it may insert twice");
                if (insertions.second.valid())
                    d.note(insertions.second, "inserted again here");
            }
        }
        if (decidesDispatch(*h) && program.dispatch)
            both("dispatch", program.dispatch->span);
        if (decidesPlace(*h) && program.place)
            both("place", program.place->span);
    }
}

} // namespace scx
