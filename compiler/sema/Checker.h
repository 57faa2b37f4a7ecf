// SPDX-License-Identifier: GPL-2.0-only
// What do the checks share? The scopes of names and the typing of expressions.
// Names.cpp looks names up, Visible.cpp chooses between files, Arguments.cpp is about calls, Types.cpp types expressions, Statements.cpp bodies, Declarations.cpp everything at top level,
// Constants.cpp evaluates. The questions about the whole policy (Placement.cpp, Rules.cpp, Contexts.cpp) run after it.
#pragma once

#include "bpf/Tables.h"
#include "sema/Check.h"
#include "syntax/Visit.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

namespace scx {

struct Symbol {
    Ref ref;
    Type type;
    Span span;
    bool ambiguous = false; // several modules have it, and the file does not say which
};
/// Files may declare the same name each.
using SymbolTable = std::unordered_map<std::string, std::vector<Symbol>>;

class Checker {
  public:
    Checker(Program &program, CheckMode mode, Diagnostics &diags) : program(program), mode(mode), diags(diags) {}
    void run();

  private:
    Program &program;
    CheckMode mode;
    Diagnostics &diags;

    SymbolTable top, disciplines;
    std::unordered_map<std::string, const Field *> taskFields, cpuFields, cgroupFields;
    std::vector<std::unordered_map<std::string, Symbol>> scopes;
    std::set<const void *> used;                       // parameters that are read
    std::set<std::string> expressions;                 // behind `matches`
    std::unordered_map<const ConstDecl *, int> consts; // 1: being evaluated, 2: done
    const DisciplineDecl *discipline = nullptr;        // whose body is being checked
    std::unordered_map<std::string, const Field *> disciplineTask, disciplineQueue;
    std::unordered_map<std::string, const FnDecl *> disciplineFns;
    bool taskAtHand = false; // match and rules: `p.` may be left out
    bool cpuAtHand = false;  // guards of dispatch: `cpu.` is the dispatching CPU; in `cpus(…)` the one that is asked about
    bool inRule = false;     // what may be missing need not be opened: the condition that reads it is false then
    bool inPlace = false;    // bare llc, node, core are those of prev
    Type returns;            // of the function or hook at hand
    bool inHook = false;
    bool inBody = false; // statements are walked
    int loops = 0;
    bool taskOfQueue = false; // in a discipline: a task is at hand whose slice can be told

    // Declarations.cpp
    void declare(const std::string &name, Span span, Ref ref, Type type);
    void collect();
    void withTask(const std::function<void()> &typing);
    void checkNames();
    Type typeOf(const TypeName &name, bool state);
    void checkConst(ConstDecl &decl);
    void declareConsts();
    void checkParam(ParamDecl &decl);
    void checkField(Field &field);
    void checkQueue(QueueDecl &queue);
    void checkKeys(std::vector<ExprPtr> &keys);
    void checkDiscipline(DisciplineDecl &decl);
    void checkFunction(FnDecl &fn);
    void checkHook(HookDecl &hook, bool inDiscipline);
    void checkOptions(Options &options, const char *of);
    void checkBacking(Option &option);
    void checkPlace(PlaceBlock &place);
    void checkEntry(Entry &entry);
    bool returnsAlways(const Block &block);

    // Names.cpp
    /// What `name`, or `M.name`, means at a place.
    std::optional<Symbol> lookup(const std::string &name, Span at, bool report = false);
    void resolveName(Expr &e, Type expected);
    void resolveMember(Expr &e);
    void needsCgroup(const Expr &queue);
    void readPath(Expr &subject);
    void foldValue(Expr &e);
    std::vector<std::string> visibleNames();
    std::vector<std::string> memberNames(Type owner);
    std::string wordsBegunBy(const std::string &name, TypeKind owner) const;
    void unknownMember(const Expr &e, Type owner);
    void mayBeMissing(Span at);
    static std::string didYouMean(const std::string &near) { return near.empty() ? "" : "; did you mean `" + near + "`?"; }
    bool bind(Expr &e);

