// SPDX-License-Identifier: GPL-2.0-only
#include "syntax/Print.h"
#include "syntax/Literals.h"

namespace scx {
namespace {

/// Binding strength, loosest first; an operand that binds looser than its place asks for gets brackets.
enum Level { kOr, kAnd, kNot, kComparison, kRange, kBits, kMeet, kSum, kProduct, kUnary, kPostfix };

Level levelOf(const Expr &e) {
    switch (e.kind) {
    case ExprKind::Binary:
        switch (e.op) {
        case Op::Or: return kOr;
        case Op::And: return kAnd;
        case Op::BitOr: return kBits;
        case Op::BitAnd: return kMeet;
        case Op::Add:
        case Op::Sub: return kSum;
        case Op::Mul:
        case Op::Div:
        case Op::Rem:
        case Op::Shl:
        case Op::Shr: return kProduct;
        default: return kComparison;
        }
    case ExprKind::Not: return kNot;
    case ExprKind::Is:
    case ExprKind::Matches:
    case ExprKind::In: return kComparison;
    case ExprKind::Range: return kRange;
    case ExprKind::Negate:
    case ExprKind::CpuRange: return kUnary;
    case ExprKind::Number: return e.value < 0 && e.value != INT64_MIN ? kUnary : kPostfix;
    default: return kPostfix;
    }
}

std::string_view opText(Op op) {
    static constexpr std::string_view texts[] = {"or", "and", "==", "!=", "<", "<=", ">", ">=", "|", "&", "+", "-", "*", "/", "%", "<<", ">>"};
    return texts[static_cast<int>(op)];
}

std::string quoted(const std::string &text) {
    std::string out = "\"";
    for (char c : text)
        out += (c == '"' || c == '\\') ? std::string("\\") + c : std::string(1, c);
    return out + "\"";
}

std::string at(const Expr &e, Level least);

std::string text(const Expr &e) {
    switch (e.kind) {
    case ExprKind::Number:
        if (e.value == INT64_MIN) // its digits alone are larger than 64 bits hold
            return "(" + numberText(e.value + 1, e.unit) + " - " + (e.unit == Unit::Duration ? "1ns" : "1") + ")";
        return numberText(e.value, e.unit);
    case ExprKind::Bool: return e.value ? "true" : "false";
    case ExprKind::Text: return quoted(e.name);
    case ExprKind::Name: return e.name;
    case ExprKind::Member: return at(*e.args[0], kPostfix) + "." + e.name;
    case ExprKind::Index: return at(*e.args[0], kPostfix) + "[" + text(*e.args[1]) + "]";
    case ExprKind::Call: {
        std::string out = at(*e.args[0], kPostfix) + "(";
        for (size_t i = 1; i < e.args.size(); ++i) {
            out += i > 1 ? ", " : "";
            if (i - 1 < e.argNames.size() && !e.argNames[i - 1].empty())
                out += e.argNames[i - 1] + ": ";
            out += text(*e.args[i]);
        }
        return out + ")";
    }
    case ExprKind::Negate: return "-" + at(*e.args[0], kPostfix);
    case ExprKind::Not: return "not " + at(*e.args[0], kComparison);
    case ExprKind::Binary: {
        Level level = levelOf(e);
        auto next = static_cast<Level>(level + 1);
        std::string op = " " + std::string(opText(e.op)) + " ";
        if (level == kComparison)
            return at(*e.args[0], kBits) + op + at(*e.args[1], kBits);
        return at(*e.args[0], level) + op + at(*e.args[1], next);
    }
    case ExprKind::Is: {
        std::string out = at(*e.args[0], kBits) + " is ";
        for (size_t i = 1; i < e.args.size(); ++i) {
            const Expr &p = *e.args[i];
            out += i > 1 ? " | " : "";
            out += p.kind == ExprKind::Range ? at(*p.args[0], kSum) + ".." + at(*p.args[1], kSum) : at(p, kSum);
        }
        return out;
    }
    case ExprKind::Matches: return at(*e.args[0], kBits) + " matches \"" + e.args[1]->name + "\"";
    case ExprKind::In: return at(*e.args[0], kBits) + " in " + at(*e.args[1], kRange);
    case ExprKind::Range: return at(*e.args[0], kBits) + ".." + at(*e.args[1], kBits);
    case ExprKind::CpuRange: return "cpus " + text(*e.args[0]) + ".." + text(*e.args[1]);
    }
    return {};
}

std::string at(const Expr &e, Level least) { return levelOf(e) < least ? "(" + text(e) + ")" : text(e); }

std::string typeNameText(const TypeName &type) { return type.name + (type.length ? "[" + at(*type.length, kSum) + "]" : ""); }

class SourcePrinter {
  public:
    std::string out;
    Span origin;
    std::vector<PrintedLine> lines;
    int depth = 0;

