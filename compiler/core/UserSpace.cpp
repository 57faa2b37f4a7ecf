// SPDX-License-Identifier: GPL-2.0-only
// backing: userspace(TIME). What orders the queue stays a discipline, for the host to compile; the kernel side keeps what it is to hear of each task. The threads of the
// process itself wait in a queue of their own, which each CPU serves before all others unless such a thread is what it ran last: so the process cannot wait for
// itself, and does not keep the machine if it never sleeps.
#include "core/Writer.h"

#include "sema/Checker.h"

namespace scx {
namespace {

constexpr const char *kServers = "servers__"; // its queue

} // namespace

bool CoreWriter::ordersInUserSpace() const {
    return std::any_of(surface.queues.begin(), surface.queues.end(), [](const auto &q) { return userSpaceTime(*q) != nullptr; });
}

/// The discipline of a queue by its own name, with its arguments written out. A queue without one has its ordering in its head.
void CoreWriter::userDiscipline(const QueueDecl &q) {
    const auto &keys = q.discipline ? q.discipline->keys : q.keys;
    if (keys.empty() && !q.discipline)
        return;
    origin = q.nameSpan;
    open("discipline " + q.name + "__order");
    if (q.discipline) {
        for (const StateDecl &s : q.discipline->states) {
            open(s.kind == StateKind::Task ? "task" : "queue");
            for (const auto &f : s.fields)
                line(q.name + "__" + f->name + ": " + typeName(f->typeName.name, f->type) + (f->type.length ? "[" + std::to_string(f->type.length) + "]" : "") +
                     (f->value ? " = " + text(*f->value) : "") + ";");
            close();
        }
    }
    if (!keys.empty())
        line("order by " + keyText(q, "p") + ";");
    if (q.discipline) {
        for (const auto &f : q.discipline->fns)
            function(*f, q.name + "__" + f->name, &q);
        for (const auto &h : q.discipline->hooks) {
            origin = h->nameSpan;
            open("on " + h->name + "(p" + (h->arguments.size() > 1 && h->name == "stopping" ? ", ran" : "") + (h->arguments.size() > 2 ? ", runnable" : "") +
                 ")");
            std::map<const Local *, std::string> names;
            static const char *const arguments[] = {"p", "ran", "runnable"};
            for (size_t i = 0; i < h->arguments.size() && (i == 0 || h->name == "stopping"); ++i)
                names[h->arguments[i].get()] = arguments[i];
            body(h->body, &q, "", names);
            close();
        }
    }
    close();
}

/// What the kernel side keeps of a task for each such queue: its number there, which of its waits it is, whether it was told of, and what it did since.
void CoreWriter::userFields(std::vector<std::string> &task, std::vector<std::string> &cpu) const {
    for (const auto &q : surface.queues)
        if (userSpaceTime(*q))
            task.push_back(q->name + "__number: int; " + q->name + "__sequence: int; " + q->name + "__told: bool; " + q->name + "__unheard: duration; " +
                           q->name + "__sleeps: int");
    if (ordersInUserSpace())
        cpu.push_back("server__: bool");
}

void CoreWriter::userStopping() {
    if (ordersInUserSpace()) {
        open("if p.queue__ == " + serversNumber());
        for (const auto &q : surface.queues)
            if (userSpaceTime(*q))
                line(reference(q->name) + ".answered__();");
        close();
    }
    for (const auto &q : surface.queues)
        if (userSpaceTime(*q))
            line(ifQueue(*q, "p") + " { p." + q->name + "__unheard += ran; }");
}

void CoreWriter::userSleep() {
    for (const auto &q : surface.queues)
        if (userSpaceTime(*q))
            line("if p.sleeping__ and " + ifQueue(*q, "p").substr(3) + " { p." + q->name + "__sleeps += 1; }");
}

void CoreWriter::userExit() {
    for (const auto &q : surface.queues)
        if (userSpaceTime(*q))
            line(reference(q->name) + ".forget__(p);");
}

/// Looks after the process.
void CoreWriter::userWatch() {
    for (const auto &q : surface.queues)
        if (const Expr *time = userSpaceTime(*q)) {
            origin = q->nameSpan;
            open("every " + std::to_string(Checker::evaluate(*time).value_or(0) / 4) + "ns");
            line("let w = " + reference(q->name) + ".watch__();");
            line("if w == 1 { " + q->name + "__to_kernel += 1; }");
            line("if w == 2 { " + q->name + "__to_process += 1; }");
            close();
        }
}

// ---------------------------------------------------------------- the threads of the process

void CoreWriter::serversQueue() {
    if (ordersInUserSpace())
        line(std::string("queue ") + kServers + ": fifo;");
}

std::string CoreWriter::serversNumber() const { return std::to_string(surface.queues.size()); }

/// In select_cpu and enqueue, before anything of the policy.
void CoreWriter::serversSelect() {
    if (!ordersInUserSpace())
        return;
    open("if p.serves__");
    line("p.queue__ = " + serversNumber() + ";");
    line("if let c = default_idle(p, prev) { c.local.insert(p, 20ms); return c; }");
    line("return prev;");
    close();
}

void CoreWriter::serversEnqueue() {
    if (!ordersInUserSpace())
        return;
    open("if p.serves__");
    line(std::string(kServers) + ".insert(p);");
    line("return;");
    close();
}

void CoreWriter::serversAgain() {
    if (ordersInUserSpace())
        line("if p.serves__ { p.queue__ = " + serversNumber() + "; return 0; }");
}

void CoreWriter::serversFirst() {
    if (ordersInUserSpace())
        line(std::string("if not c.server__ and ") + kServers + ".consume() { return; }");
}

void CoreWriter::serversLast() {
    if (ordersInUserSpace())
        line(std::string(kServers) + ".consume();");
}

void CoreWriter::serversRun() {
    if (ordersInUserSpace())
        line("p.cpu.server__ = p.queue__ == " + serversNumber() + ";");
}

} // namespace scx
