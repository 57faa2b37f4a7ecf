// SPDX-License-Identifier: GPL-2.0-only
// match, place, admission to a queue, preemption: what happens when a task comes.
#include "core/Writer.h"

#include <algorithm>

namespace scx {

void CoreWriter::findTargets() {
    if (surface.match) {
        for (const MatchRule &rule : surface.match->rules) {
            const QueueDecl *queue = queueNamed(rule.queue);
            const MatchRule *own = rule.options.empty() ? nullptr : &rule;
            size_t i = 0;
            while (i < targets.size() && (targets[i].queue != queue || targets[i].rule != own))
                ++i;
            if (i == targets.size())
                targets.push_back({queue, own});
            targetOfRule.push_back(static_cast<int>(i));
        }
        for (const auto &q : surface.queues)
            if (const Option *limit = option(*q, "capacity"); limit && targetOf(limit->target) == targets.size())
                targets.push_back({queueNamed(limit->target), nullptr});
    } else
        targets.push_back({surface.queues[0].get(), nullptr});
}

const QueueDecl *CoreWriter::queueNamed(const std::string &name) const {
    for (const auto &q : surface.queues)
        if (q->name == name)
            return q.get();
    return nullptr;
}

/// The target that is a queue by itself, without what a rule adds.
size_t CoreWriter::targetOf(const std::string &queue) const {
    size_t i = 0;
    while (i < targets.size() && (targets[i].queue->name != queue || targets[i].rule))
        ++i;
    return i;
}

void CoreWriter::match() {
    if (!surface.match)
        return;
    origin = surface.match->span;
    open("fn match__(p: task) -> int");
    for (size_t i = 0; i < surface.match->rules.size(); ++i) {
        const MatchRule &rule = surface.match->rules[i];
        origin = rule.span;
        std::string hit = "if stats__ { rule__" + std::to_string(i) + " += 1; } " + (keepsRule() ? "p.rule__ = " + std::to_string(i + 1) + "; " : "") +
                          "return " + std::to_string(targetOfRule[i]) + ";";
        line(rule.condition ? "if " + text(*rule.condition) + " { " + hit + " }" : hit);
    }
    close();
}

/// Joins a queue instance, once per task and instance.
void CoreWriter::join(const QueueDecl &q, const std::string &task) {
    const HookDecl *h = disciplineHook(q, "join");
    if (q.domain != Domain::None && (hasInstances(q) || h)) {
        std::string inst = task + "." + q.name + "__inst";
        std::string here = instanceText(q, "c", task + ".cgroup");
        open("if " + inst + " != " + here + " + 1");
        if (h)
            joinBody(q, *h, task, here, "(" + inst + " - 1)");
        line(inst + " = " + here + " + 1;");
        close();
    } else if (h && surface.queues.size() > 1) {
        open("if not " + task + "." + q.name + "__joined");
        joinBody(q, *h, task, "0", "");
        line(task + "." + q.name + "__joined = true;");
        close();
    }
}

/// `from`: the instance it comes from, less than zero for none; empty: there is only one.
void CoreWriter::joinBody(const QueueDecl &q, const HookDecl &hook, const std::string &task, const std::string &instance, const std::string &from) {
    if (containsReturn(hook.body)) { // a function, so that its return does not skip the rest
        line(q.name + "__on_join(" + task + ", " + instance + ", " + (from.empty() ? "-1" : from) + ");");
        return;
    }
    std::map<const Local *, std::string> names;
    if (!hook.arguments.empty())
        names[hook.arguments[0].get()] = task;
    if (hook.arguments.size() > 1 && !from.empty())
        names[hook.arguments[1].get()] = from;
    body(hook.body, &q, instance, names);
}

/// `belong__`: membership and joins. `requeue__`: the policy's enqueue hook, match, membership, enqueue hooks of disciplines, for a task that will wait.
void CoreWriter::admission() {
    open("fn belong__(p: task, r: int, c: cpu)"); // c: where it is placed or queued, whose instance it joins
    bool alike = true;                            // targets and queues have the same numbers
    for (size_t i = 0; i < targets.size(); ++i)
        alike &= targets[i].queue->index == static_cast<int>(i);
    if (tracksQueue && alike)
        line("p.queue__ = r;");
    for (size_t i = 0; i < targets.size(); ++i) {
        const Target &t = targets[i];
        origin = t.queue->nameSpan;
        size_t before = lines.size();
        if (targets.size() > 1)
            open("if r == " + std::to_string(i));
        size_t inside = lines.size();
        if (tracksQueue && !alike)
            line("p.queue__ = " + std::to_string(t.queue->index) + ";");
        if (sliceText(*t.queue) == t.queue->name + "__slice(p)")
            line("p.target__ = " + std::to_string(i) + ";");
        join(*t.queue, "p");
        if (targets.size() > 1)
            close();
        if (targets.size() > 1 && lines.size() == inside + 1) // nothing but the end
            lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(before), lines.end());
    }
    close();
    if (decides(userHook("enqueue")))
        return;
    open("fn requeue__(p: task) -> int");
    serversAgain();
    userBodies("enqueue", "p");
    line(surface.match ? "let r = match__(p);" : "let r = 0;");
    line("belong__(p, r, p.cpu);");
    disciplineBodies("enqueue", "p");
    line("return r;");
    close();
}

