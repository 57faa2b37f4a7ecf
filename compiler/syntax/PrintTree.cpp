// SPDX-License-Identifier: GPL-2.0-only
#include "syntax/Print.h"
#include "syntax/Literals.h"

namespace scx {
namespace {

class TreePrinter {
public:
    std::string out;

    void node(const std::string &text) { out += std::string(static_cast<size_t>(depth) * 2, ' ') + text + "\n"; }
    template <typename F> void nested(const std::string &head, F body) {
        node(head);
        ++depth;
        body();
        --depth;
    }
    void expr(const Expr &e) {
        static const char *const kinds[] = {"number", "bool", "text", "name", "member", "call", "index", "negate", "not", "binary", "is", "in",
                                            "range", "cpus"};
        static const char *const ops[] = {"or", "and", "==", "!=", "<", "<=", ">", ">=", "|", "&", "+", "-", "*", "/", "%", "<<", ">>"};
        std::string head = kinds[static_cast<int>(e.kind)];
        if (e.kind == ExprKind::Number)
            head += " " + numberText(e.value, e.unit);
        else if (e.kind == ExprKind::Bool)
            head += e.value ? " true" : " false";
        else if (e.kind == ExprKind::Binary)
            head += std::string(" ") + ops[static_cast<int>(e.op)];
        else if (!e.name.empty())
            head += " " + e.name;
        nested(head, [&] {
            for (const ExprPtr &arg : e.args)
                expr(*arg);
        });
    }
    void stmt(const Stmt &s) {
        static const char *const kinds[] = {"let", "var", "if", "for", "repeat", "return", "break", "continue", "assert", "assign", "call", "log", "block"};
        nested(std::string(kinds[static_cast<int>(s.kind)]) + (s.local ? " " + s.local->name : ""), [&] {
            if (s.target)
                expr(*s.target);
            if (s.value)
                expr(*s.value);
            for (const StmtPtr &inner : s.body)
                stmt(*inner);
            if (!s.orElse.empty())
                nested("else", [&] {
                    for (const StmtPtr &inner : s.orElse)
                        stmt(*inner);
                });
        });
    }
    void body(const Block &b) {
        for (const StmtPtr &s : b)
            stmt(*s);
    }
    void entry(const Entry &e) {
        static const char *const kinds[] = {"queue", "strict", "share", "rotate", "share-instances", "rotate-instances"};
        nested(std::string(kinds[static_cast<int>(e.kind)]) + (e.queue.empty() ? "" : " " + e.queue), [&] {
            if (e.weight)
                nested("weight", [&] { expr(*e.weight); });
            if (e.guard)
                nested("guard", [&] { expr(*e.guard); });
            for (const Entry &child : e.children)
                entry(child);
        });
    }
    void options(const Options &list) {
        for (const Option &o : list)
            nested("option " + o.name, [&] {
                if (o.value)
                    expr(*o.value);
            });
    }
    void program(const Program &p) {
        if (p.hasPolicy)
            nested("policy " + p.policy.name, [&] { options(p.settings); });
        for (const auto &u : p.uses)
            node("use " + u.path);
        for (const auto &d : p.consts)
            nested("const " + d->name, [&] { expr(*d->value); });
        for (const auto &d : p.params)
            nested("param " + d->name + " " + d->typeName.name, [&] {
                expr(*d->value);
                if (d->range)
                    expr(*d->range);
            });
        for (const auto &d : p.enums)
            node("enum " + d->name);
        for (const StateDecl &s : p.states)
            nested("state", [&] {
                for (const auto &f : s.fields)
                    node("field " + f->name + " " + f->typeName.name);
            });
        for (const auto &d : p.cpuSets)
            nested("cpus " + d->name, [&] { expr(*d->value); });
        for (const auto &d : p.rules)
            nested("rules " + d->name, [&] { expr(*d->value); });
        for (const auto &q : p.queues)
            nested("queue " + q->name + " " + q->orderingName, [&] {
                for (const ExprPtr &k : q->keys)
                    expr(*k);
                if (q->on)
                    nested("on", [&] { expr(*q->on); });
                options(q->options);
            });
        for (const auto &d : p.stats)
            node((d->kind == StatKind::Counter ? "counter " : "histogram ") + d->name);
        for (const auto &d : p.disciplines)
            nested("discipline " + d->name, [&] {
                for (const ExprPtr &k : d->keys)
                    nested("order by", [&] { expr(*k); });
                for (const auto &h : d->hooks)
                    nested("on " + h->name, [&] { body(h->body); });
            });
        if (p.match)
            nested("match", [&] {
                for (const MatchRule &r : p.match->rules)
                    nested("rule -> " + r.queue, [&] {
                        if (r.condition)
                            expr(*r.condition);
                        options(r.options);
                    });
            });
        if (p.place)
            nested("place", [&] {
                for (const Candidate &c : p.place->candidates)
                    node((c.isElse ? "else " : "idle ") + c.name);
            });
        if (p.dispatch)
            nested("dispatch", [&] { entry(*p.dispatch); });
        for (const auto &f : p.fns)
            nested("fn " + f->name, [&] { body(f->body); });
        for (const auto &h : p.hooks)
            nested("on " + h->name, [&] { body(h->body); });
        for (const auto &e : p.everys)
            nested("every", [&] {
                expr(*e->period);
                body(e->body);
            });
        body(p.asserts);
    }

private:
    int depth = 0;
};

} // namespace

std::string printTree(const Program &program) {
    TreePrinter printer;
    printer.program(program);
    return std::move(printer.out);
}

} // namespace scx
