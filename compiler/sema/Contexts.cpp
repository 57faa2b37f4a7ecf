// SPDX-License-Identifier: GPL-2.0-only
// Is every operation legal where it stands, also through functions? Does a function call itself?
#include "sema/Checker.h"

namespace scx {
namespace {

struct ContextName {
    Context context;
    const char *name;
};
constexpr ContextName kNames[] = {{kSelectCpu, "select_cpu"}, {kEnqueue, "enqueue"}, {kDispatch, "dispatch"}, {kTimer, "every"}, {kSleepable, "init"}, {kOther, "other hooks"}};

std::string contextsText(uint32_t mask) {
    std::string text;
    for (const ContextName &row : kNames)
        if (mask & row.context)
            text += (text.empty() ? "`" : ", `") + std::string(row.name) + "`";
    return text;
}

class ContextCheck {
public:
    ContextCheck(Program &program, CheckMode mode, Diagnostics &diags) : program(program), mode(mode), diags(diags) {}

    void run() {
        for (const auto &h : program.hooks)
            if (const HookRow *row = findHook(h->name))
                enter(h->body, row->context, "`on " + h->name + "`", h->arguments.empty() ? nullptr : h->arguments[0].get());
        for (const auto &e : program.everys)
            enter(e->body, kTimer, "`every`", nullptr);
        for (const auto &d : program.disciplines)
            for (const auto &h : d->hooks) {
                // Admission (join, enqueue) may run while a CPU looks for work as well: hooks of disciplines never insert there.
                const HookRow *row = findHook(h->name);
                enter(h->body, row ? row->context : kOther, "`on " + h->name + "` of a discipline", h->arguments.empty() ? nullptr : h->arguments[0].get());
            }
        for (const auto &f : program.fns)
            recursion(*f);
    }

private:
    Program &program;
    CheckMode mode;
    Diagnostics &diags;
    Context context = kOther;
    std::string where;
    const Local *hookTask = nullptr;
    std::set<const FnDecl *> active;
    std::set<const Local *> queueTasks; // loop variables over queues, which can be moved
    std::vector<Span> calls;

    void enter(const Block &body, Context in, std::string name, const Local *task) {
        context = in;
        where = std::move(name);
        hookTask = task;
        active.clear();
        walk(body);
    }
    void walk(const Block &body) {
        for (const StmtPtr &s : body) {
            if (s->target)
                walk(*s->target);
            if (s->value)
                walk(*s->value);
            bool overQueue = s->kind == StmtKind::For && s->value && (s->value->type.kind == TypeKind::Queue || s->value->type.kind == TypeKind::Instance);
            if (overQueue) {
                queueTasks.insert(s->local.get());
                if (!(context & (kDispatch | kTimer | kSleepable)))
                    diags.report(Diag::WrongContext, s->value->span, "for over a queue", where, "`dispatch` and `every`");
            }
            walk(s->body);
            walk(s->orElse);
        }
    }
    void walk(const Expr &e) {
        const Expr &callee = e.kind == ExprKind::Call ? *e.args[0] : e;
        if (callee.ref.kind == RefKind::Operation && (e.kind == ExprKind::Call || e.kind == ExprKind::Name)) {
            auto *row = static_cast<const OperationRow *>(callee.ref.decl);
            if (!(row->contexts & context)) {
                auto &d = diags.report(Diag::WrongContext, e.span, std::string(row->name), where, contextsText(row->contexts));
                for (Span call : calls)
                    d.note(call, "called from here");
            }
            bool inserts = row->op == Operation::QueueInsert || row->op == Operation::LocalInsert;
            if (inserts && mode == CheckMode::Surface && e.args.size() > 1 && e.args[1]->ref.kind == RefKind::Local && calls.empty()) {
                auto *local = static_cast<const Local *>(e.args[1]->ref.decl);
                bool mine = local == hookTask && context != kDispatch && context != kTimer;
                if (!mine && !queueTasks.contains(local))
                    diags.report(Diag::HookTaskOnly, e.args[1]->span, hookTask ? hookTask->name : "p");
            }
        }
        if (callee.ref.kind == RefKind::Function && e.kind == ExprKind::Call) {
            auto *fn = static_cast<const FnDecl *>(callee.ref.decl);
            if (!active.insert(fn).second) {
                diags.report(Diag::Recursion, e.span, fn->name);
                return;
            }
            calls.push_back(e.span);
            walk(fn->body);
            calls.pop_back();
            active.erase(fn);
        }
        for (const ExprPtr &arg : e.args)
            walk(*arg);
    }
    /// Functions that nothing calls are not walked above.
    void recursion(const FnDecl &fn) {
        if (!diags.ok())
            return;
        uint32_t before = context;
        context = static_cast<Context>(kAnyContext);
        active = {&fn};
        walk(fn.body);
        active.clear();
        context = static_cast<Context>(before);
    }
};

} // namespace

void checkContexts(Program &program, CheckMode mode, Diagnostics &diags) { ContextCheck(program, mode, diags).run(); }

} // namespace scx
