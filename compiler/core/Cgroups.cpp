// SPDX-License-Identifier: GPL-2.0-only
// `share QUEUE by WEIGHT;` and `rotate QUEUE;`: which cgroup's instance is served next?
//
// The share is start-time fair queueing (Goyal, Guo, Vin 1996) over cgroups: each has a pass, the CPU time of all its tasks by its weight, and the one
// with the least comes first. A CPU stays with a cgroup for a turn, so that all are looked through some hundred times a second at most.
#include "core/Writer.h"

#include "sema/Check.h"

namespace scx {

/// The waiting tasks of the cgroup `g` are tried; `done` is what follows when one was taken.
void CoreWriter::takeFrom(const QueueDecl &q, const std::string &g, const std::string &done) {
    if (disciplineHook(q, "dispatch")) // the discipline picks; if it takes none, the head is taken
        line(q.name + "__pick(c, " + g + "); if dispatched__ { " + done + " }");
    line("if " + reference(q.name) + "[" + g + "].consume() { " + done + " }");
}

/// A share or rotation among the cgroups of a queue as a function of its own.
void CoreWriter::instancesFunction(const Entry &entry, const std::string &name) {
    const QueueDecl &q = *queueNamed(entry.queue);
    bool share = entry.kind == EntryKind::ShareInstances;
    origin = entry.span;
    cpuFields.push_back(name + "last: int"); // the cgroup served last
    // A cgroup is a candidate only while a task of it waits. Its only one may have to wait for another CPU, and then the next best is tried.
    constexpr int kTries = 16;
    if (share) {
        cgroupFields.insert(name + ": int");
        cpuFields.push_back(name + "until: time");
        globalFields.push_back(name + "floor: int");
        std::string weight = "max(1, " + printExpr(*rewrite(*entry.weight, &q, "", {{&implicitCgroup, "g"}})) + ")";
        // Who had nothing to do rejoins at most a slice of 20 ms ahead of the others.
        open("fn " + name + "pass(g: cgroup) -> int");
        line("if g." + name + " >= " + name + "floor { return g." + name + "; }");
        line("return max(g." + name + ", " + name + "floor - 20000000000 / " + weight + ");");
        close();
        // The floor follows what runs, or who only ran placed directly would owe all that time when others come.
        open("fn " + name + "charge(g: cgroup, ran: duration)");
        line("let pass = " + name + "pass(g);");
        line("if pass > " + name + "floor { " + name + "floor = pass; }");
        line("g." + name + " += pass - g." + name + " + ran / 1ns * 1000 / " + weight + ";");
        close();
        charges.push_back({q.name, name + "charge(p.cgroup, ran);"});
    }
    // The number of the cgroup that comes next, -1 if there is none: a function of numbers, which the kernel's verifier walks by itself.
    open("fn " + name + "next(" + (share ? "after: int, " : "") + "last: int) -> int");
    line("var best = -1;");
    line(share ? "var least = 0;" : "var first = -1;");
    open("for g in cgroups");
    open("if g.runnable__ > g.running__");
    if (share) {
        line("let pass = " + name + "pass(g);");
        line("if (best < 0 or pass < least) and (pass > after or (pass == after and g.number__ > last)) { best = g.number__; least = pass; }");
    } else {
        line("if first < 0 { first = g.number__; }");
        line("if best < 0 and g.number__ > last { best = g.number__; }");
    }
    close();
    close();
    if (!share)
        line("if best < 0 { return first; }");
    line("return best;");
    close();
    open("fn " + name + "(c: cpu) -> bool");
    if (share) {
        open("if coarse_now__ < c." + name + "until");
        line("let g = cgroup__(c." + name + "last);");
        takeFrom(q, "g", "return true;");
        close();
        line("var after = 0;");
        line("var last = -1;");
    } else
        line("var last = c." + name + "last;");
    open("repeat " + std::to_string(kTries));
    line("let best = " + name + "next(" + (share ? "after, " : "") + "last);");
    line("if best < 0 { return false; }");
    line("let g = cgroup__(best);");
    if (share)
        line("let pass = " + name + "pass(g);");
    takeFrom(q, "g", "c." + name + "last = best; " + (share ? "c." + name + "until = coarse_now__ + 5ms; " : "") + "return true;");
    line("last = best;");
    if (share)
        line("after = pass;");
    close();
    line("return " + q.name + "__any(c);");
    close();
}

/// Takes a task from any instance: a net below the order of cgroups, and for offers of wait_limit.
void CoreWriter::anyInstance(const QueueDecl &q) {
    open("fn " + q.name + "__any(c: cpu) -> bool");
    line("for g in cgroups { if " + reference(q.name) + "[g].take__() { return true; } }");
    line("return false;");
    close();
}

} // namespace scx