    void program(const Program &p) {
        if (p.hasPolicy) {
            doc(p.policy.doc);
            line("policy " + p.policy.name + optionsText(p.settings));
        }
        for (const UseDecl &u : p.uses)
            line("use " + u.path + ";");
        for (const auto &d : p.enums) {
            doc(d->doc);
            std::string values;
            for (const std::string &v : d->values)
                values += (values.empty() ? "" : ", ") + v;
            line("enum " + d->name + " { " + values + " }");
        }
        for (const auto &d : p.consts)
            line("const " + d->name + (d->typeName ? ": " + typeNameText(*d->typeName) : "") + " = " + text(*d->value) + ";");
        for (const auto &d : p.params) {
            doc(d->doc);
            line(std::string(d->live ? "live " : "") + "param " + d->name + ": " + typeNameText(d->typeName) + " = " + at(*d->value, kSum) +
                 (d->range ? " in " + text(*d->range) : "") + ";");
        }
        for (const StateDecl &s : p.states)
            state(s);
        for (const auto &d : p.cpuSets)
            line("cpus " + d->name + " = " + text(*d->value) + ";");
        for (const auto &d : p.rules)
            line("rules " + d->name + " = " + text(*d->value) + ";");
        for (const auto &q : p.queues)
            queue(*q);
        for (const auto &d : p.stats)
            line(stat(*d));
        for (const auto &d : p.disciplines)
            discipline(*d);
        if (p.match) {
            open("match");
            for (const MatchRule &r : p.match->rules)
                line((r.condition ? text(*r.condition) : "else") + " -> " + r.queue + optionsText(r.options));
            close();
        }
        if (p.place)
            place(*p.place);
        if (p.dispatch)
            line("dispatch " + entry(*p.dispatch));
        for (const StmtPtr &a : p.asserts)
            stmt(*a);
        for (const auto &f : p.fns)
            function(*f);
        for (const auto &h : p.hooks)
            hook(*h);
        for (const auto &e : p.everys) {
            open("every " + at(*e->period, kSum));
            block(e->body);
            close();
        }
    }

