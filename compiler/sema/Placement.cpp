// SPDX-License-Identifier: GPL-2.0-only
// Can a task be lost? Every queue that is filled must be served, without a condition that may stay false; and who decides: the
// declarations or a hook?
#include "sema/Checker.h"

namespace scx {
namespace {

bool uses(const Expr &e, const std::function<bool(const Expr &)> &test) {
    if (test(e))
        return true;
    for (const ExprPtr &arg : e.args)
        if (uses(*arg, test))
            return true;
    return false;
}

bool uses(const Block &b, const std::function<bool(const Expr &)> &test) {
    for (const StmtPtr &s : b)
        if ((s->value && uses(*s->value, test)) || (s->target && uses(*s->target, test)) || uses(s->body, test) || uses(s->orElse, test))
            return true;
    return false;
}

bool isOperation(const Expr &e, Operation op) {
    return e.kind == ExprKind::Call && e.args[0]->ref.kind == RefKind::Operation && static_cast<const OperationRow *>(e.args[0]->ref.decl)->op == op;
}

/// The body, or a function it calls, does one of the operations.
bool does(const Block &b, std::initializer_list<Operation> ops) {
    std::function<bool(const Expr &)> test = [&](const Expr &e) {
        for (Operation op : ops)
            if (isOperation(e, op))
                return true;
        return e.kind == ExprKind::Call && e.args[0]->ref.kind == RefKind::Function &&
               uses(static_cast<const FnDecl *>(e.args[0]->ref.decl)->body, test);
    };
    return uses(b, test);
}

/// How often a path through the block inserts the task: least and most. A `return` ends a path.
struct Count {
    int least = 0, most = 0;
    bool ends = false; // every path returns
};

Count insertions(const Block &b, Span &offender);

Count insertions(const Stmt &s, Span &offender) {
    Count made;
    if (s.value && uses(*s.value, [](const Expr &e) { return isOperation(e, Operation::QueueInsert) || isOperation(e, Operation::LocalInsert); })) {
        made.least = made.most = 1;
        offender = s.span;
    }
    if (s.kind == StmtKind::If) {
        Count a = insertions(s.body, offender), c = insertions(s.orElse, offender);
        int conditionCount = made.most;
        // `if c.local.insert(p) { return; }`: where the condition inserted, the body ends the path.
        if (conditionCount && a.ends && a.most == 0)
            return {c.least, std::max(1, c.most), c.ends};
        made.least += a.ends && a.most > 0 ? c.least : std::min(a.least, c.least);
        made.most += std::max(a.most, c.most);
        made.ends = a.ends && c.ends;
        if (a.ends != c.ends && !made.ends) { // one branch leaves: only the other goes on
            const Count &left = a.ends ? a : c, &on = a.ends ? c : a;
            if (left.least == 0 || left.most > 1)
                return {0, 2, false};
            return {on.least, on.most, false};
        }
    } else if (s.kind == StmtKind::For || s.kind == StmtKind::Repeat) {
        Count body = insertions(s.body, offender);
        made.most += body.most ? 2 : 0;
    } else if (s.kind == StmtKind::Return)
        made.ends = true;
    return made;
}

Count insertions(const Block &b, Span &offender) {
    Count sum;
    for (const StmtPtr &s : b) {
        Count one = insertions(*s, offender);
        sum.least += one.least;
        sum.most += one.most;
        if (one.ends) {
            sum.ends = true;
            break;
        }
    }
    return sum;
}

} // namespace

void forEachEntry(const Entry &entry, const std::function<void(const Entry &)> &visit) {
    visit(entry);
    for (const Entry &child : entry.children)
        forEachEntry(child, visit);
}

void checkPlacement(Program &program, Diagnostics &diags) {
    if (program.queues.empty()) {
        diags.report(Diag::NoQueue, program.policy.nameSpan);
        return;
    }
    const HookDecl *enqueueDecides = nullptr, *dispatchDecides = nullptr;
    for (const auto &h : program.hooks) {
        if (h->name == "enqueue" && does(h->body, {Operation::QueueInsert, Operation::LocalInsert})) {
            enqueueDecides = h.get();
            if (program.match)
                diags.report(Diag::BothDecide, h->nameSpan, "match").note(program.match->span, "the block");
            Span offender = h->nameSpan;
            Count count = insertions(h->body, offender);
            if (count.least < 1)
                diags.report(Diag::InsertOnce, h->nameSpan, "a path through it inserts nothing, and the task would be lost");
            else if (count.most > 1)
                diags.report(Diag::InsertOnce, h->nameSpan, "a path through it may insert twice").note(offender, "inserted here");
        }
        if (h->name == "dispatch" && does(h->body, {Operation::QueueConsume, Operation::QueueInsert, Operation::LocalInsert})) {
            dispatchDecides = h.get();
            if (program.dispatch)
                diags.report(Diag::BothDecide, h->nameSpan, "dispatch").note(program.dispatch->span, "the block");
        }
        if (h->name == "select_cpu" && program.place && uses(h->body, [](const Expr &) { return false; }) == false) {
            bool returnsValue = false;
            std::function<void(const Block &)> find = [&](const Block &b) {
                for (const StmtPtr &s : b) {
                    returnsValue |= s->kind == StmtKind::Return && s->value;
                    find(s->body);
                    find(s->orElse);
                }
            };
            find(h->body);
            if (returnsValue)
                diags.report(Diag::BothDecide, h->nameSpan, "place").note(program.place->span, "the block");
        }
    }
    bool several = program.queues.size() > 1;
    if (several && !program.match && !enqueueDecides)
        diags.report(Diag::MatchMissing, program.queues[1]->nameSpan);
    if (several && !program.dispatch && !dispatchDecides)
        diags.report(Diag::DispatchMissing, program.queues[1]->nameSpan);
    if (!diags.ok())
        return;

    std::set<std::string> inserted;
    auto findInserts = [&](const Block &body) {
        uses(body, [&](const Expr &e) {
            if (isOperation(e, Operation::QueueInsert)) {
                const Expr &receiver = *e.args[0]->args[0];
                if (receiver.ref.kind == RefKind::Queue)
                    inserted.insert(static_cast<const QueueDecl *>(receiver.ref.decl)->name);
            }
            return false;
        });
    };
    for (const auto &h : program.hooks)
        findInserts(h->body);
    for (const auto &f : program.fns)
        findInserts(f->body);
    for (const auto &e : program.everys)
        findInserts(e->body);
    std::map<std::string, const MatchRule *> filled;
    if (program.match)
        for (const MatchRule &rule : program.match->rules)
            filled.try_emplace(rule.queue, &rule);

    struct Service {
        bool always = false, dynamic = false, inBlock = false;
        bool first = false; // nothing comes before it
        Span span;
        int times = 0;
    };
    std::map<std::string, Service> served;
    bool anyBefore = false;
    std::function<void(const Entry &, bool, bool)> walk = [&](const Entry &entry, bool dynamic, bool inBlock) {
        dynamic |= entry.guard != nullptr;
        if (entry.kind == EntryKind::Queue) {
            Service &s = served[entry.queue];
            s.always |= !dynamic;
            s.dynamic |= dynamic;
            s.first |= !anyBefore;
            ++s.times;
            s.inBlock |= inBlock;
            s.span = entry.queueSpan;
            if (s.times > 1 && s.inBlock)
                diags.report(Diag::ServedTwice, entry.queueSpan, entry.queue);
            if (!inBlock)
                anyBefore = true;
        }
        bool block = entry.kind == EntryKind::Share || entry.kind == EntryKind::Rotate;
        for (const Entry &child : entry.children)
            walk(child, dynamic, inBlock || block);
        if (block && !inBlock)
            anyBefore = true;
    };
    if (program.dispatch)
        walk(*program.dispatch, false, false);

    for (const auto &q : program.queues) {
        bool byRule = filled.contains(q->name) || (!program.match && !enqueueDecides);
        bool byHand = inserted.contains(q->name);
        if (!byRule && !byHand) {
            diags.report(Diag::NothingFills, q->nameSpan, q->name);
            continue;
        }
        if (!dispatchDecides && program.dispatch) {
            auto it = served.find(q->name);
            if (it == served.end()) {
                auto &d = diags.report(Diag::NotServed, q->nameSpan, q->name);
                if (filled.contains(q->name))
                    d.note(filled[q->name]->span, "this rule fills it");
                continue;
            }
            if (!it->second.always)
                diags.report(Diag::GuardedOnly, q->nameSpan, q->name).note(it->second.span, "served here");
        }
        auto option = [&](const char *name) -> const Option * {
            for (const Option &o : q->options)
                if (o.name == name)
                    return &o;
            if (q->discipline)
                for (const Option &o : q->discipline->options)
                    if (o.name == name)
                        return &o;
            return nullptr;
        };
        auto is = [](const Option *o, const char *word) { return o && o->value && o->value->kind == ExprKind::Name && o->value->name == word; };
        if (is(option("wait_limit"), "none") && several && !served[q->name].first)
            diags.report(Diag::Starvation, option("wait_limit")->span, q->name);
        if (is(option("steal"), "none") && q->domain != Domain::None)
            diags.report(Diag::Stranded, option("steal")->span, q->name);
        const Option *slice = option("slice");
        bool forever = is(slice, "forever");
        if (!slice)
            for (const Option &o : program.settings)
                forever |= o.name == "slice" && is(&o, "forever");
        if (forever) {
            bool ended = !program.everys.empty();
            for (const auto &other : program.queues)
                for (const Option &o : other->options)
                    ended |= o.name == "preempts";
            if (!ended)
                diags.report(Diag::ForeverAlone, slice ? slice->span : q->nameSpan, q->name);
        }
        // A set without a CPU, as far as it is constant.
        if (q->on && q->on->kind == ExprKind::Range)
            if (auto low = Checker::evaluate(*q->on->args[0]), high = Checker::evaluate(*q->on->args[1]); low && high && (*low > *high || *high < 0 || *low >= kMaxCpus))
                diags.report(Diag::EmptySet, q->on->span, q->name);
    }
}

} // namespace scx
