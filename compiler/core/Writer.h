// SPDX-License-Identifier: GPL-2.0-only
// What source does the core of a policy have?
// Match.cpp writes rules, placement and admission, Dispatch.cpp the walk over the queues, Limits.cpp shares of CPU time,
// Exclusive.cpp siblings that stay empty, UserSpace.cpp queues that a process orders, Explain.cpp what those see who look on, Rewrite.cpp what people wrote, Writer.cpp state, hooks
// and the order of things.
#pragma once

#include "bpf/Tables.h"
#include "syntax/Ast.h"
#include "syntax/Clone.h"
#include "syntax/Parse.h"
#include "syntax/Print.h"

#include <functional>
#include <map>
#include <set>

namespace scx {

class CoreWriter {
  public:
    explicit CoreWriter(const Program &surface) : surface(surface) {}
    /// The core as source lines, each with the place in the policy it stands for.
    std::vector<PrintedLine> write();

  private:
    const Program &surface;
    std::vector<PrintedLine> lines;
    int depth = 0;
    Span origin;

    /// Where a task can go: a queue with what a rule says about it. `match__` returns its number.
    struct Target {
        const QueueDecl *queue;
        const MatchRule *rule; // its options; null: the queue's own
    };
    std::vector<Target> targets;
    /// Where `dispatch` serves each queue: for each entry its fixed guards as text (empty: none), `if` left out. Entries under
    /// other guards are not counted.
    std::map<std::string, std::vector<std::string>> services;
    std::map<const Entry *, std::string> fixedGuards;
    std::vector<int> targetOfRule;
    bool expires = false; // the end of a slice is played in dispatch before the walk
    bool tracksQueue = false;
    bool overflows = false; // some queue has a capacity
    std::vector<std::string> cpuFields, globalFields;
    std::set<std::string> cgroupFields;
    std::vector<std::pair<std::string, std::string>> charges; // queue → statement in stopping__
    std::vector<PrintedLine> functionLines;
    int blocks = 0;

    void line(const std::string &text) { lines.push_back({std::string(static_cast<size_t>(depth) * 4, ' ') + text, origin}); }
    void open(const std::string &head) {
        line(head + " {");
        ++depth;
    }
    void close(const std::string &tail = "") {
        --depth;
        line("}" + tail);
    }

    // Names and values of the surface, rewritten for the core.
    /// A top-level name as the core writes it: `NAME__top` where an argument or local of generated code has that name.
    bool isGenerated(const std::string &name) const;
    std::string constName(const ConstDecl &c) const;
    bool ownFunction(const QueueDecl *q, const void *decl) const;
    bool hasInstances(const QueueDecl &q) const;
    std::string reference(const std::string &name) const;
    std::string topName(const Expr &e) const;
    static std::string typeName(const std::string &written, const Type &type);
    /// `names`: what arguments and what stands for something at hand are called here; `q`, `instance`: the queue whose discipline `e` is from.
    ExprPtr rewrite(const Expr &e, const QueueDecl *q, const std::string &instance, const std::map<const Local *, std::string> &names);
    std::string text(const Expr &e, const QueueDecl *q = nullptr, const std::string &instance = "") { return printExpr(*rewrite(e, q, instance, {})); }
    void body(const Block &block, const QueueDecl *q, const std::string &instance, const std::map<const Local *, std::string> &names);
    static bool containsReturn(const Block &block);
    /// The bodies of a policy's hooks and of disciplines for an event, in order. Argument names are those of the table.
    void userBodies(const std::string &event, const std::string &task);
    void disciplineBodies(const std::string &event, const std::string &task);
    std::string arguments(const HookDecl &hook, const std::string &task) const;
    std::string parameters(const HookDecl &hook) const;
    bool hasBodies(const std::string &event) const;
    const HookDecl *disciplineHook(const QueueDecl &q, const std::string &event) const;
    std::map<const Local *, std::string> argumentNames(const HookDecl &hook, const std::string &task) const;

