// SPDX-License-Identifier: GPL-2.0-only
// Are the declarations right?
#include "bpf/KernelTypes.h"
#include "sema/Checker.h"
#include "sema/Options.h"

#include <algorithm>

namespace scx {

void Checker::declare(const std::string &name, Span span, Ref ref, Type type) {
    if (name.empty())
        return;
    if (mode == CheckMode::Surface && name.find("__") != std::string::npos)
        diags.report(Diag::CompilerName, span);
    std::vector<Symbol> &same = top[name]; // other files may have the name as well
    auto first = std::find_if(same.begin(), same.end(), [&](const Symbol &s) { return mode == CheckMode::Core || s.span.file == span.file; });
    bool fresh = first == same.end();
    bool attribute = mode == CheckMode::Surface && findAttribute(TypeKind::Task, name);
    // Globals and parameters are symbols of the object, beside those of the compiler and of the kernel.
    bool variable = ref.kind == RefKind::Global || ref.kind == RefKind::Param;
    bool symbol = variable && (name.rfind("uei", 0) == 0 || name == "_license" || name == "sd_llc_id" || name == "numa_node" || findKfunc(name) ||
                               name.rfind(program.policy.name + "_", 0) == 0);
    if (!fresh) {
        diags.report(Diag::NameTaken, span, name).note(first->span, "the first `" + name + "` is here");
        return;
    }
    same.push_back({ref, type, span});
    if (attribute || findOperation(TypeKind::None, name))
        diags.report(Diag::NameTaken, span, name).note({}, "it is built into the language");
    else if (symbol)
        diags.report(Diag::NameTaken, span, name).note({}, "the object uses it for a symbol of its own");
}

Type Checker::typeOf(const TypeName &name, bool state) {
    static const std::pair<const char *, TypeKind> builtin[] = {{"bool", TypeKind::Bool}, {"int", TypeKind::Int},      {"duration", TypeKind::Duration},
                                                                {"time", TypeKind::Time}, {"ratio", TypeKind::Ratio},  {"cpu", TypeKind::Cpu},
                                                                {"task", TypeKind::Task}, {"cgroup", TypeKind::Cgroup}};
    Type made;
    if (mode == CheckMode::Core) { // arguments of hooks that were written as functions
        if (name.name == "task__") // one that may be missing
            made = {TypeKind::Task, true};
    }
    for (auto [text, kind] : builtin)
        if (name.name == text)
            made.kind = kind;
    if (!made.known())
        if (auto found =
                choose(visible(top, name.name, name.span, [](const Symbol &s) { return s.ref.kind == RefKind::None && s.type.kind == TypeKind::Enum; }),
                       name.name, name.span, true)) {
            if (found->ambiguous)
                return {};
            made = found->type;
        }
    if (!made.known()) {
        diags.report(Diag::UnknownType, name.span, name.name);
        return {};
    }
    if (state && (made.kind == TypeKind::Task || made.kind == TypeKind::Cgroup)) {
        diags.report(Diag::TypeMismatch, name.span, "a type that can be kept",
                     made.kind == TypeKind::Task ? "task (store its `pid`, find it with `task(pid)`)"
                                                 : "cgroup (keep what you need of it, or state in the cgroup)");
        return {};
    }
    if (name.length) {
        Expr &length = *name.length;
        require(length, {TypeKind::Int});
        auto n = evaluate(length);
        if (!n)
            diags.report(Diag::NotConstant, length.span);
        else if (*n < 1 || *n > (mode == CheckMode::Core ? 4096 * kMaxCpus : 4096)) // the core has an element for each instance
            diags.report(Diag::BadLength, length.span, std::to_string(*n));
        else
            made.length = *n;
    }
    return made;
}

void Checker::collect() {
    for (auto &d : program.enums) {
        declare(d->name, d->nameSpan, {}, {TypeKind::Enum, false, 0, d.get()});
        std::set<std::string> seen;
        for (size_t i = 0; i < d->values.size(); ++i)
            if (!seen.insert(d->values[i]).second)
                diags.report(Diag::NameTaken, d->valueSpans[i], d->values[i]);
    }
    declareConsts();
    for (auto &d : program.params)
        checkParam(*d);
    for (StateDecl &s : program.states) {
        if (s.kind == StateKind::Queue)
            diags.report(Diag::Expected, s.span, "`task`, `cpu`, `cgroup` or `global` state", "that of a queue, which a discipline has");
        for (auto &f : s.fields) {
            checkField(*f);
            switch (s.kind) {
            case StateKind::Global: declare(f->name, f->nameSpan, {RefKind::Global, f.get()}, f->type); break;
            case StateKind::Queue: break; // told of above
            default: {
                auto &fields = s.kind == StateKind::Task ? taskFields : s.kind == StateKind::Cpu ? cpuFields : cgroupFields;
                if (mode == CheckMode::Surface && f->name.find("__") != std::string::npos)
                    diags.report(Diag::CompilerName, f->nameSpan);
                TypeKind owner = s.kind == StateKind::Task ? TypeKind::Task : s.kind == StateKind::Cpu ? TypeKind::Cpu : TypeKind::Cgroup;
                if (!fields.emplace(f->name, f.get()).second || findAttribute(owner, f->name))
                    diags.report(Diag::NameTaken, f->nameSpan, f->name);
            }
            }
        }
    }
    for (auto &d : program.cpuSets)
        declare(d->name, d->nameSpan, {RefKind::CpuSet, d.get()}, {TypeKind::CpuSet});
    for (auto &d : program.rules) {
        declare(d->name, d->nameSpan, {RefKind::Rules, d.get()}, {TypeKind::Bool});
        if (auto field = taskFields.find(d->name); field != taskFields.end()) // both are `p.NAME`
            diags.report(Diag::NameTaken, d->nameSpan, d->name).note(field->second->nameSpan, "the field of tasks is here");
    }
    int index = 0;
    for (auto &d : program.queues) {
        d->index = index++;
        declare(d->name, d->nameSpan, {RefKind::Queue, d.get()}, {TypeKind::Queue});
    }
    if (program.queues.size() > 64)
        diags.report(Diag::TooMany, program.queues.back()->nameSpan, "queues", "64");
    for (auto &d : program.stats) {
        declare(d->name, d->nameSpan, {RefKind::Stat, d.get()}, {});
        checkStat(*d);
    }
    auto single = [&](const TypeName &name) { // what is handed in or back fits a register
        Type of = typeOf(name, false);
        if (of.isArray())
            diags.report(Diag::TypeMismatch, name.span, "a single value", typeText(of));
        return of;
    };
    auto signature = [&](FnDecl &fn) {
        for (auto &p : fn.parameters)
            p->local.type = single(p->typeName);
        if (fn.resultName)
            fn.result = single(*fn.resultName);
    };
    for (auto &d : program.fns) {
        signature(*d);
        declare(d->name, d->nameSpan, {RefKind::Function, d.get()}, d->result);
    }
    for (auto &d : program.disciplines) {
        std::vector<Symbol> &same = disciplines[d->name];
        if (d->name == "fifo" || d->name == "lifo" || std::any_of(same.begin(), same.end(), [&](const Symbol &s) { return s.span.file == d->nameSpan.file; }))
            diags.report(Diag::NameTaken, d->nameSpan, d->name);
        same.push_back({{RefKind::None, d.get()}, {}, d->nameSpan});
        for (auto &p : d->parameters)
            p->local.type = single(p->typeName);
        for (auto &fn : d->fns)
            signature(*fn);
        for (auto &c : d->consts)
            checkConst(*c);
        for (StateDecl &s : d->states)
            for (auto &f : s.fields)
                checkField(*f);
    }
    for (auto &q : program.queues)
        if (q->ordering == Ordering::Discipline) {
            auto found = choose(visible(disciplines, q->orderingName, q->orderingSpan), q->orderingName, q->orderingSpan, true);
            if (found)
                q->discipline = static_cast<const DisciplineDecl *>(found->ref.decl);
            else {
                std::vector<std::string> known{"fifo", "lifo"};
                std::string module = q->orderingName.substr(0, q->orderingName.find('.') + 1); // with its dot
                for (auto &d : program.disciplines)
                    if (!visible(disciplines, module + d->name, q->orderingSpan).empty())
                        known.push_back(module + d->name);
                std::string near = nearest(q->orderingName, known);
                diags.report(Diag::UnknownDiscipline, q->orderingSpan, q->orderingName, near.empty() ? "; is a `use` missing?" : didYouMean(near));
            }
        }
}

/// Constants may stand in any order: all names first, each value when it is first needed.
void Checker::declareConsts() {
    for (auto &d : program.consts)
        declare(d->name, d->nameSpan, {RefKind::Const, d.get()}, {});
    for (auto &d : program.consts)
        checkConst(*d);
}

void Checker::checkConst(ConstDecl &decl) {
    int &state = consts[&decl];
    if (state == 2)
        return;
    if (state == 1) {
        diags.report(Diag::DefinedByItself, decl.nameSpan, decl.name);
        return;
    }
    state = 1;
    Type declared = decl.typeName ? typeOf(*decl.typeName, true) : Type{};
    if (declared.known())
        require(*decl.value, declared);
    else
        declared = type(*decl.value);
    decl.type = declared;
    if (declared.known()) {
        if (auto value = evaluate(*decl.value))
            decl.evaluated = *value;
        else
            diags.report(Diag::NotConstant, decl.value->span);
    }
    consts[&decl] = 2;
}

void Checker::checkParam(ParamDecl &decl) {
    decl.type = typeOf(decl.typeName, true);
    declare(decl.name, decl.nameSpan, {RefKind::Param, &decl}, decl.type);
    if (!decl.type.known())
        return;
    if (decl.type.isArray() || decl.type.kind == TypeKind::Cpu) {
        diags.report(Diag::TypeMismatch, decl.typeName.span, "bool, int, duration, time, ratio or an enum", typeText(decl.type));
        return;
    }
    auto constant = [&](Expr &e, int64_t &into) {
        require(e, decl.type);
        auto value = evaluate(e);
        if (value)
            into = *value;
        else if (e.type.known())
            diags.report(Diag::NotConstant, e.span);
    };
    constant(*decl.value, decl.evaluated);
    if (!decl.range)
        return;
    if (decl.range->kind != ExprKind::Range) {
        diags.report(Diag::Expected, decl.range->span, "a range `low..high`", "a value");
        return;
    }
    constant(*decl.range->args[0], decl.minimum);
    constant(*decl.range->args[1], decl.maximum);
    if (diags.ok() && decl.minimum > decl.maximum)
        diags.report(Diag::Expected, decl.range->span, "a range `low..high`", "one that ends before it begins");
    else if (diags.ok() && (decl.evaluated < decl.minimum || decl.evaluated > decl.maximum))
        diags.report(Diag::OutOfRange, decl.value->span, "the default", "the range that follows").note(decl.range->span, "the range");
}

void Checker::checkField(Field &field) {
    field.type = typeOf(field.typeName, true);
    if (!field.value || !field.type.known())
        return;
    if (field.type.isArray()) {
        diags.report(Diag::NotConstant, field.value->span);
        return;
    }
    require(*field.value, field.type);
    if (auto value = evaluate(*field.value))
        field.evaluated = *value;
    else if (field.value->type.known())
        diags.report(Diag::NotConstant, field.value->span);
}

void Checker::checkOptions(Options &options, const char *of) {
    std::set<std::string> seen;
    for (Option &o : options) {
        if (!seen.insert(o.name).second)
            diags.report(Diag::BadOption, o.nameSpan, o.name, "is given twice; keep one");
        const OptionRow *row = findOption(of, o.name);
        if (!row) {
            diags.report(Diag::UnknownOption, o.nameSpan, o.name, of, didYouMean(nearest(o.name, optionNames(of))));
            continue;
        }
        if (row->value == OptionValue::Flag && (o.value || (discipline && row->of == "queue")))
            diags.report(Diag::BadOption, o.nameSpan, o.name, o.value ? "takes no value" : "stands at a queue, not in a discipline");
        if (o.place) {
            checkPlace(*o.place);
            continue;
        }
        if (!o.value && row->value != OptionValue::Flag) {
            diags.report(Diag::BadOption, o.nameSpan, o.name, "needs a value");
            continue;
        }
        if (!o.target.empty() && row->value != OptionValue::Capacity)
            diags.report(Diag::BadOption, o.targetSpan, o.name, "takes no other queue");
        auto word = [&](std::initializer_list<const char *> words) {
            for (const char *w : words)
                if (o.value->kind == ExprKind::Name && o.value->name == w)
                    return true;
            return false;
        };
        switch (row->value) {
        case OptionValue::Slice:
            if (word({"forever"}))
                break;
            require(*o.value, {TypeKind::Duration});
            if (auto n = evaluate(*o.value); n && o.value->type.known() && *n == 0)
                diags.report(Diag::ZeroSlice, o.value->span);
            else if (n && *n < 0 && mode == CheckMode::Surface) // the core writes `forever` as -1ns
                diags.report(Diag::OutOfRange, o.value->span, "a negative slice", "what a slice can be");
            break;
        case OptionValue::Timeout:
            require(*o.value, {TypeKind::Duration});
            if (auto n = evaluate(*o.value); o.value->type.known() && (!n || *n < 1'000'000 || *n > 30'000'000'000))
                diags.report(Diag::BadOption, o.value->span, o.name, "is a constant from 1ms to 30s, the kernel allows no more");
            break;
        case OptionValue::Limit:
            if (!word({"none"})) {
                require(*o.value, {TypeKind::Duration});
                if (anyExpr(*o.value, [](const Expr &e) { return e.ref.decl == &implicitTask; }))
                    diags.report(Diag::BadOption, o.value->span, o.name, "is about the queue, not about one task; leave tasks out of it");
            }
            break;
        case OptionValue::Steal:
            if (!word({"none", "core", "llc", "node", "any"}))
                diags.report(Diag::BadOption, o.value->span, o.name, "is none, core, llc, node or any");
            break;
        case OptionValue::Capacity:
            if (require(*o.value, {TypeKind::Int}))
                if (auto n = evaluate(*o.value); n && *n < 1)
                    diags.report(Diag::OutOfRange, o.value->span, std::to_string(*n), "what a queue can hold: 1 task and more");
            if (anyExpr(*o.value, [](const Expr &e) { return e.ref.decl == &implicitTask; }))
                diags.report(Diag::BadOption, o.value->span, o.name, "is about the queue, not about one task; leave tasks out of it");
            if (discipline)
                diags.report(Diag::BadOption, o.nameSpan, o.name, "stands at a queue, not in a discipline");
            else if (o.target.empty())
                diags.report(Diag::BadOption, o.nameSpan, o.name, "says where the others go: `capacity: N -> QUEUE`");
            break;
        case OptionValue::Share:
            if (!require(*o.value, {TypeKind::Ratio}))
                break;
            if (auto n = evaluate(*o.value); n && (*n < 1 || *n > 1'000'000))
                diags.report(Diag::OutOfRange, o.value->span, "this share", "what CPUs have: more than 0%, up to 100%");
            if (anyExpr(*o.value, [](const Expr &e) { return e.ref.decl == &implicitTask; }))
                diags.report(Diag::BadOption, o.value->span, o.name, "is about the queue, not about one task; leave tasks out of it");
            if (discipline)
                diags.report(Diag::BadOption, o.nameSpan, o.name, "stands at a queue, not in a discipline");
            break;
        case OptionValue::Backing: checkBacking(o); break;
        case OptionValue::Switch:
            if (!word({"all", "partial"}))
                diags.report(Diag::BadOption, o.value->span, o.name, "is all or partial");
            break;
        case OptionValue::Queues: {
            std::function<void(Expr &)> queues = [&](Expr &e) {
                if (e.kind == ExprKind::Binary && e.op == Op::BitOr) {
                    queues(*e.args[0]);
                    queues(*e.args[1]);
                } else
                    require(e, {TypeKind::Queue});
            };
            if (!word({"none"}))
                queues(*o.value);
            break;
        }
        default: break;
        }
    }
}

void Checker::checkBacking(Option &o) {
    bool call = o.value->kind == ExprKind::Call && o.value->args[0]->kind == ExprKind::Name;
    if (discipline)
        diags.report(Diag::BadOption, o.nameSpan, o.name, "stands at a queue, not in a discipline");
    else if (call && o.value->args[0]->name == "userspace" && o.value->args.size() == 2) {
        Expr &time = *o.value->args[1];
        bool fits = require(time, {TypeKind::Duration});
        auto n = evaluate(time);
        if (fits && !n)
            diags.report(Diag::NotConstant, time.span);
        else if (fits && (*n < 1'000'000 || *n > 1'000'000'000))
            diags.report(Diag::OutOfRange, time.span, "this time", "how far the process may be behind: 1ms to 1s");
    } else if (call && o.value->args[0]->name == "ring" && o.value->args.size() == 2) {
        Expr &size = *o.value->args[1];
        bool fits = require(size, {TypeKind::Int});
        auto n = evaluate(size);
        if (fits && !n)
            diags.report(Diag::NotConstant, size.span);
        else if (fits && (*n < 1 || *n > 65536))
            diags.report(Diag::OutOfRange, size.span, std::to_string(*n), "what a ring holds: 1 to 65536 tasks");
    } else if (o.value->kind != ExprKind::Name || o.value->name != "dsq")
        diags.report(Diag::BadOption, o.value->span, o.name, "is dsq, ring(N) or userspace(TIME)");
}

bool Checker::returnsAlways(const Block &b) {
    for (const StmtPtr &s : b) {
        if (s->kind == StmtKind::Return)
            return true;
        if ((s->kind == StmtKind::If && !s->orElse.empty() && returnsAlways(s->body) && returnsAlways(s->orElse)) ||
            (s->kind == StmtKind::Block && returnsAlways(s->body)))
            return true;
    }
    return false;
}

void Checker::checkFunction(FnDecl &fn) {
    scopes.emplace_back();
    for (auto &p : fn.parameters) {
        pushLocal(p->local);
        if (p->value)
            require(*p->value, p->local.type);
    }
    returns = fn.result;
    inHook = false;
    block(fn.body);
    scopes.pop_back();
    if (fn.result.known() && !returnsAlways(fn.body))
        diags.report(Diag::MissingReturn, fn.nameSpan, fn.name, typeText(fn.result));
}

void Checker::checkHook(HookDecl &hook, bool inDiscipline) {
    static constexpr HookArgument joinArgs[] = {{"p", {TypeKind::Task}}, {"from", {TypeKind::Instance, true}}};
    const HookRow *row = findHook(hook.name);
    std::span<const HookArgument> arguments = row ? row->arguments : std::span<const HookArgument>();
    // A discipline hears of its queue's tasks: of events about a task that belongs to a queue already, and of the search for the next.
    auto ofDiscipline = [](const HookRow &h) {
        return h.event == "dispatch" || (h.context != kSelectCpu && !h.sleepable && h.event != "enable" && !h.result.known() && !h.arguments.empty() &&
                                         h.arguments[0].type.kind == TypeKind::Task);
    };
    if (inDiscipline && hook.name == "join")
        arguments = joinArgs;
    else if (!row || (inDiscipline && !ofDiscipline(*row))) {
        std::vector<std::string> known;
        for (const HookRow &h : hookRows())
            if (!inDiscipline || ofDiscipline(h))
                known.emplace_back(h.event);
        if (inDiscipline)
            known.emplace_back("join");
        std::string meant = nearest(hook.name, known);
        for (const HookRow &h : hookRows()) // by the kernel's name of it
            if (h.member == hook.name && std::find(known.begin(), known.end(), h.event) != known.end())
                meant = h.event;
        diags.report(Diag::UnknownHook, hook.nameSpan, hook.name, (inDiscipline ? " in a discipline" : "") + didYouMean(meant));
        return;
    }
    if (hook.arguments.size() > arguments.size())
        diags.report(Diag::TooManyArguments, hook.nameSpan, hook.name, std::to_string(arguments.size()), std::to_string(hook.arguments.size()));
    scopes.emplace_back();
    for (size_t i = 0; i < hook.arguments.size() && i < arguments.size(); ++i) {
        hook.arguments[i]->type = arguments[i].type;
        pushLocal(*hook.arguments[i]);
    }
    returns = row ? row->result : Type{};
    inHook = true;
    taskOfQueue = hook.name != "dispatch";
    block(hook.body);
    taskOfQueue = false;
    inHook = false;
    scopes.pop_back();
}

/// Runs `typing` where a task is at hand: it is `p`, and `p.` may be left out.
void Checker::withTask(const std::function<void()> &typing) {
    bool outer = taskAtHand;
    taskAtHand = true;
    scopes.emplace_back();
    scopes.back()["p"] = {{RefKind::Local, &implicitTask}, implicitTask.type, {}};
    typing();
    scopes.pop_back();
    taskAtHand = outer;
}

void Checker::checkNames() {
    withTask([&] { checkOptions(program.settings, "policy"); });
    for (auto &d : program.cpuSets)
        requireSet(*d->value);
    auto rule = [&](Expr &condition) {
        inRule = true;
        withTask([&] { require(condition, {TypeKind::Bool}); });
        inRule = false;
    };
    for (auto &d : program.rules)
        rule(*d->value);
    for (auto &q : program.queues)
        checkQueue(*q);
    for (auto &d : program.disciplines)
        checkDiscipline(*d);
    for (auto &f : program.fns)
        checkFunction(*f);
    if (program.match)
        for (MatchRule &matched : program.match->rules) {
            if (matched.condition)
                rule(*matched.condition);
            Expr queue;
            queue.kind = ExprKind::Name;
            queue.name = matched.queue;
            queue.span = matched.queueSpan;
            require(queue, {TypeKind::Queue});
            withTask([&] { checkOptions(matched.options, "rule"); });
        }
    if (program.place)
        checkPlace(*program.place);
    if (program.dispatch)
        checkEntry(*program.dispatch);
    for (auto &h : program.hooks)
        checkHook(*h, false);
    for (auto &e : program.everys) {
        require(*e->period, {TypeKind::Duration});
        if (auto period = evaluate(*e->period); period && *period <= 0)
            diags.report(Diag::OutOfRange, e->period->span, "a period of zero or less", "what a timer can have");
        returns = {};
        inHook = true;
        block(e->body);
    }
    for (StmtPtr &a : program.asserts)
        stmt(*a);
    if (mode == CheckMode::Surface)
        for (auto &p : program.params)
            if (!used.contains(p.get()))
                diags.report(Diag::UnusedParam, p->nameSpan, p->name);
}

void Checker::run() {
    if (!program.hasPolicy) {
        diags.report(Diag::PolicyMissing, {program.file, 0, 0});
        return;
    }
    collect();
    if (diags.ok())
        checkNames();
}

bool check(Program &program, CheckMode mode, Diagnostics &diags) {
    Checker(program, mode, diags).run();
    if (diags.ok())
        checkContexts(program, mode, diags);
    if (diags.ok() && mode == CheckMode::Surface) {
        checkSizes(program, diags);
        checkRules(program, diags);
        checkPlacement(program, diags);
        if (diags.ok()) {
            checkLimits(program, diags);
            checkUserSpace(program, diags);
        }
        giveUniqueNames(program);
    }
    return diags.ok();
}

} // namespace scx
