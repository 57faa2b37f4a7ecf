// SPDX-License-Identifier: GPL-2.0-only
// dispatch: the end of a slice, offers of wait_limit, strict order, shares and rotations.
#include "core/Writer.h"

#include "bpf/Tables.h"
#include "sema/Checker.h"

namespace scx {

/// Guards over what a CPU is narrow the CPUs of a queue, if each of its entries has one. That is found here, for all entries.
void CoreWriter::findServices() {
    std::function<void(const Entry &, const std::string &, bool)> visit = [&](const Entry &entry, const std::string &outer, bool changing) {
        std::string guards = outer;
        if (entry.guard && isFixed(*entry.guard))
            guards += (outer.empty() ? "(" : " and (") + text(*entry.guard) + ")";
        changing |= entry.guard && !isFixed(*entry.guard);
        if (!entry.queue.empty()) {
            fixedGuards[&entry] = guards;
            if (!changing)
                services[entry.queue].push_back(guards);
        }
        for (const Entry &child : entry.children)
            visit(child, guards, changing);
    };
    if (surface.dispatch)
        visit(*surface.dispatch, "", false);
}

std::string CoreWriter::servers(const QueueDecl &q) {
    std::string narrowed;
    for (const std::string &guards : services[q.name]) {
        if (guards.empty())
            return q.on ? text(*q.on) : "";
        narrowed += (narrowed.empty() ? "" : " or ") + guards;
    }
    std::string own = q.on ? text(*q.on) : "";
    if (narrowed.empty())
        return own;
    return (own.empty() ? "" : "(" + own + ") & ") + "cpus(" + narrowed + ")";
}

/// Tries an entry; `done` is what follows when it gave a task.
void CoreWriter::walk(const Entry &entry, const std::string &done) {
    origin = entry.span;
    bool guarded = entry.guard && !isFixed(*entry.guard);
    if (guarded)
        open("if " + printExpr(*rewrite(*entry.guard, nullptr, "", {{&implicitCpu, "c"}})));
    switch (entry.kind) {
    case EntryKind::Queue:
    case EntryKind::ShareInstances:
    case EntryKind::RotateInstances:
        for (const auto &q : surface.queues) {
            if (q->name != entry.queue)
                continue;
            // Where a single entry narrows the queue, CPUs outside serve the escape at this very place, which consume does by itself.
            std::string fixed = fixedGuards[&entry];
            const auto &served = services[entry.queue];
            bool apart = !fixed.empty() && !(served.size() == 1 && served[0] == fixed);
            if (apart) {
                std::string set = servers(*q);
                open("if c in cpus(" + fixed + ")" + (set.empty() ? "" : " or not c in " + set));
            }
            std::string condition = openText(*q);
            if (!condition.empty())
                open("if " + condition);
            if (entry.kind != EntryKind::Queue)
                line("if " + serviceFunction(entry) + "(c) { " + done + " }");
            else {
                if (disciplineHook(*q, "dispatch")) // the discipline picks; if it takes none, the head is taken
                    line(q->name + "__pick(c); if dispatched__ { " + done + " }");
                line("if " + reference(q->name) + ".consume() { " + done + " }");
            }
            if (!condition.empty())
                close();
            if (apart)
                close();
        }
        break;
    case EntryKind::Strict:
        for (const Entry &child : entry.children)
            walk(child, done);
        break;
    default: line("if " + serviceFunction(entry) + "(c) { " + done + " }"); break;
    }
    if (guarded)
        close();
}

/// Functions stand before the hook that calls them. A line of the hook may already be open, so what `write` writes is kept aside.
void CoreWriter::beforeHook(const std::function<void()> &write) {
    std::vector<PrintedLine> outer = std::move(lines);
    int outerDepth = depth;
    lines.clear();
    depth = 0;
    write();
    std::vector<PrintedLine> inner = std::move(lines);
    lines = std::move(outer);
    depth = outerDepth;
    for (PrintedLine &l : inner)
        functionLines.push_back(std::move(l));
}

/// What serves a share or a rotation: the name of a function that is true if it gave a task.
std::string CoreWriter::serviceFunction(const Entry &entry) {
    bool instances = !entry.queue.empty(), share = entry.kind == EntryKind::Share || entry.kind == EntryKind::ShareInstances;
    std::string name = (share ? "share" : "rotate") + std::to_string(blocks++) + "__";
    beforeHook([&] { instances ? instancesFunction(entry, name) : blockFunction(entry, name); });
    return name;
}

/// A share or rotate block as a function of its own; its state is per CPU.
void CoreWriter::blockFunction(const Entry &entry, const std::string &name) {
    std::string n = std::to_string(entry.children.size());
    open("fn " + name + "(c: cpu) -> bool");
    if (entry.kind == EntryKind::Share) {
        // Each CPU serves the entry with the least CPU time per weight. An entry that was empty rejoins at the pass last served, or as far behind it as it was, but not
        // by more than 20 ms of its own time: its task may only just be on its way from another CPU.
        auto passOf = [&](const std::string &cpu, size_t i) {
            int64_t weight = Checker::evaluate(*entry.children[i].weight).value_or(1);
            return "max(" + cpu + "." + name + std::to_string(i) + ", " + cpu + "." + name + "floor - " + std::to_string(20'000'000'000 / weight) + ")";
        };
        cpuFields.push_back(name + "floor: int");
        line("var tried = 0;");
        open("repeat " + n);
        line("var best = -1;");
        line("var least = 0;");
        for (size_t i = 0; i < entry.children.size(); ++i) {
            std::string pass = passOf("c", i);
            cpuFields.push_back(name + std::to_string(i) + ": int");
            line("if (tried & " + std::to_string(1 << i) + ") == 0 and (best < 0 or " + pass + " < least) { best = " + std::to_string(i) + "; least = " + pass +
                 "; }");
        }
        for (size_t i = 0; i < entry.children.size(); ++i) {
            open("if best == " + std::to_string(i));
            line("tried += " + std::to_string(1 << i) + ";");
            walk(entry.children[i], "c." + name + std::to_string(i) + " = least; c." + name + "floor = max(c." + name + "floor, least); return true;");
            close();
        }
        close();
        for (size_t i = 0; i < entry.children.size(); ++i) { // CPU time of all queues below, however they got the CPU
            // The floor follows what runs, or an entry that only ran placed directly would owe all that time when another comes back.
            std::string pass = "p.cpu." + name + std::to_string(i), floor = "p.cpu." + name + "floor";
            std::string charge = pass + " = " + passOf("p.cpu", i) + "; " + floor + " = max(" + floor + ", " + pass + "); " + pass +
                                 " += ran / 1ns * 1000 / (" + text(*entry.children[i].weight) + ");";
            std::function<void(const Entry &)> queues = [&](const Entry &e) {
                if (!e.queue.empty())
                    charges.push_back({e.queue, charge});
                for (const Entry &child : e.children)
                    queues(child);
            };
            queues(entry.children[i]);
        }
    } else {
        cpuFields.push_back(name + "at: int");
        line("var at = c." + name + "at;");
        open("repeat " + n);
        line("at = (at + 1) % " + n + ";");
        for (size_t i = 0; i < entry.children.size(); ++i) {
            open("if at == " + std::to_string(i));
            walk(entry.children[i], "c." + name + "at = " + std::to_string(i) + "; return true;");
            close();
        }
        close();
    }
    line("return false;");
    close();
}

/// Empty: none.
std::string CoreWriter::waitLimit(const QueueDecl &q) {
    const Option *limit = option(q, "wait_limit");
    if (limit)
        return limit->value->kind == ExprKind::Name && limit->value->name == "none" ? "" : text(*limit->value, &q);
    int64_t timeout = 30'000'000'000;
    for (const Option &o : surface.settings)
        if (o.name == "timeout")
            timeout = Checker::evaluate(*o.value).value_or(timeout);
    return std::to_string(timeout / 4'000'000) + "ms";
}

/// wait_limit. Each CPU offers itself to a queue that others come before, at least once in that time while it is not empty. And in a queue whose
/// own order may let a task wait for ever, whoever waits then has a turn.
void CoreWriter::offers() {
    std::set<std::string> first; // nothing comes before them
    bool before = false;
    std::function<void(const Entry &, bool)> visit = [&](const Entry &entry, bool guarded) {
        guarded |= entry.guard && !isFixed(*entry.guard);
        if (!entry.queue.empty() && !before && !guarded)
            first.insert(entry.queue);
        bool block = entry.kind != EntryKind::Strict, outer = before;
        for (const Entry &child : entry.children) {
            if (block) // entries of a share or rotation do not starve each other
                before = outer;
            visit(child, guarded);
        }
        before = true;
    };
    if (surface.dispatch)
        visit(*surface.dispatch, false);
    bool any = false;
    for (const auto &q : surface.queues) {
        const Option *limit = option(*q, "wait_limit");
        if (waitLimit(*q).empty())
            continue;
        // Who comes next among cgroups rests on counts. Below them is this net.
        bool grouped = q->domain == Domain::Cgroup;
        bool late = exclusive() || (surface.dispatch && (grouped || (!first.contains(q->name) && !services[q->name].empty())));
        auto due = [&](const std::string &field) {
            origin = limit ? limit->span : q->nameSpan;
            if (!any)
                line("let at = coarse_now__;");
            any = true;
            cpuFields.push_back(field + ": time");
            open("if at - c." + field + " >= " + waitLimit(*q));
            line("c." + field + " = at;");
        };
        if (unfairOrder(*q)) {
            due(q->name + "__swept");
            line(grouped ? "for g in cgroups { " + reference(q->name) + "[g].sweep__(); }" : reference(q->name) + ".sweep__();");
            close();
        }
        if (late) {
            due(q->name + "__offered");
            std::string condition = openText(*q), take = grouped ? q->name + "__any(c)" : reference(q->name) + ".take__()";
            line("if " + (condition.empty() ? "" : condition + " and ") + take + " { " + (exclusive() ? "c.turn__ = true; " : "") + "return; }");
            close();
        }
    }
}

void CoreWriter::dispatch() {
    for (const auto &q : surface.queues)
        if (const HookDecl *pick = disciplineHook(*q, "dispatch")) {
            origin = pick->nameSpan;
            open("fn " + q->name + "__pick(c: cpu" + (q->domain == Domain::Cgroup ? ", g: cgroup)" : ")"));
            std::map<const Local *, std::string> names;
            if (!pick->arguments.empty())
                names[pick->arguments[0].get()] = "c";
            body(pick->body, q.get(), instanceText(*q, "c", "g"), names);
            close();
        }
    for (const auto &q : surface.queues)
        if (q->domain == Domain::Cgroup)
            anyInstance(*q);
    const HookDecl *own = userHook("dispatch");
    std::vector<PrintedLine> before = std::move(lines);
    lines.clear();
    origin = own ? own->nameSpan : surface.dispatch ? surface.dispatch->span : surface.policy.nameSpan;
    open("on dispatch(c, prev)");
    open("if let e = prev"); // the slice ended: as if stopped, matched and queued again, before the walk
    line("stopping__(e, e.ran__, true);");
    line("settle__(e);");
    if (!decides(userHook("enqueue")))
        line("remember__(e, requeue__(e) + 1000);");
    close();
    serversFirst();
    userBodies("dispatch", "p");
    if (own && decides(own))
        body(own->body, nullptr, "", argumentNames(*own, "p"));
    else {
        offers();
        refuseCrowded();
        serveDue();
        if (surface.dispatch)
            walk(*surface.dispatch, "return;");
        else {
            Entry single;
            single.kind = EntryKind::Queue;
            single.queue = surface.queues[0]->name;
            single.span = surface.queues[0]->nameSpan;
            walk(single, "return;");
        }
        serversLast();
        letGoHeld();
        if (exclusive())
            line("leave__(c);");
    }
    close();
    std::vector<PrintedLine> hook = std::move(lines);
    lines = std::move(before);
    for (auto *part : {&functionLines, &hook})
        for (PrintedLine &l : *part)
            lines.push_back(std::move(l));
    functionLines.clear();
}

} // namespace scx
