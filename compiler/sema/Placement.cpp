// SPDX-License-Identifier: GPL-2.0-only
// Can a task be lost? Every queue that is filled must be served, on some CPU and without a condition that may stay false.
#include "sema/Checker.h"

#include <algorithm>
#include <bitset>

namespace scx {
namespace {

using CpuBits = std::bitset<kMaxCpus>;

/// The CPUs of a set that is constant; none if the machine decides.
std::optional<CpuBits> constantSet(const Expr &e) {
    switch (e.kind) {
    case ExprKind::Range:
    case ExprKind::CpuRange: {
        auto low = Checker::evaluate(*e.args[0]), high = Checker::evaluate(*e.args[1]);
        if (!low || !high)
            return std::nullopt;
        CpuBits made;
        for (int64_t i = std::max<int64_t>(*low, 0); i <= std::min<int64_t>(*high, kMaxCpus - 1); ++i)
            made.set(static_cast<size_t>(i));
        return made;
    }
    case ExprKind::Binary: {
        auto left = constantSet(*e.args[0]), right = constantSet(*e.args[1]);
        if (e.op == Op::BitAnd && ((left && left->none()) || (right && right->none())))
            return CpuBits();
        if (e.op == Op::Sub && left && left->none())
            return CpuBits();
        if (!left || !right)
            return std::nullopt;
        return e.op == Op::BitOr ? *left | *right : e.op == Op::BitAnd ? *left & *right : *left & ~*right;
    }
    case ExprKind::Name:
        if (e.ref.kind == RefKind::CpuSet)
            return constantSet(*static_cast<const CpusDecl *>(e.ref.decl)->value);
        return std::nullopt;
    default: return std::nullopt;
    }
}

/// Whether it holds of tasks only that may run on one CPU.
bool asksForPinned(const Expr &e) {
    if (e.kind == ExprKind::Binary && e.op == Op::And)
        return asksForPinned(*e.args[0]) || asksForPinned(*e.args[1]);
    return e.ref.kind == RefKind::Attribute && static_cast<const AttributeRow *>(e.ref.decl)->read == Read::Pinned;
}

/// The queues a body names as `receiver` of an operation, or walks over, also through functions.
void queuesOf(const Block &body, bool serving, std::set<std::string> &names) {
    std::set<const FnDecl *> seen;
    auto add = [&](const Expr &queue) {
        if (queue.ref.kind == RefKind::Queue)
            names.insert(static_cast<const QueueDecl *>(queue.ref.decl)->name);
    };
    std::function<void(const Block &)> loops = [&](const Block &b) {
        for (const StmtPtr &s : b) {
            if (serving && s->kind == StmtKind::For)
                add(*s->value);
            loops(s->body);
            loops(s->orElse);
        }
    };
    loops(body);
    anyExprCalled(body, [&](const Expr &e) {
        if (serving ? isOperation(e, Operation::QueueConsume) || isOperation(e, Operation::QueueTake) : isOperation(e, Operation::QueueInsert))
            add(*e.args[0]->args[0]);
        return false;
    }, seen);
    for (const FnDecl *fn : seen)
        loops(fn->body);
}

bool isWord(const Option *o, const char *word) { return o && o->value && o->value->kind == ExprKind::Name && o->value->name == word; }

/// Whether `preempts` of `by` names the queue.
bool preempts(const Option &o, const QueueDecl &by, const QueueDecl &queue) {
    std::function<bool(const Expr &)> names = [&](const Expr &e) {
        if (e.kind == ExprKind::Binary)
            return names(*e.args[0]) || names(*e.args[1]);
        return e.ref.decl == &queue || (e.ref.kind == RefKind::Self && &by == &queue);
    };
    return o.name == "preempts" && o.value && names(*o.value);
}

/// Something in the policy can end a slice without end: a `preempts` that names the queue, a timer, a hook that preempts.
bool canBeEnded(const Program &program, const QueueDecl &queue) {
    if (!program.everys.empty() || std::any_of(queue.options.begin(), queue.options.end(), [](const Option &o) { return o.name == "at_most"; }))
        return true;
    for (const auto &other : program.queues) {
        for (const Option &o : other->options)
            if (preempts(o, *other, queue))
                return true;
        if (other->discipline)
            for (const Option &o : other->discipline->options)
                if (preempts(o, *other, queue))
                    return true;
    }
    if (program.match)
        for (const MatchRule &rule : program.match->rules)
            for (const Option &o : rule.options)
                for (const auto &by : program.queues)
                    if (by->name == rule.queue && preempts(o, *by, queue))
                        return true;
    for (const auto &h : program.hooks) {
        std::set<const FnDecl *> seen;
        if (anyExprCalled(h->body, [](const Expr &e) {
            return isOperation(e, Operation::CpuPreempt) ||
                   (e.ref.kind == RefKind::Attribute && static_cast<const AttributeRow *>(e.ref.decl)->read == Read::Slice);
        }, seen))
            return true;
    }
    return false;
}

} // namespace

bool unfairOrder(const QueueDecl &q) {
    if (userSpaceTime(q)) // the process sees to it that nobody waits for ever
        return false;
    const auto &keys = q.discipline ? q.discipline->keys : q.keys;
    return q.ordering == Ordering::Lifo || keys.size() > 1 || (keys.size() == 1 && keys[0]->type.kind != TypeKind::Time);
}

void forEachEntry(const Entry &entry, const std::function<void(const Entry &)> &visit) {
    visit(entry);
    for (const Entry &child : entry.children)
        forEachEntry(child, visit);
}

/// The queues that others overflow to. Whoever overflows has to end up somewhere.
std::set<std::string> checkCapacity(const Program &program, bool enqueueDecides, Diagnostics &diags) {
    std::map<std::string, const Option *> limits;
    for (const auto &q : program.queues)
        for (const Option &o : q->options)
            if (o.name == "capacity")
                limits[q->name] = &o;
    std::set<std::string> targets;
    for (const auto &[name, limit] : limits) {
        if (enqueueDecides)
            diags.report(Diag::BadOption, limit->nameSpan, "capacity", "is looked at by `match`, and `on enqueue` decides here; compare `.len` there");
        if (std::none_of(program.queues.begin(), program.queues.end(), [&](const auto &q) { return q->name == limit->target; })) {
            diags.report(Diag::UnknownName, limit->targetSpan, limit->target, "");
            continue;
        }
        targets.insert(limit->target);
        std::set<std::string> passed;
        auto next = limits.find(name);
        while (next != limits.end() && passed.insert(next->first).second)
            next = limits.find(next->second->target);
        if (next != limits.end() && next->first == name && *passed.begin() == name) // a circle is told of once
            diags.report(Diag::BadOption, limit->targetSpan, "capacity", "leads back to a queue that is full; let the last one have none");
    }
    return targets;
}

void checkPlacement(Program &program, Diagnostics &diags) {
    if (program.queues.empty()) {
        diags.report(Diag::NoQueue, program.policy.nameSpan);
        return;
    }
    bool enqueueDecides = false, dispatchDecides = false;
    std::set<std::string> inserted, servedByHand;
    for (const auto &h : program.hooks) {
        enqueueDecides |= decidesEnqueue(*h);
        dispatchDecides |= decidesDispatch(*h);
        queuesOf(h->body, false, inserted);
        if (h->name == "dispatch")
            queuesOf(h->body, true, servedByHand);
    }
    for (const auto &e : program.everys) {
        queuesOf(e->body, false, inserted);
        queuesOf(e->body, true, servedByHand);
    }
    checkDecisions(program, diags);
    for (const auto &q : program.queues) // sets that are defined by themselves have been refused by now
        if (q->on && !isFixed(*q->on))
            diags.report(Diag::ChangingSet, q->on->span);
    bool several = program.queues.size() > 1;
    if (several && !program.match && !enqueueDecides)
        diags.report(Diag::MatchMissing, program.queues[1]->nameSpan);
    if (several && !program.dispatch && !dispatchDecides)
        diags.report(Diag::DispatchMissing, program.queues[1]->nameSpan);
    if (!diags.ok())
        return;

    std::map<std::string, const MatchRule *> filled;
    if (program.match)
        for (const MatchRule &rule : program.match->rules)
            filled.try_emplace(rule.queue, &rule);

    std::set<std::string> overflows = checkCapacity(program, enqueueDecides, diags);

    bool anyExclusive = std::any_of(program.queues.begin(), program.queues.end(), [](const auto &q) {
        return std::any_of(q->options.begin(), q->options.end(), [](const Option &o) { return o.name == "exclusive"; });
    });
    struct Service {
        bool always = false;
        bool first = false; // nothing comes before it
        Span span;
    };
    int64_t timeout = 30'000'000'000; // the kernel's own
    for (const Option &o : program.settings)
        if (o.name == "timeout")
            timeout = Checker::evaluate(*o.value).value_or(timeout);
    std::map<std::string, Service> served;
    bool anyBefore = false;
    std::function<void(const Entry &, bool, bool)> walk = [&](const Entry &entry, bool dynamic, bool inBlock) {
        dynamic |= entry.guard && !isFixed(*entry.guard);
        if (entry.guard && Checker::evaluate(*entry.guard) == 0)
            diags.report(Diag::EmptySet, entry.guard->span, entry.queue.empty() ? "this block" : entry.queue);
        if (!entry.queue.empty()) {
            Service &s = served[entry.queue];
            s.always |= !dynamic;
            s.first |= !anyBefore;
            s.span = entry.queueSpan;
            if (!inBlock)
                anyBefore = true;
        }
        bool block = entry.kind == EntryKind::Share || entry.kind == EntryKind::Rotate;
        std::map<std::string, const Entry *> shares; // whose CPU time counts for which entry has to be clear
        for (const Entry &child : entry.children) {
            walk(child, dynamic, inBlock || block);
            if (entry.kind == EntryKind::Share)
                forEachEntry(child, [&](const Entry &e) {
                    if (!e.queue.empty() && shares.try_emplace(e.queue, &child).first->second != &child)
                        diags.report(Diag::ServedTwice, e.queueSpan, e.queue);
                });
        }
        if (block && !inBlock)
            anyBefore = true;
    };
    if (program.dispatch)
        walk(*program.dispatch, false, false);

    for (const auto &q : program.queues) {
        bool byRule = filled.contains(q->name) || (!program.match && !enqueueDecides);
        bool byHand = inserted.contains(q->name) || overflows.contains(q->name);
        if (!byRule && !byHand) {
            diags.report(Diag::NothingFills, q->nameSpan, q->name);
            continue;
        }
        auto notServed = [&] {
            auto &d = diags.report(Diag::NotServed, q->nameSpan, q->name);
            if (filled.contains(q->name))
                d.note(filled[q->name]->span, "this rule fills it");
        };
        if (dispatchDecides && !servedByHand.contains(q->name)) {
            notServed();
            continue;
        }
        if (!dispatchDecides && program.dispatch) {
            auto it = served.find(q->name);
            if (it == served.end()) {
                notServed();
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
        const Option *limit = option("wait_limit");
        bool unlimited = isWord(limit, "none");
        if (unlimited || (limit && Checker::evaluate(*limit->value).value_or(0) >= timeout)) {
            const char *because = several && !served[q->name].first ? "comes after other queues"
                                  : anyExclusive                    ? "CPUs stay empty beside those of an exclusive queue"
                                  : unfairOrder(*q)                 ? "its order lets some wait for ever"
                                                                    : nullptr;
            if (because)
                diags.report(Diag::Starvation, limit->span, q->name,
                             (unlimited ? "no wait limit and " : "a wait limit no shorter than the timeout and ") + std::string(because));
        }
        bool forOneCpu = !byHand && byRule && program.match &&
                         std::all_of(program.match->rules.begin(), program.match->rules.end(),
                                     [&](const MatchRule &rule) { return rule.queue != q->name || (rule.condition && asksForPinned(*rule.condition)); });
        if (isWord(option("steal"), "none") && q->domain != Domain::None && q->domain != Domain::Cgroup &&
            !forOneCpu) // nobody else could take who may run on one CPU only
            diags.report(Diag::Stranded, option("steal")->span, q->name);
        bool keyed = !(q->discipline ? q->discipline->keys : q->keys).empty();
        auto byKey = [&](const Option &o) {
            if (!keyed && o.name == "preempts" && anyExpr(*o.value, [&](const Expr &e) { return e.ref.decl == q.get() || e.ref.kind == RefKind::Self; }))
                diags.report(Diag::BadOption, o.span, "preempts",
                             "names its own queue, in which no key says who comes first; use `order by`, or name other queues");
        };
        if (const Option *o = option("preempts"))
            byKey(*o);
        if (program.match)
            for (const MatchRule &rule : program.match->rules)
                if (rule.queue == q->name)
                    for (const Option &o : rule.options)
                        byKey(o);
        const Option *slice = option("slice");
        if (!slice)
            for (const Option &o : program.settings)
                if (o.name == "slice")
                    slice = &o;
        if (isWord(slice, "forever") && !canBeEnded(program, *q))
            diags.report(Diag::ForeverAlone, slice->span, q->name);
        if (program.match)
            for (const MatchRule &rule : program.match->rules)
                for (const Option &o : rule.options)
                    if (rule.queue == q->name && o.name == "slice" && isWord(&o, "forever") && !canBeEnded(program, *q))
                        diags.report(Diag::ForeverAlone, o.span, q->name);
        // A set without a CPU, as far as it is constant.
        if (q->on)
            if (auto set = constantSet(*q->on); set && set->none())
                diags.report(Diag::EmptySet, q->on->span, q->name);
    }
}

} // namespace scx