    // Writer.cpp
    bool keepsRule() const;
    void declarations();
    void function(const FnDecl &f, const std::string &name, const QueueDecl *q);
    void hooks();
    const Option *option(const QueueDecl &q, const char *name) const;
    bool rulesSetSlice(const QueueDecl &q) const;
    const Option *sliceOption(const QueueDecl &q) const;
    std::string queueSlice(const QueueDecl &q);
    std::string sliceText(const QueueDecl &q);
    std::string sliceValue(const Expr &value, const QueueDecl *of);
    std::string keyText(const QueueDecl &q, const std::string &task);
    std::string ifQueue(const QueueDecl &q, const std::string &task) const;
    /// The number of the instance of a CPU, or of a cgroup where there is one for each.
    std::string instanceText(const QueueDecl &q, const std::string &cpu, const std::string &cgroup) const;
    /// The CPUs that serve the queue: its `on` set, narrowed by guards; empty: all.
    std::string servers(const QueueDecl &q);
    bool decides(const HookDecl *hook) const;
    const HookDecl *userHook(const std::string &event) const;

    // Match.cpp
    void findTargets();
    void match();
    void admission();
    const QueueDecl *queueNamed(const std::string &name) const;
    size_t targetOf(const std::string &queue) const;
    void overflow();
    void join(const QueueDecl &q, const std::string &task);
    void joinBody(const QueueDecl &q, const HookDecl &hook, const std::string &task, const std::string &instance, const std::string &from);
    void selectCpu();
    void place(const Target &target);
    void enqueue();
    void preempt(const Target &target);
    std::vector<const QueueDecl *> preempted(const Target &target, bool &self) const;

    // Explain.cpp
    void explain();

    // Limits.cpp
    bool limited(const QueueDecl &q) const;
    std::string openText(const QueueDecl &q) const;
    void limits();
    void serveDue();
    void letGoHeld();
    void limitSlice();
    void nextWindow();

    // Exclusive.cpp
    bool exclusive() const;
    std::string placeable(const QueueDecl &q);
    void aloneFunctions();
    void runAlone();
    void refuseCrowded();
    void lookForTurns();

    // Performance.cpp
    void pace();

    // Attributes.cpp: what the kernel does not keep
    std::set<Read> readByPolicy;
    std::map<const Expr *, std::string> opened; // what may be missing → the local that opens it here
    struct MadeFunction {
        std::string name;
        Span span;
    };
    std::map<std::string, MadeFunction> made; // by the text behind its name
    std::vector<std::string> exes;            // the patterns that `exe` is compared with, each with a verdict kept
    bool reads(Read read) const { return readByPolicy.contains(read); }
    void findMade();
    std::vector<std::string> madeFields() const;
    bool madeAt(const std::string &event) const;
    void madeUpkeep(const std::string &event);
    void madeFunctions();
    std::string madeFunction(const char *prefix, const std::string &text, Span span);
    std::string madeAttribute(const Expr &x, const Replace &replace);
    std::string exeCondition(const Expr &x, const Replace &replace);
    std::vector<const Expr *> optionalsOf(const Expr &condition) const;
    std::string missingCondition(const Expr &condition, const std::vector<const Expr *> &optionals);

    // Utilisation.cpp
    bool readsUtilisation = false;
    static bool isUtilisation(const Expr &e);
    void utilisationEvent();
    void utilisationTimer();

    // Dispatch.cpp
    void dispatch();
    void findServices();
    void walk(const Entry &entry, const std::string &done);
    std::string serviceFunction(const Entry &entry);
    void blockFunction(const Entry &entry, const std::string &name);
    void beforeHook(const std::function<void()> &write);
    std::string waitLimit(const QueueDecl &q);
    void offers();

    // UserSpace.cpp
    bool ordersInUserSpace() const;
    void userDiscipline(const QueueDecl &q);
    void userFields(std::vector<std::string> &task, std::vector<std::string> &cpu) const;
    void userStopping();
    void userSleep();
    void userExit();
    void userWatch();
    void serversQueue();
    std::string serversNumber() const;
    void serversSelect();
    void serversEnqueue();
    void serversAgain();
    void serversFirst();
    void serversLast();
    void serversRun();

    // Cgroups.cpp
    void instancesFunction(const Entry &entry, const std::string &name);
    void takeFrom(const QueueDecl &q, const std::string &g, const std::string &done);
    void anyInstance(const QueueDecl &q);
};

/// The core without the functions that nothing in it calls.
std::vector<PrintedLine> withoutUnusedFunctions(std::vector<PrintedLine> lines);

} // namespace scx
