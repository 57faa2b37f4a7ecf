// SPDX-License-Identifier: GPL-2.0-only
// dispatch: the end of a slice, offers of wait_limit, strict order, shares and rotations.
#include "core/Writer.h"

#include "bpf/Tables.h"

namespace scx {

/// Tries an entry; `done` is what follows when it gave a task.
void CoreWriter::walk(const Entry &entry, const std::string &done) {
    origin = entry.span;
    if (entry.guard)
        open("if " + text(*entry.guard));
    switch (entry.kind) {
    case EntryKind::Queue:
        for (const auto &q : surface.queues) {
            if (q->name != entry.queue)
                continue;
            if (const HookDecl *pick = disciplineHook(*q, "dispatch")) { // the discipline picks; if it takes none, the head is taken
                line(q->name + "__pick(c);");
                line("if dispatched__ { " + done + " }");
                (void)pick;
            }
            line("if " + reference(q->name) + ".consume() { " + done + " }");
        }
        break;
    case EntryKind::Strict:
        for (const Entry &child : entry.children)
            walk(child, done);
        break;
    default: line("if " + blockFunction(entry) + "(c) { " + done + " }"); break;
    }
    if (entry.guard)
        close();
}

/// A share or rotate block as a function of its own; its state is per CPU.
std::string CoreWriter::blockFunction(const Entry &entry) {
    std::string name = (entry.kind == EntryKind::Share ? "share" : "rotate") + std::to_string(blocks++) + "__";
    std::vector<PrintedLine> outer = std::move(lines);
    int outerDepth = depth;
    lines.clear();
    depth = 0;
    std::string n = std::to_string(entry.children.size());
    open("fn " + name + "(c: cpu) -> bool");
    if (entry.kind == EntryKind::Share) {
        // Each CPU serves the entry with the least CPU time per weight. An entry that was empty rejoins at the pass last served.
        cpuFields.push_back(name + "floor: int");
        line("var tried = 0;");
        open("repeat " + n);
        line("var best = -1;");
        line("var least = 0;");
        for (size_t i = 0; i < entry.children.size(); ++i) {
            std::string pass = "max(c." + name + std::to_string(i) + ", c." + name + "floor)";
            cpuFields.push_back(name + std::to_string(i) + ": int");
            line("if (tried & " + std::to_string(1 << i) + ") == 0 and (best < 0 or " + pass + " < least) { best = " + std::to_string(i) + "; least = " + pass + "; }");
        }
        for (size_t i = 0; i < entry.children.size(); ++i) {
            open("if best == " + std::to_string(i));
            line("tried += " + std::to_string(1 << i) + ";");
            walk(entry.children[i], "c." + name + std::to_string(i) + " = least; c." + name + "floor = least; return true;");
            close();
        }
        close();
        for (size_t i = 0; i < entry.children.size(); ++i) { // CPU time of all queues below, however they got the CPU
            // The floor follows what runs, or an entry that only ran placed directly would owe all that time when another comes back.
            std::string pass = "p.cpu." + name + std::to_string(i), floor = "p.cpu." + name + "floor";
            std::string charge = floor + " = max(" + floor + ", " + pass + "); " + pass + " = " + floor + " + ran / 1ns * 1000 / (" + text(*entry.children[i].weight) + ");";
            std::function<void(const Entry &)> queues = [&](const Entry &e) {
                if (e.kind == EntryKind::Queue)
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
    std::vector<PrintedLine> inner = std::move(lines);
    lines = std::move(outer);
    depth = outerDepth;
    // Functions stand before the hook that calls them; a line of the hook may already be open, so they are kept aside.
    for (PrintedLine &l : inner)
        functionLines.push_back(std::move(l));
    return name;
}

/// Each CPU offers itself to a queue that others come before, at least once in its wait_limit while it is not empty.
void CoreWriter::offers() {
    if (!surface.dispatch)
        return;
    int64_t timeout = 30'000'000'000;
    for (const Option &o : surface.settings)
        if (o.name == "timeout" && o.value->kind == ExprKind::Number)
            timeout = o.value->value;
    bool before = false;
    std::set<std::string> offered; // once, however many entries a queue has
    std::function<void(const Entry &, bool)> visit = [&](const Entry &entry, bool guarded) {
        guarded |= entry.guard != nullptr;
        if (entry.kind == EntryKind::Queue) {
            for (const auto &q : surface.queues) {
                if (q->name != entry.queue || !(before || guarded))
                    continue;
                const Option *limit = option(*q, "wait_limit");
                if ((limit && limit->value->kind == ExprKind::Name && limit->value->name == "none") || !offered.insert(q->name).second)
                    continue;
                origin = limit ? limit->span : q->nameSpan;
                std::string field = q->name + "__offered";
                cpuFields.push_back(field + ": time");
                std::string period = limit ? text(*limit->value, q.get()) : std::to_string(timeout / 4'000'000) + "ms";
                open("if coarse_now__ - c." + field + " >= " + period);
                line("c." + field + " = coarse_now__;");
                line("if " + reference(q->name) + ".take__() { return; }");
                close();
            }
            before = true;
            return;
        }
        bool block = entry.kind != EntryKind::Strict, outer = before;
        for (const Entry &child : entry.children) {
            if (block) // entries of a share or rotation do not starve each other
                before = outer;
            visit(child, guarded);
        }
        before = true;
    };
    visit(*surface.dispatch, false);
}

void CoreWriter::dispatch() {
    for (const auto &q : surface.queues)
        if (const HookDecl *pick = disciplineHook(*q, "dispatch")) {
            origin = pick->nameSpan;
            open("fn " + q->name + "__pick(c: cpu)");
            std::map<const Local *, std::string> names;
            if (!pick->arguments.empty())
                names[pick->arguments[0].get()] = "c";
            body(pick->body, q.get(), "0", names);
            close();
        }
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
    if (own && decides(own))
        body(own->body, nullptr, "", argumentNames(*own, "p"));
    else {
        if (own)
            body(own->body, nullptr, "", argumentNames(*own, "p"));
        offers();
        if (surface.dispatch)
            walk(*surface.dispatch, "return;");
        else {
            Entry single;
            single.kind = EntryKind::Queue;
            single.queue = surface.queues[0]->name;
            single.span = surface.queues[0]->nameSpan;
            walk(single, "return;");
        }
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
