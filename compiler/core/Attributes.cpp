// SPDX-License-Identifier: GPL-2.0-only
// Attributes that the kernel does not keep, and conditions over what may be missing: what does each become in the core? State, hooks and
// functions stand there only if the policy reads the attribute.
#include "core/Writer.h"

#include "sema/Checker.h"
#include "syntax/Visit.h"

#include <algorithm>

namespace scx {
namespace {

/// State that a hook brings up to date. Hooks of the policy for the same event come after, and read what is new.
struct Upkeep {
    Read read;
    const char *field; // of the task; empty: none of its own
    const char *event, *code;
};
constexpr Upkeep kUpkeep[] = {
    {Read::Waited, "waited__: duration", "", ""}, // written where `running` begins: statistics are over the same time
    {Read::LastRan, "last_ran__: duration", "stopping", "p.last_ran__ = ran;"},
    {Read::AvgRun, "avg_run__: duration", "stopping", "p.avg_run__ = ewma(if_zero(p.avg_run__, ran), ran, 4);"},
    {Read::LastSlept, "last_slept__: duration", "runnable", "if p.sleeps_since__ != 0 { p.last_slept__ = now - p.sleeps_since__; p.sleeps_since__ = 0; }"},
    {Read::LastSlept, "sleeps_since__: time", "quiescent", "if p.sleeping__ { p.sleeps_since__ = now; }"},
    {Read::QueueHeadWait, "", "running", "p.waits_since__ = 0;"},
    // The kernel calls these hooks in pairs, also when a task changes its cgroup.
    {Read::GroupRunnable, "", "runnable", "p.cgroup.runnable__ += 1;"},
    {Read::GroupRunnable, "", "quiescent", "p.cgroup.runnable__ -= 1;"},
    {Read::GroupRunning, "", "running", "p.cgroup.running__ += 1;"},
    {Read::GroupRunning, "", "stopping", "p.cgroup.running__ -= 1;"},
};

/// Functions that an attribute is read by.
struct Reader {
    Read read;
    const char *text;
};
constexpr Reader kReaders[] = {
    // select_cpu comes before `runnable`: until then it is still asleep.
    {Read::LastSlept, "fn slept__(p: task) -> duration { if p.sleeps_since__ != 0 { return now - p.sleeps_since__; } return p.last_slept__; }"},
    {Read::NumaPinned, "fn numa_pinned__(p: task) -> bool {\n"
                       "    if p.allowed__ >= cpus.count { return false; }\n"
                       "    var node = -1;\n"
                       "    var others = false;\n"
                       "    for c in cpus {\n"
                       "        if c.node != cpu(0).node { others = true; }\n"
                       "        if c in p.affinity {\n"
                       "            if node >= 0 and c.node != node { return false; }\n"
                       "            node = c.node;\n"
                       "        }\n"
                       "    }\n"
                       "    return others and node >= 0;\n"
                       "}"},
};

const AttributeRow *attributeOf(const Expr &e) { return e.ref.kind == RefKind::Attribute ? static_cast<const AttributeRow *>(e.ref.decl) : nullptr; }

bool isExe(const Expr &e) { return e.kind == ExprKind::Is && attributeOf(*e.args[0]) && attributeOf(*e.args[0])->read == Read::Exe; }

std::string patterns(const Expr &is) {
    std::string text;
    for (size_t i = 1; i < is.args.size(); ++i)
        text += (text.empty() ? "" : " | ") + printExpr(*is.args[i]);
    return text;
}

} // namespace

void CoreWriter::findMade() {
    anyExpr(surface, [&](const Expr &e) {
        if (const AttributeRow *row = attributeOf(e))
            readByPolicy.insert(row->read);
        readsUtilisation |= isUtilisation(e);
        if (isExe(e) && std::find(exes.begin(), exes.end(), patterns(e)) == exes.end())
            exes.push_back(patterns(e));
        return false;
    });
    if (surface.dispatch)
        forEachEntry(*surface.dispatch, [&](const Entry &entry) {
            if (entry.kind == EntryKind::ShareInstances || entry.kind == EntryKind::RotateInstances)
                readByPolicy.insert({Read::GroupRunnable, Read::GroupRunning});
        });
    if (reads(Read::GroupRunnable))
        cgroupFields.insert("runnable__: int");
    if (reads(Read::GroupRunning))
        cgroupFields.insert("running__: int");
}

std::vector<std::string> CoreWriter::madeFields() const {
    std::vector<std::string> fields;
    for (const Upkeep &row : kUpkeep)
        if (reads(row.read) && *row.field)
            fields.push_back(row.field);
    for (size_t i = 0; i < exes.size(); ++i) {
        fields.push_back("exe" + std::to_string(i) + "_of__: int");
        fields.push_back("exe" + std::to_string(i) + "_holds__: bool");
    }
    return fields;
}

bool CoreWriter::madeAt(const std::string &event) const {
    return std::any_of(std::begin(kUpkeep), std::end(kUpkeep), [&](const Upkeep &row) { return row.event == event && reads(row.read); });
}

void CoreWriter::madeUpkeep(const std::string &event) {
    for (const Upkeep &row : kUpkeep)
        if (row.event == event && reads(row.read))
            line(row.code);
}

/// The functions that rewritten expressions call. Written last, when all of them are known.
void CoreWriter::madeFunctions() {
    for (const Reader &row : kReaders)
        if (reads(row.read))
            for (size_t begin = 0, end; begin < std::string_view(row.text).size(); begin = end + 1) {
                end = std::min(std::string_view(row.text).find('\n', begin), std::string_view(row.text).size());
                line(std::string(row.text + begin, end - begin));
            }
    for (size_t i = 0; i < exes.size(); ++i) { // a verdict holds until the next exec
        std::string exe = "exe" + std::to_string(i);
        open("fn " + exe + "__(p: task) -> bool");
        open("if p." + exe + "_of__ != p.exec_id__ + 1");
        line("let holds__ = p.exe__ is " + exes[i] + ";"); // who only looks on keeps nothing
        line("p." + exe + "_of__ = p.exec_id__ + 1;");
        line("p." + exe + "_holds__ = holds__;");
        line("return holds__;");
        close();
        line("return p." + exe + "_holds__;");
        close();
    }
    for (const auto &[text, function] : made) {
        origin = function.span;
        line("fn " + function.name + text);
    }
}

/// The name of a function of the core with this text behind its name; the same text has one function.
std::string CoreWriter::madeFunction(const char *prefix, const std::string &text, Span span) {
    return made.try_emplace(text, MadeFunction{prefix + std::to_string(made.size()) + "__", span}).first->second.name;
}

/// What stands in the core where the policy reads the attribute; empty if it is read as it is.
std::string CoreWriter::madeAttribute(const Expr &x, const Replace &replace) {
    auto of = [&] { return printExpr(*clone(*x.args[0], replace)); };
    switch (attributeOf(x)->read) {
    case Read::Waited: return of() + ".waited__";
    case Read::LastRan: return of() + ".last_ran__";
    case Read::AvgRun: return of() + ".avg_run__";
    case Read::LastSlept: return "slept__(" + of() + ")";
    case Read::NumaPinned: return "numa_pinned__(" + of() + ")";
    case Read::CpuRunning: return "task(" + of() + ".running__)";
    case Read::GroupRunnable: return of() + ".runnable__";
    case Read::QueueHeadWait: {
        ExprPtr queue = clone(*x.args[0], replace);
        bool instance = queue->kind == ExprKind::Index;
        auto *decl = static_cast<const QueueDecl *>(x.args[0]->ref.kind == RefKind::Queue ? x.args[0]->ref.decl : nullptr);
        std::string at = decl && decl->domain == Domain::Cgroup ? "g: cgroup" : "c: cpu";
        std::string first = instance ? printExpr(*queue->args[0]) + "[" + at.substr(0, 1) + "]" : printExpr(*queue);
        // In dispatch a task whose slice has ended is visited first; it does not wait.
        std::string body = " -> duration { for t in " + first + " { if t.waits_since__ != 0 { return now - t.waits_since__; } } return 0ns; }";
        return madeFunction("head_wait", (instance ? "(" + at + ")" : "()") + body, x.span) + "(" + (instance ? printExpr(*queue->args[1]) : "") + ")";
    }
    default: return "";
    }
}

/// A comparison with `exe`; empty if it is none.
std::string CoreWriter::exeCondition(const Expr &x, const Replace &replace) {
    if (!isExe(x))
        return "";
    size_t number = static_cast<size_t>(std::find(exes.begin(), exes.end(), patterns(x)) - exes.begin());
    return "exe" + std::to_string(number) + "__(" + printExpr(*clone(*x.args[0]->args[0], replace)) + ")";
}

/// What a condition of a rule reads that may be missing, and no smaller condition in it does; inner ones first.
std::vector<const Expr *> CoreWriter::optionalsOf(const Expr &condition) const {
    std::vector<const Expr *> found;
    std::function<void(const Expr &)> collect = [&](const Expr &e) {
        for (size_t i = 0; i < e.args.size(); ++i) {
            const Expr &part = *e.args[i];
            bool callee = e.kind == ExprKind::Call && i == 0;
            if (opened.contains(&part) || (part.type == Type{TypeKind::Bool} && !callee))
                continue;
            collect(part);
            if (part.type.optional && !callee)
                found.push_back(&part);
        }
    };
    collect(condition);
    return found;
}

/// The name of a function over a task `p` that opens them: false if one is missing.
std::string CoreWriter::missingCondition(const Expr &condition, const std::vector<const Expr *> &optionals) {
    std::string head, tail;
    for (size_t i = 0; i < optionals.size(); ++i) {
        std::string name = "there" + std::to_string(i) + "__";
        head += "if let " + name + " = " + text(*optionals[i]) + " { ";
        tail += " }";
        opened[optionals[i]] = name;
    }
    std::string body = "(p: task) -> bool { " + head + "return " + text(condition) + ";" + tail + " return false; }";
    for (const Expr *e : optionals)
        opened.erase(e);
    return madeFunction("missing", body, condition.span);
}

} // namespace scx
