// SPDX-License-Identifier: GPL-2.0-only
// at_most, at_least: shares of CPU time over windows of a tenth of a second. What is left of each window is counted down by what tasks of the queue ran,
// however they got the CPU; a timer opens the next one.
#include "core/Writer.h"

namespace scx {
namespace {

/// A timer that is late gives more, so that shares hold. Without one, as where the loader has gone, nothing is held back.
constexpr const char *kWindow = "100ms", *kLongest = "1s";

} // namespace

bool CoreWriter::limited(const QueueDecl &q) const { return option(q, "at_most") || option(q, "at_least"); }

/// What has to hold for the queue to be served, or for its tasks to be placed; empty: nothing.
std::string CoreWriter::openText(const QueueDecl &q) const { return option(q, "at_most") ? "not " + q.name + "__held__()" : ""; }

void CoreWriter::limits() {
    for (const auto &q : surface.queues) {
        if (!limited(*q))
            continue;
        globalFields.push_back(q->name + "__cpus__: int"); // how many serve it
        if (option(*q, "at_least")) {                      // what it runs beyond that is free
            globalFields.push_back(q->name + "__due__: duration");
            cpuFields.push_back(q->name + "__first: bool");
            charges.push_back({q->name, "if p.cpu." + q->name + "__first { " + q->name + "__due__ -= ran; }"});
        }
        if (const Option *most = option(*q, "at_most")) {
            globalFields.push_back(q->name + "__left__: duration");
            charges.push_back({q->name, q->name + "__left__ -= ran;"});
            origin = most->span;
            line("fn " + q->name + "__held__() -> bool { return " + q->name + "__left__ <= 0ns and " + q->name + "__cpus__ > 0 and now - window__ < " +
                 kLongest + "; }");
        }
    }
    for (const auto &q : surface.queues)
        if (limited(*q)) {
            globalFields.push_back("window__: time"); // when it began
            break;
        }
}

/// Who is behind what it is sure of comes before everybody else.
void CoreWriter::serveDue() {
    for (const auto &q : surface.queues)
        if (const Option *least = option(*q, "at_least")) {
            origin = least->span;
            open("if " + q->name + "__due__ > 0ns");
            Entry entry;
            entry.kind = EntryKind::Queue;
            entry.queue = q->name;
            entry.span = least->span;
            walk(entry, "return;");
            close();
        }
}

/// Nothing else was found, but the queue of the task whose slice ended has had its share: it does not go on.
void CoreWriter::letGoHeld() {
    for (const auto &q : surface.queues)
        if (const Option *most = option(*q, "at_most")) {
            origin = most->span;
            line("if let e = prev { " + ifQueue(*q, "e") + " { if " + q->name + "__held__() { e.wait(); } } }");
        }
}

/// All CPUs may run such tasks at once, so each slice is a CPU's part of what is left.
void CoreWriter::limitSlice() {
    for (const auto &q : surface.queues)
        for (const char *name : {"at_most", "at_least"})
            if (const Option *o = option(*q, name)) {
                bool most = o->name == "at_most";
                std::string left = q->name + (most ? "__left__" : "__due__"), part = q->name + (most ? "__part__" : "__due_part__");
                origin = o->span;
                open(ifQueue(*q, "p"));
                if (!most) {
                    line("p.cpu." + q->name + "__first = " + left + " > 0ns;");
                    open("if " + left + " > 0ns");
                }
                line("let " + part + " = max(" + left + ", 0ns) / " + q->name + "__cpus__ + 1ms;");
                line("if p.slice > " + part + " or p.slice < 0ns { p.slice = " + part + "; }"); // forever is less than zero
                if (!most)
                    close();
                close();
            }
}

/// The timer. What was too much counts against the next windows, so that the share holds over time. Who has waited for the window is served
/// at once: every CPU may be idle.
void CoreWriter::nextWindow() {
    bool any = false;
    for (const auto &q : surface.queues) {
        if (!limited(*q))
            continue;
        if (!any) {
            open(std::string("every ") + kWindow);
            line(std::string("let passed__ = min(now - window__, ") + kLongest + ");");
            line("window__ = now;");
            any = true;
        }
        std::string set = servers(*q), cpus = q->name + "__cpus__", held = q->name + "__waits__";
        origin = q->nameSpan;
        line("var " + q->name + "__n__ = 0;");
        line("for c in " + (set.empty() ? "cpus" : set) + " { if c.online__ { " + q->name + "__n__ += 1; } }");
        line(cpus + " = " + q->name + "__n__;");
        if (const Option *most = option(*q, "at_most")) {
            std::string left = q->name + "__left__", share = q->name + "__most__";
            origin = most->span;
            line("let " + held + " = " + left + " <= 0ns;");
            // A parameter may be zero: next to nothing, or its tasks would never be served.
            line("let " + share + " = max(passed__ * " + cpus + " * (" + text(*most->value, q.get()) + "), 1us);");
            line(left + " += " + share + " + max(min(" + left + ", 0ns), 0ns - " + share + " * 10) - " + left + ";");
            line("if " + held + " and " + left + " > 0ns { for c in cpus { c.kick(); } }");
        }
        if (const Option *least = option(*q, "at_least")) {
            std::string due = q->name + "__due__", share = q->name + "__least__";
            origin = least->span;
            line("let " + share + " = max(passed__ * " + cpus + " * (" + text(*least->value, q.get()) + "), 0ns);");
            // What is missing of one window, or was too much, is made up for in the next.
            line(due + " += " + share + " + max(min(" + due + ", " + share + "), 0ns - " + share + ") - " + due + ";");
        }
    }
    if (any)
        close();
}

} // namespace scx