    void line(const std::string &s) {
        std::string text = std::string(static_cast<size_t>(depth) * 4, ' ') + s;
        out += text + "\n";
        lines.push_back({std::move(text), origin});
    }
    void open(const std::string &head) {
        line(head + " {");
        ++depth;
    }
    void close() {
        --depth;
        line("}");
    }
    void doc(const std::string &d) {
        for (size_t begin = 0; begin < d.size();) {
            size_t end = d.find('\n', begin);
            end = end == std::string::npos ? d.size() : end;
            line("/// " + d.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    static std::string optionText(const Option &o) {
        return o.name + (o.value ? ": " + text(*o.value) : "") + (o.target.empty() ? "" : " -> " + o.target) + ";";
    }
    std::string placeText(const PlaceBlock &p) {
        std::string s = "place {";
        for (const Candidate &c : p.candidates)
            s += std::string(c.isElse ? " else " : " idle ") + c.name + (c.within ? " in " + text(*c.within) : "") + (c.guard ? " if " + text(*c.guard) : "") +
                 ";";
        return s + " }";
    }
    std::string optionsText(const Options &options) {
        if (options.empty())
            return ";";
        std::string s = " {";
        for (const Option &o : options)
            s += " " + (o.place ? placeText(*o.place) : optionText(o));
        return s + " }";
    }
    std::string stat(const StatDecl &d) {
        std::string s = (d.kind == StatKind::Counter ? "counter " : "histogram ") + d.name + (d.length ? "[" + at(*d.length, kSum) + "]" : "") +
                        (d.per.empty() ? "" : " per " + d.per);
        if (!d.shape.empty())
            s += ": " + d.shape;
        for (size_t i = 0; i < d.shapeArguments.size(); ++i)
            s += (i ? ", " : "(") + text(*d.shapeArguments[i]);
        return s + (d.shapeArguments.empty() ? "" : ")") + (d.label.empty() ? "" : " " + quoted(d.label)) + ";";
    }
    void state(const StateDecl &s) {
        static const char *const kinds[] = {"task", "cpu", "cgroup", "global", "queue"};
        open(kinds[static_cast<int>(s.kind)]);
        for (const auto &f : s.fields) {
            doc(f->doc);
            line(f->name + ": " + typeNameText(f->typeName) + (f->value ? " = " + text(*f->value) : "") + ";");
        }
        close();
    }
    static std::string keysText(const std::vector<ExprPtr> &keys) {
        std::string s;
        for (const ExprPtr &k : keys)
            s += (s.empty() ? "" : ", ") + at(*k, kSum);
        return s;
    }
    void queue(const QueueDecl &q) {
        static const char *const domains[] = {"", " per cpu", " per core", " per llc", " per node", " per cgroup"};
        doc(q.doc);
        std::string s = "queue " + q.name + ": ";
        if (q.ordering == Ordering::OrderBy)
            s += "order by " + keysText(q.keys);
        else {
            s += q.orderingName;
            for (size_t i = 0; i < q.arguments.size(); ++i)
                s += (i ? ", " : "(") + (q.argumentNames[i].empty() ? "" : q.argumentNames[i] + ": ") + text(*q.arguments[i]);
            s += q.arguments.empty() ? "" : ")";
        }
        s += domains[static_cast<int>(q.domain)];
        if (q.on)
            s += " on " + text(*q.on);
        line(s + optionsText(q.options));
    }
    static std::string parametersText(const std::vector<std::unique_ptr<FnDecl::Parameter>> &parameters) {
        std::string s;
        for (const auto &p : parameters)
            s += (s.empty() ? "" : ", ") + p->local.name + ": " + typeNameText(p->typeName) + (p->value ? " = " + text(*p->value) : "");
        return "(" + s + ")";
    }
    void discipline(const DisciplineDecl &d) {
        doc(d.doc);
        open("discipline " + d.name + (d.parameters.empty() ? "" : parametersText(d.parameters)));
        for (const StateDecl &s : d.states)
            state(s);
        for (const auto &c : d.consts)
            line("const " + c->name + (c->typeName ? ": " + typeNameText(*c->typeName) : "") + " = " + text(*c->value) + ";");
        if (!d.keys.empty())
            line("order by " + keysText(d.keys) + ";");
        for (const Option &o : d.options)
            line(optionText(o));
        for (const auto &f : d.fns)
            function(*f);
        for (const auto &h : d.hooks)
            hook(*h);
        close();
    }
    void place(const PlaceBlock &p) { line(placeText(p)); }
    std::string entry(const Entry &e) {
        std::string s;
        switch (e.kind) {
        case EntryKind::Queue: s = e.queue; break;
        case EntryKind::ShareInstances: s = "share " + e.queue + (e.weight ? " by " + at(*e.weight, kSum) : ""); break;
        case EntryKind::RotateInstances: s = "rotate " + e.queue; break;
        default:
            s = e.kind == EntryKind::Share ? "share {" : e.kind == EntryKind::Rotate ? "rotate {" : "{";
            for (const Entry &child : e.children) {
                std::string inner = entry(child);
                if (e.kind == EntryKind::Share) {
                    // weight before guard: `a: 3 if …;`
                    std::string tail = child.guard ? " if " + text(*child.guard) + ";" : ";";
                    inner = inner.substr(0, inner.size() - tail.size()) + ": " + at(*child.weight, kSum) + tail;
                }
                s += " " + inner;
            }
            s += " }";
        }
        return s + (e.guard ? " if " + text(*e.guard) : "") + ";";
    }
    void function(const FnDecl &f) {
        doc(f.doc);
        open("fn " + f.name + parametersText(f.parameters) + (f.resultName ? " -> " + typeNameText(*f.resultName) : ""));
        block(f.body);
        close();
    }
    void hook(const HookDecl &h) {
        doc(h.doc);
        std::string args;
        for (const auto &a : h.arguments)
            args += (args.empty() ? "" : ", ") + a->name;
        open("on " + h.name + (args.empty() ? "" : "(" + args + ")"));
        block(h.body);
        close();
    }
    void block(const Block &b) {
        for (const StmtPtr &s : b)
            stmt(*s);
    }
    void ifStmt(const Stmt &s, const std::string &prefix) {
        open(prefix + "if " + (s.local ? "let " + s.local->name + " = " : "") + text(*s.value));
        block(s.body);
        --depth;
        if (s.orElse.size() == 1 && s.orElse[0]->kind == StmtKind::If)
            return ifStmt(*s.orElse[0], "} else ");
        if (!s.orElse.empty()) {
            line("} else {");
            ++depth;
            block(s.orElse);
            --depth;
        }
        line("}");
    }
    void stmt(const Stmt &s) {
        origin = s.span;
        static const char *const assigns[] = {" = ", " += ", " -= "};
        switch (s.kind) {
        case StmtKind::Let: line("let " + s.local->name + " = " + text(*s.value) + ";"); break;
        case StmtKind::Var: line("var " + s.local->name + (s.typeName ? ": " + *s.typeName : "") + " = " + text(*s.value) + ";"); break;
        case StmtKind::If: ifStmt(s, ""); break;
        case StmtKind::For:
            open("for " + s.local->name + " in " + text(*s.value));
            block(s.body);
            close();
            break;
        case StmtKind::Repeat:
            open("repeat " + at(*s.value, kSum));
            block(s.body);
            close();
            break;
        case StmtKind::Return: line(s.value ? "return " + text(*s.value) + ";" : "return;"); break;
        case StmtKind::Break: line("break;"); break;
        case StmtKind::Continue: line("continue;"); break;
        case StmtKind::Assert: line("assert " + text(*s.value) + ";"); break;
        case StmtKind::Assign: line(text(*s.target) + assigns[static_cast<int>(s.assign)] + text(*s.value) + ";"); break;
        case StmtKind::Call:
        case StmtKind::Log: line(text(*s.value) + ";"); break;
        case StmtKind::Block:
            line("{");
            ++depth;
            block(s.body);
            close();
            break;
        }
    }
};

} // namespace

std::string printSum(const Expr &expr) { return at(expr, kSum); }
std::string printExpr(const Expr &expr) { return text(expr); }

std::vector<PrintedLine> printBlock(const Block &block, int depth) {
    SourcePrinter printer;
    printer.depth = depth;
    printer.block(block);
    return std::move(printer.lines);
}

std::string printOptions(const Options &options) { return SourcePrinter().optionsText(options); }

std::string printSource(const Program &program) {
    SourcePrinter printer;
    printer.program(program);
    return std::move(printer.out);
}

} // namespace scx
