// SPDX-License-Identifier: GPL-2.0-only
// Can the queue be ordered in user space? What its discipline does there is compiled for the host, where nothing of the kernel is at hand but what is told of each task.
#include "sema/Checker.h"

namespace scx {
namespace {

/// What of a discipline runs in user space, hooks, key and the functions they call: each word of it has to be known there.
class UserSpaceCheck {
  public:
    UserSpaceCheck(const Program &program, const QueueDecl &queue, const Option &backing, Diagnostics &diags)
        : program(program), queue(queue), backing(backing), diags(diags) {}

    void run() {
        auto wrong = [&](Span at, const char *what) { diags.report(Diag::BadOption, backing.nameSpan, "backing", what).note(at, "here"); };
        if (queue.domain != Domain::None)
            wrong(queue.domainSpan, "is one process for the queue; leave `per` out");
        auto self = [&](const Options &options) {
            for (const Option &o : options)
                if (o.name == "preempts" && anyExpr(*o.value, [&](const Expr &e) { return e.ref.kind == RefKind::Self || e.ref.decl == &queue; }))
                    wrong(o.nameSpan, "is a process, and no CPU knows its keys to preempt by; write `preempts: none` at the queue");
        };
        if (std::none_of(queue.options.begin(), queue.options.end(), [](const Option &o) { return o.name == "preempts"; }) && queue.discipline)
            self(queue.discipline->options);
        self(queue.options);
        auto loops = [&](const auto &again, const Block &b) -> void {
            for (const StmtPtr &s : b) {
                if (s->kind == StmtKind::For && s->value->ref.decl == &queue)
                    wrong(s->value->span, "is a process, and no loop sees who waits there; leave one out");
                again(again, s->body);
                again(again, s->orElse);
            }
        };
        for (const auto &h : program.hooks)
            loops(loops, h->body);
        for (const auto &e : program.everys)
            loops(loops, e->body);
        for (const auto &f : program.fns)
            loops(loops, f->body);
        anyExpr(program, [&](const Expr &e) {
            if (e.ref.kind == RefKind::Attribute && static_cast<const AttributeRow *>(e.ref.decl)->read == Read::QueueHeadWait && e.args[0]->ref.decl == &queue)
                wrong(e.span, "is a process, and who is first there is not known; leave one out");
            return false;
        });
        for (const ExprPtr &key : queue.keys)
            walk(*key);
        if (queue.discipline)
            ofDiscipline(*queue.discipline);
    }

  private:
    const Program &program;
    const QueueDecl &queue;
    const Option &backing;
    Diagnostics &diags;
    std::set<const FnDecl *> seen;

    void refuse(Span at, const std::string &what, const std::string &instead) {
        diags.report(Diag::NotInUserSpace, at, what, queue.name, instead).note(backing.nameSpan, "it is ordered there by this");
    }

    void ofDiscipline(const DisciplineDecl &d) {
        for (const auto &h : d.hooks)
            if (h->name != "join" && h->name != "enqueue" && h->name != "running" && h->name != "stopping")
                diags.report(Diag::UserSpaceHook, backing.nameSpan, queue.orderingName, h->name).note(h->nameSpan, "here");
            else
                walk(h->body);
        for (const ExprPtr &key : d.keys)
            walk(*key);
        bool own = std::any_of(queue.options.begin(), queue.options.end(), [](const Option &o) { return o.name == "slice"; });
        for (const Option &o : d.options)
            if (o.name == "slice" && !own && anyExpr(*o.value, [&](const Expr &e) { return isState(d, e); }))
                diags
                    .report(Diag::BadOption, backing.nameSpan, "backing",
                            "is a process, and the slice of `" + queue.orderingName + "` reads what only that knows; give the queue a `slice`")
                    .note(o.nameSpan, "here");
    }

    static bool isState(const DisciplineDecl &d, const Expr &e) {
        return std::any_of(d.states.begin(), d.states.end(), [&](const StateDecl &s) {
            return std::any_of(s.fields.begin(), s.fields.end(), [&](const auto &f) { return f.get() == e.ref.decl; });
        });
    }

    void walk(const Block &body) {
        for (const StmtPtr &s : body) {
            if (s->kind == StmtKind::Log || s->kind == StmtKind::Assert)
                refuse(s->span, s->kind == StmtKind::Log ? "`log`" : "`assert`", "leave it out");
            else if (s->kind == StmtKind::For && s->value->kind != ExprKind::Range)
                refuse(s->value->span, "a loop over tasks or CPUs", "only ranges of numbers are");
            else {
                if (s->target && s->target->ref.kind == RefKind::Attribute)
                    refuse(s->target->span, "a task's `" + s->target->name + "`", "give the queue a slice");
                else if (s->target)
                    walk(*s->target);
                bool instance = s->kind == StmtKind::If && s->local && s->value->type.kind == TypeKind::Instance; // there is one: nobody comes from another
                if (s->value && !instance)
                    walk(*s->value);
                if (!instance)
                    walk(s->body);
                walk(s->orElse);
            }
        }
    }

    void walk(const Expr &e) {
        const Expr &callee = e.kind == ExprKind::Call ? *e.args[0] : e;
        if (e.ref.kind == RefKind::Attribute) {
            auto *row = static_cast<const AttributeRow *>(e.ref.decl);
            if (!isTold(*row))
                return refuse(e.span, "`" + std::string(row->name) + "`", "numbers and flags of the task are");
        }
        if (e.kind == ExprKind::Is && e.args[0]->type.kind == TypeKind::Text)
            return refuse(e.span, "a task's name", "tell by it in `match`");
        if (e.kind == ExprKind::Matches || e.kind == ExprKind::In)
            return refuse(e.span, "this", "tell by it in `match`");
        if (callee.ref.kind == RefKind::Operation)
            switch (auto *row = static_cast<const OperationRow *>(callee.ref.decl); row->op) {
            case Operation::Now:
            case Operation::Min:
            case Operation::Max:
            case Operation::Abs: break;
            default: return refuse(e.span, "`" + std::string(row->name) + "`", "write a plug-in against libscx instead");
            }
        if (e.ref.kind == RefKind::Self && e.ref.index != 1)
            return refuse(e.span, "the queue itself", "only its state is");
        if (callee.ref.kind == RefKind::Function && e.kind == ExprKind::Call)
            if (auto *fn = static_cast<const FnDecl *>(callee.ref.decl); seen.insert(fn).second)
                walk(fn->body);
        for (size_t i = e.kind == ExprKind::Call ? 1 : 0; i < e.args.size(); ++i)
            walk(*e.args[i]);
    }

    /// The kernel side puts it into the task's record.
    static bool isTold(const AttributeRow &row) {
        return row.owner == TypeKind::Task && !row.type.optional && row.read != Read::Slice &&
               (row.type.kind == TypeKind::Bool || row.type.kind == TypeKind::Int || row.type.kind == TypeKind::Duration || row.type.kind == TypeKind::Policy);
    }
};

} // namespace

const Expr *userSpaceTime(const QueueDecl &q) {
    for (const Option &o : q.options)
        if (o.name == "backing" && o.value->kind == ExprKind::Call && o.value->args[0]->name == "userspace")
            return o.value->args[1].get();
    return nullptr;
}

void checkUserSpace(const Program &program, Diagnostics &diags) {
    for (const auto &q : program.queues)
        for (const Option &o : q->options)
            if (o.name == "backing" && userSpaceTime(*q))
                UserSpaceCheck(program, *q, o, diags).run();
}

} // namespace scx
