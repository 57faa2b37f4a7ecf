// SPDX-License-Identifier: GPL-2.0-only
// What does a name mean?
// Order: locals, a discipline's own names, top-level names, then (where a task is at hand) the task's fields and attributes.
// With an enum, policy or queue expected, its values come first.
#include "sema/Checker.h"

#include <algorithm>

namespace scx {

const Local implicitTask{"p", {}, {TypeKind::Task}, false};
const Local implicitCpu{"cpu", {}, {TypeKind::Cpu}, false};
const Local implicitCgroup{"cgroup", {}, {TypeKind::Cgroup}, false};
const Local implicitPrev{"prev", {}, {TypeKind::Cpu}, false};

std::optional<Symbol> Checker::lookup(const std::string &name, Span at, bool report) {
    if (mode == CheckMode::Core && name.ends_with("__top")) { // written by the compiler where a local has the name
        auto it = top.find(name.substr(0, name.size() - 5));
        return it == top.end() ? std::nullopt : std::optional(it->second.front());
    }
    for (size_t i = scopes.size(); i-- > 0;)
        if (auto it = scopes[i].find(name); it != scopes[i].end())
            return it->second;
    if (discipline) { // it sees its own names and what is no policy's: constants, functions, enums
        if (auto it = disciplineQueue.find(name); it != disciplineQueue.end())
            return Symbol{{RefKind::QueueState, it->second}, it->second->type, it->second->nameSpan};
        if (auto it = disciplineFns.find(name); it != disciplineFns.end())
            return Symbol{{RefKind::Function, it->second}, it->second->result, it->second->nameSpan};
        if (name == "self")
            return Symbol{{RefKind::Self, discipline}, {TypeKind::Queue}, {}};
        if (name == "slice")
            return Symbol{{RefKind::Self, discipline, 1}, {TypeKind::Duration}, {}};
    }
    auto seen = [&](const Symbol &s) {
        if (discipline && mode == CheckMode::Surface)
            switch (s.ref.kind) {
            case RefKind::Global:
            case RefKind::Param:
            case RefKind::Queue:
            case RefKind::Stat:
            case RefKind::CpuSet:
            case RefKind::Rules: return false;
            default: break;
            }
        return true;
    };
    auto symbol = choose(visible(top, name, at, seen), name, at, report);
    if (symbol && symbol->ref.kind == RefKind::Const)
        for (auto &d : program.consts)
            if (d.get() == symbol->ref.decl) {
                checkConst(*d);
                symbol->type = d->type;
            }
    return symbol;
}

/// Gives `e` the meaning of its name; false if there is none.
bool Checker::bind(Expr &e) {
    auto symbol = lookup(e.name, e.span, true);
    if (!symbol)
        return false;
    if (symbol->ref.kind == RefKind::Param)
        used.insert(symbol->ref.decl);
    e.ref = symbol->ref;
    e.type = symbol->type;
    return true;
}

std::vector<std::string> Checker::visibleNames() {
    std::vector<std::string> names;
    for (const auto &scope : scopes)
        for (const auto &[name, symbol] : scope)
            names.push_back(name);
    for (const auto &[name, symbol] : top)
        names.push_back(name);
    if (discipline)
        for (const auto &[name, field] : disciplineQueue)
            names.push_back(name);
    for (const OperationRow &row : operationRows())
        if (row.owner == TypeKind::None)
            names.emplace_back(row.name);
    if (taskAtHand)
        for (std::string &name : memberNames({TypeKind::Task}))
            names.push_back(std::move(name));
    std::sort(names.begin(), names.end()); // hash order must not choose between equally near names
    return names;
}

std::vector<std::string> Checker::memberNames(Type owner) {
    std::vector<std::string> names;
    for (const AttributeRow &row : attributeRows())
        if (row.owner == owner.kind)
            names.emplace_back(row.name);
    for (const OperationRow &row : operationRows())
        if (row.owner == owner.kind)
            names.emplace_back(row.name);
    auto add = [&](const auto &fields) {
        for (const auto &[name, field] : fields)
            names.push_back(name);
    };
    if (owner.kind == TypeKind::Task) {
        add(discipline ? disciplineTask : taskFields);
    } else if (owner.kind == TypeKind::Cpu)
        add(cpuFields);
    else if (owner.kind == TypeKind::Cgroup)
        add(cgroupFields);
    std::sort(names.begin(), names.end());
    return names;
}

void Checker::resolveName(Expr &e, Type expected) {
    if (expected.kind == TypeKind::Enum && expected.enumDecl) {
        const auto &values = expected.enumDecl->values;
        for (size_t i = 0; i < values.size(); ++i)
            if (values[i] == e.name) {
                e.ref = {RefKind::EnumValue, expected.enumDecl, static_cast<int>(i)};
                e.type = {TypeKind::Enum, false, 0, expected.enumDecl};
                return;
            }
    }
    if (expected.kind == TypeKind::Policy)
        for (const PolicyRow &row : policyRows())
            if (row.name == e.name) {
                e.ref = {RefKind::EnumValue, nullptr, row.value};
                e.type = {TypeKind::Policy};
                return;
            }
    if (expected.kind == TypeKind::Queue)
        for (const auto &queue : program.queues)
            if (queue->name == e.name) {
                e.ref = {RefKind::Queue, queue.get()};
                e.type = {TypeKind::Queue};
                return;
            }
    if (bind(e)) {
        if (e.ref.kind == RefKind::Self && e.ref.index == 1 && !taskOfQueue)
            diags.report(Diag::NoValue, e.span, e.name, "a slice is a task's, and none of the queue is at hand");
        return;
    }
    if (const OperationRow *row = findOperation(TypeKind::None, e.name); row && row->isValue && (!row->internal || mode == CheckMode::Core)) {
        e.ref = {RefKind::Operation, row};
        e.type = row->result;
        return;
    }
    if (inPlace && (e.name == "llc" || e.name == "node" || e.name == "core")) {
        // Bare in a place block: the set around prev. Written out: llc(prev.llc).
        auto make = [&](ExprKind kind, std::string name) {
            auto made = std::make_unique<Expr>();
            made->kind = kind;
            made->span = e.span;
            made->name = std::move(name);
            return made;
        };
        ExprPtr callee = make(ExprKind::Name, e.name), prev = make(ExprKind::Name, "prev"), id = make(ExprKind::Member, e.name);
        id->args.push_back(std::move(prev));
        e.kind = ExprKind::Call;
        e.name.clear();
        e.args.push_back(std::move(callee));
        e.args.push_back(std::move(id));
        e.argNames = {""};
        type(e, {TypeKind::CpuSet});
        return;
    }
    if (cpuAtHand && e.name == "cpu") {
        e.ref = {RefKind::Local, &implicitCpu};
        e.type = implicitCpu.type;
        return;
    }
    if (taskAtHand && (taskFields.contains(e.name) || findAttribute(TypeKind::Task, e.name) || e.name == "wake" || e.name == "leader")) {
        // `nice` is `p.nice`.
        auto task = std::make_unique<Expr>();
        task->kind = ExprKind::Name;
        task->name = implicitTask.name;
        task->span = e.span;
        task->ref = {RefKind::Local, &implicitTask};
        task->type = implicitTask.type;
        e.kind = ExprKind::Member;
        e.implicitTask = true;
        e.args.push_back(std::move(task));
        resolveMember(e);
        return;
    }
    if (discipline && !visible(top, e.name, e.span).empty())
        diags.report(Diag::PolicysOwn, e.span, e.name);
    else
        unknownName(e);
}

/// A queue `per cgroup` that does not say of which.
void Checker::needsCgroup(const Expr &queue) {
    if (queue.ref.kind == RefKind::Queue && queue.kind != ExprKind::Index && static_cast<const QueueDecl *>(queue.ref.decl)->domain == Domain::Cgroup)
        diags.report(Diag::NoValue, queue.span, queue.name, "there is one for each cgroup; say which, `" + queue.name + "[…]`");
}

/// A value of two words, `machine.utilisation`, is one name. What is declared as the first comes before it.
void Checker::foldValue(Expr &e) {
    if (e.kind != ExprKind::Member || e.args[0]->kind != ExprKind::Name || lookup(e.args[0]->name, e.args[0]->span))
        return;
    const OperationRow *row = findOperation(TypeKind::None, e.args[0]->name + "." + e.name);
    if (!row || !row->isValue)
        return;
    e.kind = ExprKind::Name;
    e.name = row->name;
    e.args.clear();
}

void Checker::resolveMember(Expr &e) {
    Expr &base = *e.args[0];
    foldQualified(base); // M.level.low
    // `level.c` names an enumerator; nothing else is reached through a type's name.
    if (base.kind == ExprKind::Name)
        if (auto symbol = lookup(base.name, base.span); symbol && symbol->ref.kind == RefKind::None && symbol->type.kind == TypeKind::Enum) {
            Expr value;
            value.kind = ExprKind::Name;
            value.span = e.span;
            value.name = e.name;
            resolveName(value, symbol->type);
            e.ref = value.ref;
            e.type = value.type;
            return;
        }
    // Dotted attributes (`leader.comm`): one member of the task, longest match first.
    if (base.kind == ExprKind::Name && taskAtHand && !lookup(base.name, base.span) && findAttribute(TypeKind::Task, base.name + "." + e.name)) {
        std::string dotted = base.name + "." + e.name;
        base.name = implicitTask.name;
        base.ref = {RefKind::Local, &implicitTask};
        base.type = implicitTask.type;
        e.name = dotted;
    } else if (base.kind == ExprKind::Member) {
        std::string dotted = base.name + "." + e.name; // p.leader.comm, c.local.insert
        for (TypeKind kind : {TypeKind::Task, TypeKind::Cpu})
            if ((findAttribute(kind, dotted) || findOperation(kind, dotted)) && type(*base.args[0]).kind == kind) {
                e.name = dotted;
                ExprPtr owner = std::move(base.args[0]);
                e.args[0] = std::move(owner);
                break;
            }
    }
    Type owner = type(*e.args[0]);
    if (!owner.known())
        return needsValue(*e.args[0]);
    if (owner.optional) {
        if (!inRule) {
            mayBeMissing(e.args[0]->span);
            return;
        }
        owner = owner.value();
    }
    auto field = [&](const auto &fields, RefKind kind) {
        auto it = fields.find(e.name);
        if (it == fields.end())
            return false;
        e.ref = {kind, it->second};
        e.type = it->second->type;
        return true;
    };
    switch (owner.kind) {
    case TypeKind::Task:
        if (discipline && field(disciplineTask, RefKind::TaskField))
            return;
        if ((!discipline || mode == CheckMode::Core) && field(taskFields, RefKind::TaskField)) // in the core it is told of the policy's as well
            return;
        if (discipline && taskFields.contains(e.name)) {
            diags.report(Diag::PolicysOwn, e.span, e.name);
            return;
        }
        if (!discipline)
            if (auto rules = choose(visible(top, e.name, e.span, [](const Symbol &s) { return s.ref.kind == RefKind::Rules; }), e.name, e.span, true)) {
                e.ref = rules->ref;
                e.type = rules->ambiguous ? Type{} : Type{TypeKind::Bool};
                return;
            }
        break;
    case TypeKind::Cpu:
        if (!discipline && field(cpuFields, RefKind::CpuField))
            return;
        break;
    case TypeKind::Cgroup:
        if (!discipline && field(cgroupFields, RefKind::CgroupField))
            return;
        break;
    case TypeKind::Queue:
    case TypeKind::Instance: {
        const Expr &receiver = *e.args[0];
        if (e.name != "insert") // that goes to the instance of the task's own
            needsCgroup(receiver);
        if (isCpuLocal(receiver)) { // what it has are rows of their own
            diags.report(Diag::UnknownMember, e.span, "cpu", "local." + e.name, didYouMean(nearest("local." + e.name, memberNames({TypeKind::Cpu}))));
            return;
        }
        const DisciplineDecl *of = nullptr;
        if (receiver.ref.kind == RefKind::Self || (receiver.type.kind == TypeKind::Instance && receiver.ref.kind != RefKind::Queue))
            of = discipline;
        else if (receiver.ref.kind == RefKind::Queue)
            of = static_cast<const QueueDecl *>(receiver.ref.decl)->discipline;
        if (of)
            for (const StateDecl &state : of->states)
                if (state.kind == StateKind::Queue)
                    for (const auto &f : state.fields)
                        if (f->name == e.name) {
                            e.ref = {RefKind::QueueState, f.get()};
                            e.type = f->type;
                            return;
                        }
        break;
    }
    default: break;
    }
    bool internal = mode == CheckMode::Core;
    if (const AttributeRow *row = findAttribute(owner.kind, e.name); row && (!row->internal || internal)) {
        const Ref &of = e.args[0]->ref;
        if (row->read == Read::CpusCount && !(of.kind == RefKind::Operation && static_cast<const OperationRow *>(of.decl)->op == Operation::AllCpus)) {
            diags.report(Diag::NoValue, e.span, e.name, "only of the machine's CPUs it is known how many they are, `cpus.count`; count others in a loop");
            return;
        }
        e.ref = {RefKind::Attribute, row};
        e.type = row->type;
        return;
    }
    if (const OperationRow *row = findOperation(owner.kind, e.name); row && (!row->internal || internal)) {
        e.ref = {RefKind::Operation, row};
        e.type = row->result;
        return;
    }
    unknownMember(e, owner);
}

/// What has a name of two words that begins so, as one would write it; empty if nothing has.
std::string Checker::wordsBegunBy(const std::string &name, TypeKind owner) const {
    auto begins = [&](const auto &row) { return row.owner == owner && !row.internal && row.name.starts_with(name + "."); };
    for (const AttributeRow &row : attributeRows())
        if (begins(row))
            return std::string(row.name);
    for (const OperationRow &row : operationRows())
        if (begins(row))
            return std::string(row.name);
    return "";
}

void Checker::unknownMember(const Expr &e, Type owner) {
    if (owner.kind == TypeKind::Task && !discipline)
        for (const auto &d : program.disciplines)
            for (const StateDecl &state : d->states)
                if (state.kind == StateKind::Task && std::any_of(state.fields.begin(), state.fields.end(), [&](const auto &f) { return f->name == e.name; })) {
                    diags.report(Diag::NoValue, e.span, e.name, "it is state that the discipline `" + d->name + "` keeps of a task, for itself");
                    return;
                }
    std::string words = wordsBegunBy(e.name, owner.kind);
    diags.report(Diag::UnknownMember, e.span, typeText(owner), e.name, didYouMean(words.empty() ? nearest(e.name, memberNames(owner)) : words));
}

} // namespace scx
