// SPDX-License-Identifier: GPL-2.0-only
// Is every operation legal where it stands, also through functions? Does anything call or define itself?
// Each function is looked at once: what it does is summed up in a mask of the contexts where all of it is legal, so that
// the work grows with the text and not with the number of ways through it.
#include "sema/Arguments.h"
#include "sema/Checker.h"

#include <algorithm>

namespace scx {
namespace {

struct ContextName {
    Context context;
    const char *name;
};
constexpr ContextName kNames[] = {{kSelectCpu, "select_cpu"}, {kEnqueue, "enqueue"}, {kDispatch, "dispatch"},      {kTimer, "every"},
                                  {kSleepable, "init"},       {kDump, "dump"},       {kCpuRelease, "cpu_release"}, {kOther, "other hooks"}};
/// `for` over a queue walks a DSQ with the dispatch iterator.
constexpr uint32_t kWalkContexts = kDispatch | kTimer | kSleepable | kDump;
/// Rules, keys and slices are evaluated wherever a task can be queued: also when its slice ends, in dispatch.
constexpr uint32_t kAdmission = kSelectCpu | kEnqueue | kDispatch;

/// Functions are written in place where they are called. More than this no hook can hold within the verifier's million instructions.
constexpr size_t kMaxSize = 200000;

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
        for (const auto &f : program.fns)
            summary(*f);
        for (const auto &d : program.disciplines)
            for (const auto &f : d->fns)
                summary(*f);
        for (const auto &r : program.rules)
            defined(r.get(), r->name, r->nameSpan, *r->value);
        for (const auto &c : program.cpuSets)
            defined(c.get(), c->name, c->nameSpan, *c->value);
        if (!diags.ok())
            return;
        for (const auto &h : program.hooks)
            if (const HookRow *row = findHook(h->name))
                enter(h->body, contextsOf(*h, *row, false), "`on " + h->name + "`", h.get(), h->nameSpan);
        for (const auto &e : program.everys)
            enter(e->body, kTimer, "`every`", nullptr, e->span);
        for (const auto &d : program.disciplines) {
            for (const auto &h : d->hooks) {
                const HookRow *row = findHook(h->name);
                enter(h->body, row ? contextsOf(*h, *row, true) : kAdmission, "`on " + h->name + "` of a discipline", h.get(), h->nameSpan);
            }
            for (const ExprPtr &key : d->keys)
                enter(*key, kAdmission, "a key");
            options(d->options);
        }
        for (const auto &q : program.queues) {
            for (const ExprPtr &key : q->keys)
                enter(*key, kAdmission, "a key");
            options(q->options);
        }
        for (const auto &r : program.rules)
            enter(*r->value, kAdmission, "`rules`");
        if (program.match)
            for (const MatchRule &rule : program.match->rules) {
                if (rule.condition)
                    enter(*rule.condition, kAdmission, "`match`");
                options(rule.options);
            }
        if (program.place)
            place(*program.place);
        if (program.dispatch)
            forEachEntry(*program.dispatch, [&](const Entry &entry) {
                if (entry.guard)
                    enter(*entry.guard, kDispatch, "a guard of `dispatch`");
                if (entry.kind == EntryKind::ShareInstances && entry.weight)
                    enter(*entry.weight, kAdmission, "a weight of `share`");
            });
    }

  private:
    /// What a body does that depends on where it stands.
    struct Use {
        Span span;
        std::string name;     // of the operation
        uint32_t contexts;    // where it is legal
        const FnDecl *callee; // a call: the mask of that function
    };
    struct Summary {
        enum { New, Active, Done } state = New;
        uint32_t contexts = kAnyContext;
        size_t size = 0; // expressions, those of called functions included; stops above kMaxSize
        std::vector<Use> uses;
        std::set<const Local *> inserted; // parameters that are put into a queue
    };

