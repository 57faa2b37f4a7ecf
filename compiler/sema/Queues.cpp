// SPDX-License-Identifier: GPL-2.0-only
// Are the declarations about queues right: the queues themselves, disciplines, where tasks are placed, which queue comes next?
#include "sema/Checker.h"

#include <algorithm>

namespace scx {

void Checker::checkPlace(PlaceBlock &place) {
    bool outer = inPlace;
    inPlace = taskAtHand = true;
    scopes.emplace_back();
    scopes.back()["prev"] = {{RefKind::Local, &implicitPrev}, implicitPrev.type, {}};
    scopes.back()["p"] = {{RefKind::Local, &implicitTask}, implicitTask.type, {}};
    const Candidate *otherwise = nullptr;
    for (Candidate &c : place.candidates) {
        if (otherwise)
            diags.report(Diag::Expected, c.nameSpan, "`}` after the `else` of `place`", "another candidate").note(otherwise->nameSpan, "the `else`");
        if (c.isElse)
            otherwise = &c;
        if (c.isElse ? c.name != "prev" : c.name != "prev" && c.name != "core" && c.name != "cpu")
            diags.report(Diag::Expected, c.nameSpan, c.isElse ? "`prev`" : "`prev`, `core` or `cpu`", "`" + c.name + "`");
        if (c.within)
            requireSet(*c.within);
        if (c.guard)
            require(*c.guard, {TypeKind::Bool});
    }
    scopes.pop_back();
    inPlace = outer;
    taskAtHand = false;
}

void Checker::checkEntry(Entry &entry) {
    if (!entry.queue.empty()) {
        Expr queue;
        queue.kind = ExprKind::Name;
        queue.name = entry.queue;
        queue.span = entry.queueSpan;
        require(queue, {TypeKind::Queue});
    }
    const QueueDecl *queue = nullptr;
    for (const auto &q : program.queues)
        if (q->name == entry.queue)
            queue = q.get();
    bool instances = entry.kind == EntryKind::ShareInstances || entry.kind == EntryKind::RotateInstances;
    if (queue && instances && queue->domain != Domain::Cgroup)
        diags.report(Diag::WrongService, entry.queueSpan, entry.queue,
                     "has no instance for each cgroup; declare it `per cgroup`, or name it without `share` and `rotate`");
    if (queue && !instances && queue->domain == Domain::Cgroup)
        diags.report(Diag::WrongService, entry.queueSpan, entry.queue,
                     "has an instance for each cgroup; serve it by `share " + entry.queue + " by cgroup.weight;` or `rotate " + entry.queue + ";`");
    if (entry.kind == EntryKind::ShareInstances && entry.weight) {
        scopes.emplace_back();
        scopes.back()["cgroup"] = {{RefKind::Local, &implicitCgroup}, implicitCgroup.type, {}};
        require(*entry.weight, {TypeKind::Int});
        scopes.pop_back();
    } else if (entry.kind == EntryKind::ShareInstances)
        diags.report(Diag::WrongService, entry.queueSpan, entry.queue, "is shared, but by what; write `share " + entry.queue + " by cgroup.weight;`");
    else if (entry.weight) {
        auto fits = require(*entry.weight, {TypeKind::Int});
        auto n = evaluate(*entry.weight);
        if (fits && (!n || *n < 1 || *n > 10000))
            diags.report(Diag::BadWeight, entry.weight->span);
    }
    if (entry.guard) {
        cpuAtHand = true;
        require(*entry.guard, {TypeKind::Bool});
        cpuAtHand = false;
    }
    for (Entry &child : entry.children)
        checkEntry(child);
}

/// Keys end up in one word, so two of them share it; a time needs all of it.
void Checker::checkKeys(std::vector<ExprPtr> &keys) {
    for (ExprPtr &key : keys) {
        Type t = value(*key);
        bool number = t.kind == TypeKind::Int || t.kind == TypeKind::Duration || t.kind == TypeKind::Enum;
        if (t.known() && (t.optional || t.isArray() || !(number || (t.kind == TypeKind::Time && keys.size() == 1))))
            diags.report(Diag::TypeMismatch, key->span,
                         keys.size() == 1 ? "int, duration, time or an enum" : "int, duration or an enum (a time can only be the whole key)", typeText(t));
    }
    if (keys.size() > 2)
        diags.report(Diag::TooMany, keys[2]->span, "keys in `order by`", "2");
}

void Checker::checkQueue(QueueDecl &queue) {
    if (queue.domain == Domain::Cgroup) {
        bool serves = program.dispatch || std::any_of(program.hooks.begin(), program.hooks.end(), [](const auto &h) { return h->name == "dispatch"; });
        if (!serves)
            diags.report(Diag::WrongService, queue.nameSpan, queue.name,
                         "has an instance for each cgroup; add `dispatch { share " + queue.name + " by cgroup.weight; }`");
        for (const Option &o : queue.options)
            if (o.name == "steal")
                diags.report(Diag::BadOption, o.nameSpan, "steal", "is about CPUs, and every CPU takes tasks of every cgroup; leave it out");
    }
    if (queue.domain == Domain::None)
        for (const Option &o : queue.options)
            if (o.name == "steal")
                diags.report(Diag::BadOption, o.nameSpan, "steal", "is about the instances of a queue, and there is one; add `per`, or leave it out");
    withTask([&] {
        checkKeys(queue.keys);
        checkOptions(queue.options, "queue");
    });
    if (queue.on)
        requireSet(*queue.on);
    if (const DisciplineDecl *d = queue.discipline) {
        std::vector<Expr *> arguments;
        for (ExprPtr &argument : queue.arguments)
            arguments.push_back(argument.get());
        checkArguments(d->name, queue.orderingSpan, d->parameters, queue.argumentNames, arguments);
    } else if (!queue.arguments.empty())
        diags.report(Diag::ArgumentCount, queue.orderingSpan, queue.orderingName, "0", std::to_string(queue.arguments.size()));
}

void Checker::checkDiscipline(DisciplineDecl &decl) {
    discipline = &decl;
    disciplineTask.clear();
    disciplineQueue.clear();
    disciplineFns.clear();
    for (StateDecl &s : decl.states)
        for (auto &f : s.fields) {
            if (s.kind != StateKind::Task && s.kind != StateKind::Queue)
                diags.report(Diag::PolicyInModule, s.span, "state per CPU or global inside a discipline");
            (s.kind == StateKind::Task ? disciplineTask : disciplineQueue)[f->name] = f.get();
        }
    for (auto &fn : decl.fns)
        disciplineFns[fn->name] = fn.get();
    scopes.emplace_back();
    for (auto &p : decl.parameters) {
        if (p->value)
            require(*p->value, p->local.type);
        scopes.back()[p->local.name] = {{RefKind::Local, &p->local}, p->local.type, p->local.span};
    }
    for (auto &c : decl.consts)
        scopes.back()[c->name] = {{RefKind::Const, c.get()}, c->type, c->nameSpan};
    scopes.emplace_back();
    scopes.back()["p"] = {{RefKind::Local, &implicitTask}, implicitTask.type, {}};
    taskOfQueue = true;
    checkKeys(decl.keys);
    checkOptions(decl.options, "queue");
    taskOfQueue = false;
    scopes.pop_back();
    for (auto &fn : decl.fns)
        checkFunction(*fn);
    for (auto &hook : decl.hooks)
        checkHook(*hook, true);
    scopes.pop_back();
    discipline = nullptr;
}

} // namespace scx