/// The search for an idle CPU, as the body of a function that returns its number or -1.
void CoreWriter::place(const Target &t) {
    const QueueDecl &q = *t.queue;
    const PlaceBlock *block = surface.place.get();
    if (t.rule)
        for (const Option &o : t.rule->options)
            if (o.place)
                block = o.place.get();
    std::string own = placeable(q);
    auto within = [&](const std::string &set) { // inside the candidate's set and the queue's
        if (own.empty())
            return set.empty() ? std::string("cpus") : set;
        return set.empty() ? own : "(" + set + ") & (" + own + ")";
    };
    auto search = [&](const std::string &how, const std::string &guard) {
        if (!guard.empty())
            open("if " + guard);
        line("if let c = " + how + " { return c.id; }");
        if (!guard.empty())
            close();
    };
    auto claimPrev = [&](const std::string &set, const std::string &guard) {
        std::string condition = guard.empty() ? "" : "(" + guard + ") and ";
        if (!set.empty())
            condition += "prev in " + set + " and ";
        line("if " + condition + "prev.claim() { return prev.id; }");
    };
    if (!block) {
        if (own.empty())
            return search("default_idle(p, prev)", "");
        bool core = option(q, "exclusive") != nullptr; // first, so that nobody has to make room
        if (core)
            search("idle_core(" + own + ")", "");
        claimPrev(own, "");
        if (!core)
            search("idle_core(" + own + ")", "");
        return search("idle_cpu(" + own + ")", "");
    }
    for (const Candidate &c : block->candidates) {
        if (c.isElse)
            continue;
        origin = c.span;
        std::string set = c.within ? text(*c.within) : "", guard = c.guard ? text(*c.guard) : "";
        if (c.name == "prev")
            claimPrev(set.empty() ? own : within(set), guard);
        else
            search((c.name == "core" ? "idle_core(" : "idle_cpu(") + within(set) + ")", guard);
    }
}

/// Who comes to a queue that is full goes to the one its `capacity` names, as if match had sent it there.
void CoreWriter::overflow() {
    std::vector<const QueueDecl *> full; // each before the one it overflows to; checks have seen that there is no circle
    std::function<void(const QueueDecl &)> visit = [&](const QueueDecl &q) {
        const Option *limit = option(q, "capacity");
        if (!limit || std::find(full.begin(), full.end(), &q) != full.end())
            return;
        visit(*queueNamed(limit->target));
        full.insert(full.begin(), &q);
    };
    for (const auto &q : surface.queues)
        visit(*q);
    overflows = !full.empty();
    if (!overflows)
        return;
    open("fn overflow__(p: task, r: int) -> int");
    line("var to = r;");
    for (const QueueDecl *q : full) {
        const Option *limit = option(*q, "capacity");
        origin = limit->span;
        std::string here;
        for (size_t i = 0; i < targets.size(); ++i)
            if (targets[i].queue == q)
                here += (here.empty() ? "" : " or ") + std::string("to == ") + std::to_string(i);
        if (here.empty())
            continue;
        std::string instance = reference(q->name) + (q->domain == Domain::None ? "" : q->domain == Domain::Cgroup ? "[p.cgroup]" : "[p.cpu]");
        line("if (" + here + ") and " + instance + ".len >= " + text(*limit->value, q) + " { to = " + std::to_string(targetOf(limit->target)) + "; }");
    }
    open("if to != r");
    line("belong__(p, to, p.cpu);");
    disciplineBodies("enqueue", "p");
    close();
    line("return to;");
    close();
}

