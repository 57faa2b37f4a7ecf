// SPDX-License-Identifier: GPL-2.0-only
#include "syntax/Literals.h"
#include "syntax/Print.h"

namespace scx {
namespace {

class TreePrinter {
  public:
    explicit TreePrinter(const SourceManager &sources) : sources(sources) {}
    std::string out;

    void node(const std::string &text) { out += std::string(static_cast<size_t>(depth) * 2, ' ') + text + "\n"; }
    template <typename F> void nested(const std::string &head, F body) {
        node(head);
        ++depth;
        body();
        --depth;
    }
    void expr(const Expr &e) {
        static const char *const kinds[] = {"number", "bool",   "text", "name",    "member", "call",  "index", "negate",
                                            "not",    "binary", "is",   "matches", "in",     "range", "cpus"};
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
        nested(head + pos(e.span), [&] {
            for (const ExprPtr &arg : e.args)
                expr(*arg);
        });
    }
    void stmt(const Stmt &s) {
        static const char *const kinds[] = {"let", "var", "if", "for", "repeat", "return", "break", "continue", "assert", "assign", "call", "log", "block"};
        nested(std::string(kinds[static_cast<int>(s.kind)]) + (s.local ? " " + s.local->name : "") + pos(s.span), [&] {
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
        nested(std::string(kinds[static_cast<int>(e.kind)]) + (e.queue.empty() ? "" : " " + e.queue) + pos(e.span), [&] {
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
            nested("policy " + p.policy.name + pos(p.policy.nameSpan), [&] { options(p.settings); });
        for (const auto &u : p.uses)
            node("use " + u.path + pos(u.span));
        for (const auto &d : p.consts)
            nested("const " + d->name + pos(d->nameSpan), [&] { expr(*d->value); });
        for (const auto &d : p.params)
            nested("param " + d->name + " " + d->typeName.name + pos(d->nameSpan), [&] {
                expr(*d->value);
                if (d->range)
                    expr(*d->range);
            });
        for (const auto &d : p.enums)
            nested("enum " + d->name + pos(d->nameSpan), [&] {
                for (const std::string &value : d->values)
                    node("value " + value);
            });
        static const char *const stateKinds[] = {"task", "cpu", "cgroup", "global", "queue"};
        for (const StateDecl &s : p.states)
            nested(std::string(stateKinds[static_cast<int>(s.kind)]) + " state" + pos(s.span), [&] {
                for (const auto &f : s.fields)
                    nested("field " + f->name + " " + f->typeName.name + pos(f->nameSpan), [&] {
                        if (f->value)
                            expr(*f->value);
                    });
            });
        for (const auto &d : p.cpuSets)
            nested("cpus " + d->name + pos(d->nameSpan), [&] { expr(*d->value); });
        for (const auto &d : p.rules)
            nested("rules " + d->name + pos(d->nameSpan), [&] { expr(*d->value); });
        for (const auto &q : p.queues)
            nested("queue " + q->name + " " + q->orderingName + pos(q->nameSpan), [&] {
                for (const ExprPtr &k : q->keys)
                    expr(*k);
                if (q->on)
                    nested("on", [&] { expr(*q->on); });
                options(q->options);
            });
        for (const auto &d : p.stats)
            nested((d->kind == StatKind::Counter ? "counter " : "histogram ") + d->name + (d->per.empty() ? "" : " per " + d->per) +
                       (d->shape.empty() ? "" : " " + d->shape),
                   [&] {
                if (d->length)
                    expr(*d->length);
                for (const ExprPtr &argument : d->shapeArguments)
                    expr(*argument);
            });
        for (const auto &d : p.disciplines)
            nested("discipline " + d->name + pos(d->nameSpan), [&] {
                for (const ExprPtr &k : d->keys)
                    nested("order by", [&] { expr(*k); });
                for (const auto &h : d->hooks)
                    nested("on " + h->name + pos(h->nameSpan), [&] { body(h->body); });
            });
        if (p.match)
            nested("match", [&] {
                for (const MatchRule &r : p.match->rules)
                    nested("rule -> " + r.queue + pos(r.span), [&] {
                        if (r.condition)
                            expr(*r.condition);
                        options(r.options);
                    });
            });
        if (p.place)
            nested("place", [&] {
                for (const Candidate &c : p.place->candidates)
                    nested((c.isElse ? "else " : "idle ") + c.name + pos(c.span), [&] {
                        if (c.within)
                            expr(*c.within);
                        if (c.guard)
                            nested("guard", [&] { expr(*c.guard); });
                    });
            });
        if (p.dispatch)
            nested("dispatch", [&] { entry(*p.dispatch); });
        for (const auto &f : p.fns)
            nested("fn " + f->name + pos(f->nameSpan), [&] { body(f->body); });
        for (const auto &h : p.hooks)
            nested("on " + h->name + pos(h->nameSpan), [&] { body(h->body); });
        for (const auto &e : p.everys)
            nested("every", [&] {
                expr(*e->period);
                body(e->body);
            });
        body(p.asserts);
    }

  private:
    const SourceManager &sources;
    int depth = 0;

    std::string pos(Span span) const {
        LineColumn at = sources.position(span);
        return " <" + std::to_string(at.line) + ":" + std::to_string(at.column) + ">";
    }
};

} // namespace

std::string printTree(const Program &program, const SourceManager &sources) {
    TreePrinter printer(sources);
    printer.program(program);
    return std::move(printer.out);
}

} // namespace scx
