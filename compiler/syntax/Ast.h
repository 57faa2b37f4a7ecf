// SPDX-License-Identifier: GPL-2.0-only
// What is a policy, as a tree?
// One tree serves the surface language and the core: desugaring turns surface declarations into hooks,
// functions and state of the same types, so that the core prints as legal source (see docs/internals/core.md).
#pragma once

#include "support/Source.h"
#include "syntax/Type.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace scx {

struct Expr;
struct Stmt;
struct PlaceBlock;
using ExprPtr = std::unique_ptr<Expr>;
using StmtPtr = std::unique_ptr<Stmt>;
using Block = std::vector<StmtPtr>;

// ---------------------------------------------------------------- expressions

enum class ExprKind : uint8_t {
    Number,   // value; unit says what was written after it (see Unit)
    Bool,     // value 0 or 1
    Text,     // name: the decoded string: a pattern, or the format of log
    Name,     // name
    Member,   // args[0].name
    Call,     // args[0](args[1..]); argNames run beside args[1..], empty where an argument has no name
    Index,    // args[0][args[1]]
    Negate,   // -args[0]
    Not,      // not args[0]
    Binary,   // args[0] op args[1]
    Is,       // args[0] is args[1] | args[2] | …; a pattern is Text, Range or a plain expression
    Matches,  // args[0] matches args[1], the Text of a regular expression as it is written
    In,       // args[0] in args[1] (a cpuset)
    Range,    // args[0] .. args[1], both ends included
    CpuRange, // cpus args[0] .. args[1]
};

enum class Op : uint8_t { Or, And, Eq, Ne, Lt, Le, Gt, Ge, BitOr, BitAnd, Add, Sub, Mul, Div, Rem, Shl, Shr };

enum class Unit : uint8_t { None, Duration, Ratio }; // value is already in ns, or in parts per million

/// What a Name, Member, Call or Index was found to mean. Filled by sema; `index` and `decl` by kind.
enum class RefKind : uint8_t {
    None,
    Local,       // decl: the Local (see Stmt); hook and function arguments, let, var, loop variables
    Const,       // decl: ConstDecl
    Param,       // decl: ParamDecl
    EnumValue,   // decl: EnumDecl, index: enumerator
    Global,      // decl: Field
    TaskField,   // decl: Field; args[0] of the Member is the task (absent base: see Expr::implicitTask)
    CpuField,    // decl: Field
    CgroupField, // decl: Field
    Queue,       // decl: QueueDecl
    CpuSet,      // decl: CpusDecl
    Rules,       // decl: RulesDecl
    Function,    // decl: FnDecl
    Stat,        // decl: StatDecl
    Attribute,   // decl: AttributeRow (bpf/Tables.h)
    Operation,   // decl: OperationRow
    QueueState,  // decl: Field of the discipline, of the queue (instance) args[0]: surface only
    Self,        // a discipline's own queue: surface only
};

struct Ref {
    RefKind kind = RefKind::None;
    const void *decl = nullptr;
    int index = 0;
};

struct Expr {
    ExprKind kind;
    Span span;
    std::string name;                  // Name, Member, Text
    int64_t value = 0;                 // Number, Bool
    Unit unit = Unit::None;            // Number
    Op op = Op::Add;                   // Binary
    std::vector<ExprPtr> args;         // operands, see ExprKind
    std::vector<std::string> argNames; // Call

    // Filled by sema.
    Type type;
    Ref ref;
    /// A Name that means an attribute or field of the task at hand (`nice` for `p.nice` in match and rules).
    bool implicitTask = false;
};

// ---------------------------------------------------------------- statements

/// A name that lives in a block: an argument, let, var, loop variable, `if let`.
struct Local {
    std::string name;
    Span span;
    Type type;
    bool assignable = false; // var
};

enum class StmtKind : uint8_t {
    Let,    // local = value
    Var,    // local (of declared type if any) = value
    If,     // if value body else orElse; with `local` set: if let local = value
    For,    // for local in value body; value is a Range, `cpus`, a cpuset, near(c), a queue
    Repeat, // repeat value body
    Return, // value may be null
    Break,
    Continue,
    Assert, // value
    Assign, // target = value, += or -=: assign
    Call,   // value, evaluated for its effect
    Log,    // log(text, args…): value is the Call
    Block,  // body, a scope of its own
};