    Program &program;
    CheckMode mode;
    Diagnostics &diags;
    std::unordered_map<const FnDecl *, Summary> functions;
    std::unordered_map<const void *, int> definitions; // rules and cpus: 1 active, 2 done
    std::set<const Local *> movable;                   // loop variables over queues, and an opened `prev` of dispatch

    // What is walked at the moment.
    Summary *into = nullptr;
    const FnDecl *function = nullptr; // null: a hook or an expression of a declaration
    const HookDecl *hook = nullptr;
    uint32_t context = kOther;

    uint32_t contextsOf(const HookDecl &h, const HookRow &row, bool inDiscipline) const {
        if (mode == CheckMode::Core)
            return row.context;
        // The end of a slice is played in dispatch: the hooks of stopping and admission run there as well.
        if (h.name == "stopping" || h.name == "running")
            return row.context | kDispatch;
        if (h.name == "enqueue" && (inDiscipline || !decidesEnqueue(h)))
            return row.context | kDispatch;
        return row.context;
    }

    void options(const Options &list) {
        for (const Option &o : list) {
            if (o.value)
                enter(*o.value, kAdmission, "`" + o.name + "`");
            if (o.place)
                place(*o.place);
        }
    }
    void place(const PlaceBlock &block) {
        for (const Candidate &c : block.candidates)
            for (const Expr *e : {c.within.get(), c.guard.get()})
                if (e)
                    enter(*e, kSelectCpu, "`place`");
    }

    void enter(const Expr &e, uint32_t in, const std::string &where) { enter(e, in, where, nullptr, e.span); }
    template <typename Body> void enter(const Body &body, uint32_t in, const std::string &where, const HookDecl *of, Span at) {
        Summary own;
        into = &own;
        hook = of;
        context = in;
        walk(body);
        if (own.size > kMaxSize)
            diags.report(Diag::TooMany, at, "expressions in " + where + " (a function counts wherever it is called)", std::to_string(kMaxSize));
        std::vector<Span> calls;
        std::set<const FnDecl *> seen;
        complain(own, in, where, calls, seen);
        into = nullptr;
        hook = nullptr;
    }

    /// Reports what in `from` is not legal in all of `in`, down to the operation itself.
    void complain(const Summary &from, uint32_t in, const std::string &where, std::vector<Span> &calls, std::set<const FnDecl *> &seen) {
        for (const Use &use : from.uses) {
            if ((use.contexts & in) == in)
                continue;
            if (use.callee) {
                if (!seen.insert(use.callee).second)
                    continue;
                calls.push_back(use.span);
                complain(functions[use.callee], in, where, calls, seen);
                calls.pop_back();
                continue;
            }
            auto &d = diags.report(Diag::WrongContext, use.span, use.name, where, contextsText(use.contexts));
            for (Span call : calls)
                d.note(call, "called from here");
        }
    }

    const Summary &summary(const FnDecl &fn) {
        Summary &made = functions[&fn];
        if (made.state != Summary::New)
            return made;
        made.state = Summary::Active;
        Summary *outer = into;
        const FnDecl *outerFunction = function;
        const HookDecl *outerHook = hook;
        into = &made;
        function = &fn;
        hook = nullptr;
        walk(fn.body);
        into = outer;
        function = outerFunction;
        hook = outerHook;
        Summary &done = functions[&fn];
        for (const Use &use : done.uses)
            done.contexts &= use.contexts;
        done.state = Summary::Done;
        return done;
    }

    void defined(const void *decl, const std::string &name, Span at, const Expr &value) {
        int &state = definitions[decl];
        if (state == 2)
            return;
        if (state == 1) {
            diags.report(Diag::DefinedByItself, at, name);
            return;
        }
        state = 1;
        std::function<void(const Expr &)> inside = [&](const Expr &e) {
            if (e.ref.kind == RefKind::Rules) {
                auto *r = static_cast<const RulesDecl *>(e.ref.decl);
                defined(r, r->name, r->nameSpan, *r->value);
            } else if (e.ref.kind == RefKind::CpuSet) {
                auto *c = static_cast<const CpusDecl *>(e.ref.decl);
                defined(c, c->name, c->nameSpan, *c->value);
            }
            for (const ExprPtr &arg : e.args)
                inside(*arg);
        };
        inside(value);
        definitions[decl] = 2;
    }