void CoreWriter::selectCpu() {
    if (const HookDecl *own = userHook("select_cpu"); decides(own)) {
        origin = own->nameSpan;
        open("on select_cpu(p, prev)");
        serversSelect();
        if (reads(Read::QueueHeadWait)) // it may insert
            line("p.waits_since__ = now;");
        userBodies("select_cpu", "p");
        body(own->body, nullptr, "", argumentNames(*own, "p"));
        close();
        return;
    }
    if (decides(userHook("enqueue")) && surface.queues.size() > 1) {
        // Only `on enqueue` knows where the task belongs: an idle CPU is chosen, and finds it in its queue. Without this program the kernel
        // would give waking tasks to the waker's busy CPU (SCX_WAKE_SYNC).
        origin = userHook("enqueue")->nameSpan;
        open("on select_cpu(p, prev)");
        serversSelect();
        userBodies("select_cpu", "p");
        line("if let c = default_idle(p, prev) { return c; }");
        line("return prev;");
        close();
        return;
    }
    origin = surface.place ? surface.place->span : surface.policy.nameSpan;
    bool kernels = !surface.place; // the kernel's search alone
    for (const Target &t : targets)
        kernels &= placeable(*t.queue).empty() && openText(*t.queue).empty();
    // Targets mostly share their search, and the verifier walks every copy of it: one function for each different one.
    std::vector<std::pair<std::string, std::vector<size_t>>> searches;
    for (size_t i = 0; i < (kernels ? 0 : targets.size()); ++i) {
        std::vector<PrintedLine> outer = std::move(lines);
        lines.clear();
        ++depth;
        place(targets[i]);
        --depth;
        std::vector<PrintedLine> body = std::move(lines);
        lines = std::move(outer);
        std::string whole;
        for (const PrintedLine &l : body)
            whole += l.text + "\n";
        auto it = std::find_if(searches.begin(), searches.end(), [&](const auto &s) { return s.first == whole; });
        if (it != searches.end()) {
            it->second.push_back(i);
            continue;
        }
        open("fn place" + std::to_string(searches.size()) + "__(p: task, prev: cpu) -> int");
        for (PrintedLine &l : body)
            lines.push_back(std::move(l));
        line("return -1;");
        close();
        searches.push_back({whole, {i}});
    }
    open("on select_cpu(p, prev)");
    serversSelect();
    userBodies("select_cpu", "p");
    line(surface.match ? "let r = match__(p);" : "let r = 0;");
    if (kernels)
        open("if let c = default_idle(p, prev)");
    else
        line("var found = -1;");
    for (size_t s = 0; s < searches.size(); ++s) {
        std::string condition;
        bool always = searches.size() == 1;
        for (size_t i : searches[s].second) {
            std::string here = openText(*targets[i].queue);
            condition += (condition.empty() ? "" : " or ") + (here.empty() ? "r == " + std::to_string(i) : "(r == " + std::to_string(i) + " and " + here + ")");
            always &= here.empty();
        }
        std::string search = "found = place" + std::to_string(s) + "__(p, prev);";
        line(always ? search : "if " + condition + " { " + search + " }");
    }
    if (!kernels) {
        open("if found >= 0");
        line("let c = cpu(found);");
    }
    line("belong__(p, r, c);");
    auto onlyFor = [&](size_t i, const std::string &what) { line(targets.size() > 1 ? "if r == " + std::to_string(i) + " { " + what + " }" : what); };
    open("if stats__");
    for (size_t i = 0; i < targets.size(); ++i)
        onlyFor(i, targets[i].queue->name + "__direct += 1;");
    close();
    bool sameSlice = std::all_of(targets.begin(), targets.end(), [&](const Target &t) { return sliceText(*t.queue) == sliceText(*targets[0].queue); });
    if (sameSlice)
        line("c.local.insert(p, " + sliceText(*targets[0].queue) + ");");
    for (size_t i = 0; i < (sameSlice ? 0 : targets.size()); ++i)
        onlyFor(i, "c.local.insert(p, " + sliceText(*targets[i].queue) + ");");
    line("return c;");
    close();
    // What on enqueue may change, match has to read again.
    if (surface.match && !userHook("enqueue"))
        line("remember__(p, r);");
    line("return prev;");
    close();
}