    // Visible.cpp
    const ModuleFile *fileOf(Span at) const;
    const ModuleFile *moduleNamed(const std::string &name, Span at) const;
    int distance(const ModuleFile &from, FileId to) const;
    std::vector<Symbol *> visible(SymbolTable &names, const std::string &written, Span at, const std::function<bool(const Symbol &)> &wanted = {});
    std::optional<Symbol> choose(const std::vector<Symbol *> &found, const std::string &name, Span at, bool report);
    void foldQualified(Expr &e);
    void unknownName(const Expr &e);

    // Statistics.cpp
    void checkStat(StatDecl &stat);
    const StatDecl *namedStat(Expr &e, StatKind kind);
    bool histogramAdd(Expr &e);

    // Arguments.cpp
    void checkArguments(const std::string &of, Span span, const std::vector<std::unique_ptr<FnDecl::Parameter>> &parameters,
                        const std::vector<std::string> &names, const std::vector<Expr *> &arguments);

    // Matches.cpp
    Type typeMatches(Expr &e);

    // Types.cpp
    /// Types `e`; `expected` decides how bare enumerators and literals are read (None: no expectation).
    Type type(Expr &e, Type expected = {});
    /// As type, for where a value is needed: a counter, or a call that returns nothing, is refused.
    Type value(Expr &e, Type expected = {});
    /// Reports an expression, typed already, that has no value and was taken for none so far.
    void needsValue(Expr &e);
    /// As value, and it must be `wanted`; whether it is.
    bool require(Expr &e, Type wanted);
    Type typeBinary(Expr &e, Type expected);
    Type typeIs(Expr &e);
    Type typeCall(Expr &e, Type expected);
    Type typeOperation(Expr &e, const OperationRow &row);
    Type typeFunction(Expr &e, const FnDecl &fn);
    void requireSet(Expr &e);
    bool isZero(const Expr &e) const;

    // Statements.cpp
    void block(Block &block);
    void stmt(Stmt &stmt);
    void assignment(Stmt &stmt);
    void forLoop(Stmt &stmt);
    void logCall(Stmt &stmt);
    void pushLocal(Local &local);

  public:
    // Constants.cpp
    /// The value in memory form, if `e` is a constant expression.
    static std::optional<int64_t> evaluate(const Expr &e);
};

/// The value cannot change while the policy runs: it is over constants, parameters and what a CPU is (`cpu.id`, `cpu.llc`, …).
bool isFixed(const Expr &e);

/// An order in which somebody may wait for ever while others keep coming: neither that of arrival nor a virtual time.
bool unfairOrder(const QueueDecl &q);

/// How far the process that orders the queue may be behind, the argument of `backing: userspace(TIME)`; null: the kernel orders it.
const Expr *userSpaceTime(const QueueDecl &q);

/// Every `Entry` below and including `entry`.
void forEachEntry(const Entry &entry, const std::function<void(const Entry &)> &visit);

/// Whether an expression of the body, or of a function it calls, passes the test; `seen` collects the functions.
bool anyExprCalled(const Block &body, const ExprTest &test, std::set<const FnDecl *> &seen);
bool isOperation(const Expr &e, Operation op);
/// A CPU's own queue, which has operations and is no value.
bool isCpuLocal(const Expr &e);
/// Whether a policy's hook decides in place of `match`, `dispatch` or `place` (asked after names are resolved).
bool decidesEnqueue(const HookDecl &hook);
bool decidesDispatch(const HookDecl &hook);
bool decidesPlace(const HookDecl &hook);

/// Gives each declaration a name that no other has, for the core (after the checks).
void giveUniqueNames(Program &program);

// Questions about the whole policy, asked after names and types are right.
void checkPlacement(Program &program, Diagnostics &diags);
void checkLimits(const Program &program, Diagnostics &diags);
void checkUserSpace(const Program &program, Diagnostics &diags);
void checkDecisions(Program &program, Diagnostics &diags);
void checkRules(Program &program, Diagnostics &diags);
void checkSizes(const Program &program, Diagnostics &diags);
void checkContexts(Program &program, CheckMode mode, Diagnostics &diags);

} // namespace scx
