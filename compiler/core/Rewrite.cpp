// SPDX-License-Identifier: GPL-2.0-only
// How does code of the policy and of disciplines read in the core? Names, expressions and bodies are copied with what they mean written out.
#include "core/Writer.h"

#include "bpf/Tables.h"
#include "sema/Arguments.h"
#include "sema/Checker.h"

#include <algorithm>

namespace scx {

/// What generated code calls its arguments and locals. A name of the policy that is the same is written `NAME__top` where it is used: the
/// one at top level.
bool CoreWriter::isGenerated(const std::string &name) const {
    static const std::set<std::string> locals = {"p", "prev", "c", "ran", "runnable", "at", "best", "e", "found", "least", "r", "tried", "used", "waited"};
    if (locals.contains(name))
        return true;
    for (const HookRow &row : hookRows())
        if (hasBodies(std::string(row.event)))
            for (const HookArgument &a : row.arguments)
                if (a.name == name)
                    return true;
    return false;
}

/// The constants that stay constants: a discipline's carries its name.
std::string CoreWriter::constName(const ConstDecl &c) const {
    for (const auto &d : surface.disciplines)
        for (const auto &own : d->consts)
            if (own.get() == &c)
                return d->name + "__" + c.name;
    return reference(c.name);
}

/// Whether the declaration is a function of the queue's discipline.
bool CoreWriter::ownFunction(const QueueDecl *q, const void *decl) const {
    return q && q->discipline && std::any_of(q->discipline->fns.begin(), q->discipline->fns.end(), [&](const auto &f) { return f.get() == decl; });
}

/// Whether the queue's discipline has state for each instance.
bool CoreWriter::hasInstances(const QueueDecl &q) const {
    return q.domain != Domain::None && q.discipline && std::any_of(q.discipline->states.begin(), q.discipline->states.end(), [](const StateDecl &s) {
        return s.kind == StateKind::Queue && !s.fields.empty();
    });
}

std::string CoreWriter::reference(const std::string &name) const { return isGenerated(name) ? name + "__top" : name; }

/// What a name at top level, perhaps one of a module, is called.
std::string CoreWriter::topName(const Expr &e) const {
    auto declared = [&]() -> const Decl & {
        switch (e.ref.kind) {
        case RefKind::Queue: return *static_cast<const QueueDecl *>(e.ref.decl);
        case RefKind::Param: return *static_cast<const ParamDecl *>(e.ref.decl);
        case RefKind::CpuSet: return *static_cast<const CpusDecl *>(e.ref.decl);
        case RefKind::Stat: return *static_cast<const StatDecl *>(e.ref.decl);
        case RefKind::Function: return *static_cast<const FnDecl *>(e.ref.decl);
        default: return *static_cast<const Field *>(e.ref.decl);
        }
    };
    const std::string &name = declared().name;
    size_t dot = e.name.find('.');
    // `M.x` may stand where a local is called x.
    return dot != std::string::npos && e.name.substr(dot + 1) == name ? name + "__top" : reference(name);
}

/// An enum's name as the core has it.
std::string CoreWriter::typeName(const std::string &written, const Type &type) {
    return type.kind == TypeKind::Enum && type.enumDecl ? type.enumDecl->name : written;
}

ExprPtr CoreWriter::rewrite(const Expr &e, const QueueDecl *q, const std::string &instance, const std::map<const Local *, std::string> &names) {
    auto make = [&](ExprKind kind, std::string name) {
        auto made = std::make_unique<Expr>();
        made->kind = kind;
        made->span = e.span;
        made->name = std::move(name);
        return made;
    };
    auto parsed = [&](const std::string &name) { return make(ExprKind::Name, name); }; // printed as it is: any source text
    std::function<ExprPtr(const Expr &)> replace;
    /// State of a queue; `element`: which of an array, those of all instances one behind the other.
    auto queueState = [&](const Expr &x, const Expr *element) {
        auto *field = static_cast<const Field *>(x.ref.decl);
        const QueueDecl *of = q;
        std::string at = instance;
        if (x.kind == ExprKind::Member && x.args[0]->ref.kind == RefKind::Queue) {
            of = static_cast<const QueueDecl *>(x.args[0]->ref.decl);
            std::string index = x.args[0]->kind == ExprKind::Index ? printExpr(*clone(*x.args[0]->args[1], replace)) : "";
            at = index.empty() ? "0" : instanceText(*of, index, index);
        } else if (x.kind == ExprKind::Member && x.args[0]->ref.kind == RefKind::Local)
            at = names.at(static_cast<const Local *>(x.args[0]->ref.decl)); // old.clock
        std::string i = element ? printExpr(*clone(*element, replace)) : "", n = std::to_string(field->type.length);
        if (element && of->domain != Domain::None) // out of range: no element of another instance
            i = madeFunction("element", "(at__: int, i__: int) -> int { if i__ < 0 or i__ >= " + n + " { return -1; } return at__ * " + n + " + i__; }",
                             field->span) +
                "(" + at + ", " + i + ")";
        else if (!element)
            i = of->domain == Domain::None ? "" : at;
        return of->name + "__" + field->name + (i.empty() ? "" : "[" + i + "]");
    };
    replace = [&](const Expr &x) -> ExprPtr {
        if (auto it = opened.find(&x); it != opened.end())
            return parsed(it->second);
        if (x.type == Type{TypeKind::Bool}) {
            std::vector<const Expr *> optionals = optionalsOf(x);
            if (!optionals.empty()) {
                auto task = names.find(&implicitTask);
                return parsed(missingCondition(x, optionals) + "(" + (task == names.end() ? implicitTask.name : task->second) + ")");
            }
        }
        if (std::string made = exeCondition(x, replace); !made.empty())
            return parsed(made);
        if (names.contains(&implicitCpu) && isOperation(x, Operation::CpusWhere)) { // its `cpu` is another one
            auto inner = names;
            inner.erase(&implicitCpu);
            return rewrite(x, q, instance, inner);
        }
        if (x.kind == ExprKind::Range && x.type.kind == TypeKind::CpuSet) { // `on 0..3`: with its word it can stand anywhere
            std::string low = printExpr(*clone(*x.args[0], replace)), high = printExpr(*clone(*x.args[1], replace));
            return parsed("cpus(cpu.id >= " + low + " and cpu.id <= " + high + ")");
        }
        if (x.kind == ExprKind::Call && ownFunction(q, x.args[0]->ref.decl) && hasInstances(*q)) { // it has to know which instance
            auto call = make(ExprKind::Call, "");
            call->args.push_back(replace(*x.args[0]));
            call->args.push_back(parsed(instance));
            for (size_t i = 1; i < x.args.size(); ++i)
                call->args.push_back(clone(*x.args[i], replace));
            call->argNames = x.argNames;
            call->argNames.insert(call->argNames.begin(), "");
            return call;
        }
        if (x.kind == ExprKind::Index && x.args[0]->ref.kind == RefKind::Stat)
            if (auto *stat = static_cast<const StatDecl *>(x.args[0]->ref.decl); !stat->per.empty()) { // that of the task's queue or rule
                std::string task = printExpr(*clone(*x.args[1], replace));
                bool queue = stat->per == "queue";
                return parsed(topName(*x.args[0]) + "[" + (!queue ? task + ".rule__ - 1" : tracksQueue ? task + ".queue__" : "0") + "]");
            }
        if (x.kind == ExprKind::Index && x.args[0]->ref.kind == RefKind::QueueState && x.args[0]->type.isArray())
            return parsed(queueState(*x.args[0], x.args[1].get()));
        switch (x.ref.kind) {
        case RefKind::Operation: return isUtilisation(x) ? parsed("utilisation__") : nullptr;
        case RefKind::Attribute: {
            std::string made = madeAttribute(x, replace);
            return made.empty() ? nullptr : parsed(made);
        }
        case RefKind::Const: {
            auto *c = static_cast<const ConstDecl *>(x.ref.decl);
            if (c->type.kind == TypeKind::Time) // there is no literal of its type
                return parsed(constName(*c));
            auto literal = make(c->type.kind == TypeKind::Bool ? ExprKind::Bool : ExprKind::Number, "");
            literal->value = c->evaluated;
            literal->unit = c->type.kind == TypeKind::Duration || c->type.kind == TypeKind::Time ? Unit::Duration
                            : c->type.kind == TypeKind::Ratio                                    ? Unit::Ratio
                                                                                                 : Unit::None;
            if (c->type.kind == TypeKind::Enum)
                return parsed(c->type.enumDecl->values[static_cast<size_t>(c->evaluated)]);
            return literal;
        }
        case RefKind::Rules: {
            auto *rules = static_cast<const RulesDecl *>(x.ref.decl);
            if (x.kind == ExprKind::Member) { // p.media: over that task
                auto inner = names;
                inner[&implicitTask] = printExpr(*rewrite(*x.args[0], q, instance, names));
                return rewrite(*rules->value, q, instance, inner);
            }
            return clone(*rules->value, replace);
        }
        case RefKind::Local: {
            auto *local = static_cast<const Local *>(x.ref.decl);
            if (auto it = names.find(local); it != names.end())
                return parsed(it->second);
            if (q && q->discipline) // a discipline's argument
                for (size_t i = 0; i < q->discipline->parameters.size(); ++i) {
                    const auto &parameter = q->discipline->parameters[i];
                    if (&parameter->local != local)
                        continue;
                    std::vector<int> places = parametersOf(q->discipline->parameters, q->argumentNames);
                    for (size_t a = 0; a < places.size(); ++a)
                        if (places[a] == static_cast<int>(i))
                            return rewrite(*q->arguments[a], nullptr, "", {});
                    return clone(*parameter->value, replace);
                }
            return nullptr;
        }
        case RefKind::TaskField:
            if (q && q->discipline)
                for (const StateDecl &s : q->discipline->states)
                    for (const auto &f : s.fields)
                        if (f.get() == x.ref.decl) {
                            auto member = make(ExprKind::Member, q->name + "__" + f->name);
                            member->args.push_back(clone(*x.args[0], replace));
                            return member;
                        }
            return nullptr;
        case RefKind::QueueState: return parsed(queueState(x, nullptr));
        case RefKind::Self:
            if (x.kind != ExprKind::Name)
                return nullptr;
            if (x.ref.index == 1)
                return parsed("(" + sliceText(*q) + ")");
            return parsed(reference(q->name) + (q->domain == Domain::Cgroup && !instance.empty() ? "[cgroup__(" + instance + ")]" : ""));
        case RefKind::Function:
            if (ownFunction(q, x.ref.decl))
                return parsed(q->name + "__" + static_cast<const FnDecl *>(x.ref.decl)->name);
            [[fallthrough]];
        case RefKind::Queue:
        case RefKind::Global:
        case RefKind::Param:
        case RefKind::CpuSet:
        case RefKind::Stat: return x.kind == ExprKind::Name ? parsed(topName(x)) : nullptr;
        case RefKind::EnumValue: {
            auto *of = static_cast<const EnumDecl *>(x.ref.decl);
            return of && x.kind == ExprKind::Member ? parsed(reference(of->name) + "." + x.name) : nullptr;
        }
        default: return nullptr;
        }
    };
    return clone(e, replace);
}

bool CoreWriter::containsReturn(const Block &block) {
    for (const StmtPtr &s : block)
        if (s->kind == StmtKind::Return || containsReturn(s->body) || containsReturn(s->orElse))
            return true;
    return false;
}

void CoreWriter::body(const Block &block, const QueueDecl *q, const std::string &instance, const std::map<const Local *, std::string> &given) {
    auto names = given;
    // A local of the policy that would hide an argument under its generated name gets another one.
    auto localName = [&](const Stmt &s) {
        const std::string &name = s.local->name;
        bool hides = (s.kind == StmtKind::Let || s.kind == StmtKind::Var) && isGenerated(name);
        for (const auto &[local, canonical] : given)
            hides |= canonical == name;
        return hides ? name + "__" : name;
    };
    // `if let old = from` of a join is decided here: `names` says what `from` is, or that there is none.
    std::function<StmtPtr(const Stmt &)> copy = [&](const Stmt &s) -> StmtPtr {
        auto copyBlock = [&](const Block &from, Block &to) {
            for (const StmtPtr &inner : from)
                to.push_back(copy(*inner));
        };
        if (s.kind == StmtKind::If && s.local && s.value->ref.kind == RefKind::Local && s.value->type.kind == TypeKind::Instance) {
            auto it = names.find(static_cast<const Local *>(s.value->ref.decl));
            std::string from = it == names.end() ? "" : it->second;
            auto made = std::make_unique<Stmt>();
            made->span = s.span;
            if (from.empty()) { // a single instance: nobody ever comes from another
                made->kind = StmtKind::Block;
                copyBlock(s.orElse, made->body);
                return made;
            }
            auto inner = names;
            inner[s.local.get()] = from;
            made->kind = StmtKind::If;
            made->value = std::make_unique<Expr>();
            made->value->kind = ExprKind::Name;
            made->value->name = from + " >= 0";
            made->value->span = s.span;
            for (const StmtPtr &x : s.body)
                made->body.push_back(clone(*x, [&](const Expr &e) { return rewrite(e, q, instance, inner); }));
            copyBlock(s.orElse, made->orElse);
            return made;
        }
        auto made = std::make_unique<Stmt>();
        made->kind = s.kind;
        made->span = s.span;
        if (s.local) {
            made->local = std::make_unique<Local>(Local{localName(s), s.local->span, {}, s.local->assignable});
            if (made->local->name != s.local->name)
                names[s.local.get()] = made->local->name;
        }
        if (s.target)
            made->target = rewrite(*s.target, q, instance, names);
        if (s.value)
            made->value = rewrite(*s.value, q, instance, names);
        if (s.typeName)
            made->typeName = typeName(*s.typeName, s.local->type);
        made->assign = s.assign;
        copyBlock(s.body, made->body);
        copyBlock(s.orElse, made->orElse);
        return made;
    };
    Block copied;
    for (const StmtPtr &s : block)
        copied.push_back(copy(*s));
    for (PrintedLine &printed : printBlock(copied, depth))
        lines.push_back(std::move(printed));
}

std::map<const Local *, std::string> CoreWriter::argumentNames(const HookDecl &hook, const std::string &task) const {
    std::map<const Local *, std::string> names;
    const HookRow *row = findHook(hook.name);
    for (size_t i = 0; row && i < hook.arguments.size(); ++i)
        names[hook.arguments[i].get()] = i == 0 && row->arguments[0].type.kind == TypeKind::Task ? task : std::string(row->arguments[i].name);
    return names;
}

bool CoreWriter::hasBodies(const std::string &event) const {
    if (userHook(event))
        return true;
    for (const auto &q : surface.queues)
        if (disciplineHook(*q, event))
            return true;
    return false;
}

/// What a body written as a function is called with.
std::string CoreWriter::arguments(const HookDecl &hook, const std::string &task) const {
    const HookRow *row = findHook(hook.name);
    std::string list;
    for (size_t i = 0; i < hook.arguments.size(); ++i)
        list += (i ? ", " : "") + (i == 0 && row->arguments[0].type.kind == TypeKind::Task ? task : std::string(row->arguments[i].name));
    return list;
}

/// Its head: the arguments it has, by the table's names.
std::string CoreWriter::parameters(const HookDecl &hook) const {
    const HookRow *row = findHook(hook.name);
    std::string list;
    for (size_t i = 0; i < hook.arguments.size(); ++i)
        list += (i ? ", " : "") + std::string(row->arguments[i].name) + ": " + typeText(row->arguments[i].type.value()) +
                (row->arguments[i].type.optional ? "__" : "");
    return list;
}

void CoreWriter::userBodies(const std::string &event, const std::string &task) {
    int number = 0;
    for (const auto &h : surface.hooks) {
        if (h->name != event)
            continue;
        ++number;
        if (decides(h.get())) // stands where the declarations would
            continue;
        if (containsReturn(h->body)) { // written as a function, so that its return does not skip the rest
            line("on_" + event + "__" + std::to_string(number) + "(" + arguments(*h, task) + ");");
        } else
            body(h->body, nullptr, "", argumentNames(*h, task));
    }
}

void CoreWriter::disciplineBodies(const std::string &event, const std::string &task) {
    for (const auto &q : surface.queues)
        if (const HookDecl *h = disciplineHook(*q, event)) {
            origin = q->nameSpan;
            bool guarded = tracksQueue;
            if (guarded)
                open(ifQueue(*q, task));
            if (containsReturn(h->body))
                line(q->name + "__on_" + event + "(" + arguments(*h, task) + ");");
            else
                body(h->body, q.get(), task + "." + q->name + "__inst - 1", argumentNames(*h, task));
            if (guarded)
                close();
        }
}

} // namespace scx