enum class AssignKind : uint8_t { Set, Add, Subtract };

struct Stmt {
    StmtKind kind;
    Span span;
    std::unique_ptr<Local> local;
    ExprPtr target;
    ExprPtr value;
    std::optional<std::string> typeName; // Var with a written type
    Span typeSpan;
    AssignKind assign = AssignKind::Set;
    Block body;
    Block orElse; // an `else if` is a single If in here
};

// ---------------------------------------------------------------- declarations

struct Decl {
    Span span;     // the whole declaration
    Span nameSpan; // its name, where carets go
    std::string name;
    std::string doc; // text of the /// lines before it, without the slashes, joined by newlines
};

struct TypeName {
    std::string name;
    ExprPtr length; // T[length], or null
    Span span;
};

/// `name: value;` or `name;` in a policy, queue, rule or discipline. What values are allowed stands in sema's table of options.
struct Option {
    Span span, nameSpan;
    std::string name;
    ExprPtr value;      // may be null; a Range for `a..b`
    std::string target; // capacity: N -> other
    Span targetSpan;
    std::unique_ptr<PlaceBlock> place; // a rule's own place { … }; then name is "place"
};
using Options = std::vector<Option>;

struct ConstDecl : Decl {
    std::unique_ptr<TypeName> typeName;
    ExprPtr value;
    Type type;             // sema
    int64_t evaluated = 0; // sema: its value in memory form
};

struct ParamDecl : Decl {
    bool live = false;
    TypeName typeName;
    ExprPtr value;
    ExprPtr range;                                   // a Range or null
    Type type;                                       // sema
    int64_t evaluated = 0, minimum = 0, maximum = 0; // sema: memory form; minimum/maximum only with range
};

struct EnumDecl : Decl {
    std::vector<std::string> values;
    std::vector<Span> valueSpans;
};

struct Field : Decl {
    TypeName typeName;
    ExprPtr value;         // or null: zero / first enumerator
    Type type;             // sema
    int64_t evaluated = 0; // sema: initial value in memory form
};

enum class StateKind : uint8_t { Task, Cpu, Cgroup, Global, Queue };

struct StateDecl {
    Span span;
    StateKind kind;
    std::vector<std::unique_ptr<Field>> fields;
};

struct CpusDecl : Decl {
    ExprPtr value;
};

struct RulesDecl : Decl {
    ExprPtr value;
};

struct DisciplineDecl;

enum class Ordering : uint8_t { Fifo, Lifo, OrderBy, Discipline };
enum class Domain : uint8_t { None, Cpu, Core, Llc, Node, Cgroup };

struct QueueDecl : Decl {
    Ordering ordering = Ordering::Fifo;
    std::string orderingName; // as written: fifo, lifo, fair, M.fair
    Span orderingSpan;
    std::vector<ExprPtr> keys;              // order by, most significant first
    std::vector<ExprPtr> arguments;         // of the discipline
    std::vector<std::string> argumentNames; // beside arguments
    Domain domain = Domain::None;
    Span domainSpan;
    ExprPtr on; // cpuset or null
    Options options;

    int index = 0;                              // sema: number of the queue in source order
    const DisciplineDecl *discipline = nullptr; // sema
};

struct FnDecl : Decl {
    struct Parameter {
        Local local;
        TypeName typeName;
        ExprPtr value; // default, or null
    };
    std::vector<std::unique_ptr<Parameter>> parameters;
    std::unique_ptr<TypeName> resultName;
    Block body;
    Type result; // sema
};

struct HookDecl : Decl { // name: the event
    std::vector<std::unique_ptr<Local>> arguments;
    Block body;
};

struct EveryDecl : Decl {
    ExprPtr period;
    Block body;
};

enum class StatKind : uint8_t { Counter, Histogram };