    void walk(const Block &body) {
        for (const StmtPtr &s : body) {
            if (s->target)
                walk(*s->target);
            if (s->value)
                walk(*s->value);
            if (s->kind == StmtKind::For && s->value && (s->value->type.kind == TypeKind::Queue || s->value->type.kind == TypeKind::Instance)) {
                movable.insert(s->local.get());
                into->uses.push_back({s->value->span, "for over a queue", kWalkContexts, nullptr});
            }
            // `if let t = prev` in dispatch: the task that ran may be kept.
            if (s->kind == StmtKind::If && s->local && hook && hook->name == "dispatch" && hook->arguments.size() > 1 &&
                s->value->ref.decl == hook->arguments[1].get())
                movable.insert(s->local.get());
            walk(s->body);
            walk(s->orElse);
        }
    }

    /// Only a task that the kernel has just handed over, or one found in a queue, can be put into a queue.
    void inserted(const Expr &task) {
        if (mode == CheckMode::Core)
            return;
        auto *local = task.ref.kind == RefKind::Local ? static_cast<const Local *>(task.ref.decl) : nullptr;
        if (local && movable.contains(local))
            return;
        const Local *own = hook && !hook->arguments.empty() && !(context & (kDispatch | kTimer)) ? hook->arguments[0].get() : nullptr;
        if (function) {
            for (const auto &p : function->parameters)
                if (local == &p->local) {
                    into->inserted.insert(local);
                    return;
                }
        } else if (local && local == own)
            return;
        diags.report(Diag::HookTaskOnly, task.span, function ? "its parameter" : own ? own->name : "p");
    }

    void walk(const Expr &e) {
        if (e.ref.kind == RefKind::Attribute && static_cast<const AttributeRow *>(e.ref.decl)->read == Read::QueueHeadWait)
            into->uses.push_back({e.span, "head_wait", kWalkContexts, nullptr});
        const Expr &callee = e.kind == ExprKind::Call ? *e.args[0] : e;
        if (callee.ref.kind == RefKind::Operation && (e.kind == ExprKind::Call || e.kind == ExprKind::Name)) {
            auto *row = static_cast<const OperationRow *>(callee.ref.decl);
            if (row->contexts != kAnyContext)
                into->uses.push_back({e.span, std::string(row->name), row->contexts, nullptr});
            if ((row->op == Operation::QueueInsert || row->op == Operation::LocalInsert) && e.args.size() > 1)
                inserted(*e.args[1]);
        }
        if (callee.ref.kind == RefKind::Function && e.kind == ExprKind::Call) {
            auto *fn = static_cast<const FnDecl *>(callee.ref.decl);
            const Summary &of = summary(*fn);
            if (of.state == Summary::Active) {
                diags.report(Diag::Recursion, e.span, fn->name);
                return;
            }
            into->size = std::min(into->size + of.size, kMaxSize + 1);
            if (of.contexts != kAnyContext)
                into->uses.push_back({e.span, fn->name, of.contexts, fn});
            std::vector<int> places = parametersOf(fn->parameters, e.argNames);
            for (size_t i = 0; i < places.size(); ++i)
                if (of.inserted.contains(&fn->parameters[static_cast<size_t>(places[i])]->local))
                    inserted(*e.args[i + 1]);
        }
        if (into->size < kMaxSize + 1)
            ++into->size;
        if (&callee != &e) // the callee itself is done, its receiver is not
            for (const ExprPtr &arg : callee.args)
                walk(*arg);
        for (size_t i = &callee != &e ? 1 : 0; i < e.args.size(); ++i)
            walk(*e.args[i]);
    }
};

} // namespace

void checkContexts(Program &program, CheckMode mode, Diagnostics &diags) { ContextCheck(program, mode, diags).run(); }

} // namespace scx