std::vector<const QueueDecl *> CoreWriter::preempted(const Target &t, bool &self) const {
    const Option *o = nullptr;
    if (t.rule)
        for (const Option &own : t.rule->options)
            if (own.name == "preempts")
                o = &own;
    if (!o)
        o = option(*t.queue, "preempts");
    std::vector<const QueueDecl *> queues;
    self = false;
    if (!o)
        return queues;
    std::function<void(const Expr &)> collect = [&](const Expr &e) {
        if (e.kind == ExprKind::Binary) {
            collect(*e.args[0]);
            collect(*e.args[1]);
        } else if (e.ref.kind == RefKind::Self || e.ref.decl == t.queue)
            self = true;
        else if (e.ref.kind == RefKind::Queue)
            queues.push_back(static_cast<const QueueDecl *>(e.ref.decl));
    };
    collect(*o->value);
    return queues;
}

void CoreWriter::preempt(const Target &t) {
    bool self = false;
    std::vector<const QueueDecl *> queues = preempted(t, self);
    if (queues.empty() && !self)
        return;
    auto need = [&](const std::string &f) {
        if (std::find(cpuFields.begin(), cpuFields.end(), f) == cpuFields.end())
            cpuFields.push_back(f);
    };
    need("serving__: int");
    std::string condition;
    for (const QueueDecl *q : queues)
        condition += (condition.empty() ? "" : " or ") + std::string("c.serving__ == ") + std::to_string(q->index + 1);
    if (self && (t.queue->discipline ? !t.queue->discipline->keys.empty() : !t.queue->keys.empty())) {
        const auto &keys = t.queue->discipline ? t.queue->discipline->keys : t.queue->keys;
        std::string type = keys.size() > 1 ? "int" : typeText(keys[0]->type);
        need(t.queue->name + "__key: " + type);
        condition += (condition.empty() ? "" : " or ") + std::string("(c.serving__ == ") + std::to_string(t.queue->index + 1) + " and " +
                     keyText(*t.queue, "p") + " < c." + t.queue->name + "__key)";
    }
    if (condition.empty())
        return;
    std::string served = openText(*t.queue);
    if (!served.empty())
        open("if " + served);
    open("for c in near(p.cpu)");
    std::string set = servers(*t.queue), inSet = set.empty() ? "" : " and c in " + set;
    open("if (" + condition + ") and p.may_run(c)" + inSet + (exclusive() ? " and not crowded__(c)" : ""));
    line("c.serving__ = 0;"); // nobody else preempts it as well
    line("c.preempt();");
    line("break;");
    close();
    close();
    if (!served.empty())
        close();
}

void CoreWriter::enqueue() {
    if (const HookDecl *own = userHook("enqueue"); decides(own)) {
        origin = own->nameSpan;
        open("on enqueue(p)");
        serversEnqueue();
        line(reads(Read::Waited) || reads(Read::QueueHeadWait) ? "p.waits_since__ = now;" : "if stats__ { p.waits_since__ = now; }");
        userBodies("enqueue", "p");
        body(own->body, nullptr, "", argumentNames(*own, "p"));
        close();
        return;
    }
    open("on enqueue(p)");
    serversEnqueue();
    // 1000 and above: the end of a slice, admitted before the walk. Otherwise what select_cpu found, or nothing.
    line("var r = recall__(p);");
    open("if r >= 1000");
    line("r -= 1000;");
    --depth;
    line("} else {");
    ++depth;
    if (surface.match && !userHook("enqueue")) {
        open("if r < 0");
        line("r = match__(p);");
        close();
        line("belong__(p, r, p.cpu);");
        disciplineBodies("enqueue", "p");
    } else
        line("r = requeue__(p);");
    close();
    line(reads(Read::Waited) || reads(Read::QueueHeadWait) ? "p.waits_since__ = now;" : "if stats__ { p.waits_since__ = now; }");
    if (overflows)
        line("r = overflow__(p, r);");
    for (size_t i = 0; i < targets.size(); ++i) {
        origin = targets[i].rule ? targets[i].rule->span : targets[i].queue->nameSpan;
        if (targets.size() > 1)
            open("if r == " + std::to_string(i));
        line(reference(targets[i].queue->name) + ".insert(p);");
        preempt(targets[i]);
        if (targets.size() > 1)
            close();
    }
    close();
}

} // namespace scx