struct StatDecl : Decl {
    StatKind kind;
    std::string label;
    std::string per; // queue, rule: one for each; or empty
    Span perSpan;
    ExprPtr length; // NAME[length]: so many; or null
    // Of a histogram.
    std::string shape; // log2, linear; empty: log2
    Span shapeSpan;
    std::vector<ExprPtr> shapeArguments; // linear: the width of a bucket, how many there are

    Type takes;                               // sema: what a linear one takes
    int64_t width = 0;                        // sema: of a linear one's buckets; 0: log2
    int64_t buckets = kLogBuckets, parts = 1; // sema
    bool several() const { return length || !per.empty(); }
    static constexpr int64_t kLogBuckets = 256;
};

struct DisciplineDecl : Decl {
    std::vector<std::unique_ptr<FnDecl::Parameter>> parameters;
    std::vector<StateDecl> states; // task {} and queue {}
    std::vector<std::unique_ptr<ConstDecl>> consts;
    std::vector<std::unique_ptr<FnDecl>> fns;
    std::vector<std::unique_ptr<HookDecl>> hooks;
    std::vector<ExprPtr> keys; // empty: FIFO
    Span keysSpan;
    Options options;
};

// ---------------------------------------------------------------- the three declarative blocks

struct MatchRule {
    Span span;
    ExprPtr condition; // null: else
    std::string queue;
    Span queueSpan;
    Options options;
};

struct MatchBlock {
    Span span;
    std::vector<MatchRule> rules;
};

struct Candidate {
    Span span;
    bool isElse = false; // else prev
    std::string name;    // prev, core, cpu
    Span nameSpan;
    ExprPtr within; // cpuset or null
    ExprPtr guard;  // or null
};

struct PlaceBlock {
    Span span;
    std::vector<Candidate> candidates;
};

enum class EntryKind : uint8_t { Queue, Strict, Share, Rotate, ShareInstances, RotateInstances };

/// One line of dispatch: a queue, a block of entries, or the instances of one queue in turn.
struct Entry {
    Span span;
    EntryKind kind;
    std::string queue; // Queue, ShareInstances, RotateInstances
    Span queueSpan;
    std::vector<Entry> children;
    ExprPtr weight; // in a share block; ShareInstances: the `by` expression
    ExprPtr guard;  // or null
};

struct UseDecl {
    Span span;
    std::string path; // "fair", "./local_mod"
};

// ---------------------------------------------------------------- a file, a program

/// A file that declarations of a policy come from.
struct ModuleFile {
    std::string name; // of the module: the last part of its path; the policy's file has none
    FileId file;
    std::vector<FileId> uses; // by `use` of its own
    bool prelude = false;
};

/// One parsed file, and after loading its modules the whole policy: their declarations are merged in.
struct Program {
    FileId file = 0;
    bool hasPolicy = false;
    Decl policy; // name, doc; span of the policy declaration
    Options settings;
    std::vector<UseDecl> uses;
    std::vector<ModuleFile> files; // after loading: the policy's own, then its modules
    std::vector<std::unique_ptr<ConstDecl>> consts;
    std::vector<std::unique_ptr<ParamDecl>> params;
    std::vector<std::unique_ptr<EnumDecl>> enums;
    std::vector<StateDecl> states;
    std::vector<std::unique_ptr<CpusDecl>> cpuSets;
    std::vector<std::unique_ptr<RulesDecl>> rules;
    std::vector<std::unique_ptr<QueueDecl>> queues;
    std::vector<std::unique_ptr<DisciplineDecl>> disciplines;
    std::vector<std::unique_ptr<FnDecl>> fns;
    std::vector<std::unique_ptr<HookDecl>> hooks;
    std::vector<std::unique_ptr<EveryDecl>> everys;
    std::vector<std::unique_ptr<StatDecl>> stats;
    std::vector<StmtPtr> asserts; // top-level `assert`: over constants and parameters, checked in init
    std::unique_ptr<MatchBlock> match;
    std::unique_ptr<PlaceBlock> place;
    std::unique_ptr<Entry> dispatch; // a Strict entry, or the single queue
};

} // namespace scx
