// SPDX-License-Identifier: GPL-2.0-only
// What do the files of this folder share? The facts of the policy and the state of the hook being written.
#pragma once

#include "bpf/Module.h"
#include "bpf/Tables.h"
#include "lower/Proportional.h"
#include "lower/UserSpace.h"
#include "syntax/Ast.h"

#include <functional>
#include <map>
#include <set>
#include <span>

namespace scx {

constexpr size_t kDsqIterator = 6;           // words of struct bpf_iter_scx_dsq
constexpr int kMoves = 32;                   // the kernel's batch: as many inserts fit into one flush of a dispatch
constexpr uint64_t kDsqLocalOn = 3ull << 62; // and the number of a CPU: its local DSQ

/// A value while lowering: numbers, times, CPUs and queues are i64, bools i1, tasks pointers. An optional has `present`.
struct Val {
    llvm::Value *value = nullptr;
    llvm::Value *present = nullptr;
};

class Lowering {
  public:
    Lowering(const Program &core, const SourceManager &sources, Module &module, Diagnostics &diags)
        : core(core), sources(sources), m(module), b(module.builder), diags(diags) {}
    void run();
    /// Where it is said of a task which queue it belongs to; as in the metadata.
    const char *queuePlace() const { return !queueField ? "one" : queueField == keyField ? "vtime" : "storage"; }
    /// What its option says, or the policy's; null: nobody says.
    const Expr *sliceOf(const QueueDecl &q) const;
    /// The id of a queue's first DSQ; below it the part and the instance are numbered.
    static int64_t firstDsq(const QueueDecl &q) { return static_cast<int64_t>(q.index) << 32; }
    virtual ~Lowering() = default;

  protected: // for the host, whose leaves are others (Host.cpp)
    const Program &core;
    const SourceManager &sources;
    Module &m;
    Module::Builder &b;
    Diagnostics &diags;

    // ---- the policy (State.cpp)
    const Expr *policySlice = nullptr; // over `p`; null: 20 ms
    int64_t timeout = 30'000'000'000;
    const Field *keyField = nullptr;   // lives in p->scx.dsq_vtime and costs no storage
    const Field *queueField = nullptr; // task field queue__: which queue a task belongs to
    bool assignsSlice = false;         // some hook writes `p.slice`
    bool readsWakeup = false;          // something asks how the task was woken
    bool slotless = false;             // select_cpu has nothing to tell enqueue, whose program comes after it,
    bool searchesAlways = false;       // but that it has looked for an idle CPU everywhere, or nowhere
    std::set<const Stmt *> runsOnce;   // of stopping: what must not run again behind a dispatch that has run its body, as settle__ says
    bool needsRan = false, needsKeep = false, needsTopology = false, needsCgroups = false;
    bool letsGo = false;    // some CPU goes idle although its task wants to go on
    bool readsHint = false; // each child inherits it
    llvm::StructType *taskType = nullptr, *cpuType = nullptr;
    llvm::GlobalVariable *taskMap = nullptr, *taskNone = nullptr, *cpuArray = nullptr, *exitInfo = nullptr, *exitDump = nullptr, *exitDumpLength = nullptr;
    std::map<const void *, unsigned> taskIndex, cpuIndex; // Field or StatDecl → member
    unsigned settledMember = 0;                           // of the CPU's state, if anything runs once: not 0 from settle__ to the next running
    enum CpuSlot : unsigned { kStart, kSlotTask, kSlotValue, kSlotFlags, kSlotSlice, kFirstCpuField };
    std::map<const void *, llvm::GlobalVariable *> globals;
    std::vector<std::pair<std::string, llvm::Function *>> programs;
    void prepare();
    void declareState();
    const HookDecl *hookNamed(const std::string &name) const;

    // ---- the hook at hand
    struct Frame {
        Context context = kOther;
        llvm::Value *task = nullptr, *cpu = nullptr; // the hook's own
        llvm::Value *taskCpu = nullptr;              // the task's, where it is known all through the hook
        llvm::Value *enqFlags = nullptr, *wakeFlags = nullptr;
        llvm::Value *recalled = nullptr, *searched = nullptr; // enqueue: what was remembered of the task; select_cpu has just looked for an idle CPU everywhere
        llvm::Value *prev = nullptr, *prevPresent = nullptr;  // dispatch: an expired task that is still runnable
        llvm::Value *sleeping = nullptr, *forked = nullptr;
        llvm::AllocaInst *slice = nullptr; // p.slice as this hook assigned it, 0: not assigned
        // select_cpu: what the enqueue that follows will find in this CPU's slot, and whether none follows
        llvm::AllocaInst *remembered = nullptr, *searchedAll = nullptr, *placed = nullptr;
        llvm::AllocaInst *dispatched = nullptr, *kept = nullptr;
        unsigned servers = 0;                                                             // dispatch: so many functions that serve a part of it are open
        bool maybeSettled = false;                                                        // stopping, which may have been settled already
        bool goesOn = false;                                                              // dispatch: prev is kept, and begins to run
        bool looksOn = false;                                                             // nothing of the policy is changed, whatever its functions say
        llvm::Value *reader = nullptr;                                                    // of whom asked about the task: where a report goes
        std::map<llvm::Value *, llvm::AllocaInst *> taskState, cgroupBits, cgroupVerdict; // memos of look-ups
        std::map<llvm::Value *, llvm::Value *> iterators;                                 // loop task → its DSQ iterator, for moves
    };
    Frame frame;
    std::map<const Local *, Val> locals; // let, arguments
    std::map<const Local *, llvm::AllocaInst *> vars;
    struct Loop {
        llvm::BasicBlock *next, *leave;
        bool turns = true; // false: a body that is there once for each turn
    };
    std::vector<Loop> loopStack;
    const Loop *innermostTurns() const;
    bool inTurns() const { return innermostTurns(); }
    struct Returning {
        llvm::BasicBlock *target;
        llvm::AllocaInst *value;
        size_t cleanups;
    };
    std::vector<Returning> returns;
    std::vector<std::function<void()>> cleanups; // iterators to destroy on the way out, innermost last
    std::vector<size_t> loopCleanups;            // cleanups.size() inside each loop's body

    // Hooks.cpp
    void recallSlot();
    void fillSlot();
    void hook(const HookDecl *decl, const HookRow &row);
    void hookBody(const HookDecl *decl, llvm::AllocaInst *result = nullptr);
    void initProgram(const HookDecl *decl);
    void createDsqs(const QueueDecl &q, llvm::Value *instance, llvm::AllocaInst *error);
    void exitProgram(const HookDecl *decl);
    void timers();
    void begin(const std::string &event, const HookRow &row, size_t arguments, Span at, Module::Program &program);
    void hookVariables();
    static size_t length(const Block &body);
    void aside(const std::string &name, llvm::Value *condition, const std::vector<std::pair<std::string, llvm::Value *>> &given,
               const std::function<void(const std::vector<llvm::Value *> &)> &body);
    /// What a callback returns that returns nothing: no instruction.
    llvm::Value *nothing() { return llvm::PoisonValue::get(m.i32()); }
    llvm::Value *asPointer(llvm::Value *slot) { return b.CreateIntToPtr(slot, m.ptr()); }
    llvm::Value *opaqueNonNull(llvm::Value *slot);
    bool runningWorks() const { return needsRan || !runsOnce.empty(); }
    void runningWork(llvm::Value *task);
    void unlessSettled(const std::function<void()> &body);
    llvm::Value *ranSince(llvm::Value *task, llvm::Value *start);
    void dispatchEpilogue();
    void restartForSets(const std::string &event);
    void underRcu(const std::function<void()> &body);

    // Statements.cpp
    void block(const Block &block);
    void stmt(const Stmt &s);
    void assign(const Stmt &s);
    void forLoop(const Stmt &s);
    void logStmt(const Stmt &s);
    void assertStmt(const Stmt &s);
    void inlineBody(const Block &body, llvm::AllocaInst *result); // a path without a value leaves in `result` what is there
    virtual void iterate(llvm::Value *first, llvm::Value *behind, const std::function<void(llvm::Value *)> &body);
    void eachNext(const std::string &kind, llvm::AllocaInst *it, llvm::BasicBlock *after, const std::function<void(llvm::Value *)> &body);
    void counted(llvm::Value *first, llvm::Value *last, const std::function<void(llvm::Value *)> &body);
    void leaveTo(llvm::BasicBlock *target, size_t keep);
    /// The kernel's form of a format in `out`, the values in `data` (addresses where `texts` says so); the size of these in bytes.
    llvm::Value *formatted(const std::string &format, const std::vector<llvm::Value *> &values, llvm::AllocaInst *data, std::string &out,
                           const std::vector<bool> &texts = {});

    // Statistics.cpp
    llvm::Function *bucketFunction(), *bucketOf = nullptr;
    llvm::Value *linearBucket(const StatDecl &stat, llvm::Value *v);
    void countedPart(const StatDecl &stat, llvm::Value *part, const std::function<void(llvm::Value *)> &count);
    llvm::Value *counterSum(const Expr &e);
    void histogramAdd(const Expr &e);

    // LookOn.cpp: programs for those who look on while the policy runs
    llvm::GlobalVariable *traceSince = nullptr;
    void lookOn();
    const FnDecl *functionNamed(const std::string &name) const;
    Module::Program beginLook(const std::string &name, const std::string &section, size_t arguments);
    void explainProgram(const FnDecl &explain);
    llvm::Function *noteRule(const FnDecl &rule);
    void ruleProgram(const FnDecl &rule, const std::string &name, const std::string &event, size_t argument);

    // Expressions.cpp
    Val emit(const Expr &e);
    llvm::Value *value(const Expr &e) { return emit(e).value; }
    llvm::Value *truth(const Expr &e) { return emit(e).value; }
    static const Expr *byWeight(const Expr &product, const Expr &divisor);
    llvm::Value *binary(Op op, const Expr &l, const Expr &r, TypeKind left, TypeKind right, bool nonZero);
    llvm::Value *divide(llvm::Value *x, llvm::Value *y, bool remainder, bool nonZero);
    llvm::Value *compare(Op op, llvm::Value *x, llvm::Value *y, bool wraps);
    Val call(const Expr &e);
    virtual Val operation(const Expr &e, const OperationRow &row);
    llvm::Value *isExpr(const Expr &e);
    llvm::Value *anyOf(size_t count, const std::function<llvm::Value *(size_t)> &test);
    static llvm::Type *typeFor(Module &m, const Type &t);

    // Functions.cpp
    using Written = std::function<llvm::Value *(const std::vector<llvm::Value *> &)>;
    std::map<std::string, llvm::Function *> functions; // by name
    llvm::Function *madeOnce(const std::string &name, const std::function<llvm::Function *()> &begin, const Written &body);
    llvm::Function *apart(const std::string &name, const std::vector<std::string> &parameters, const Written &body);
    static bool ofNumbers(const FnDecl &fn);
    void receive(const FnDecl &fn, const std::vector<llvm::Value *> &given);
    llvm::Value *functionApart(const FnDecl &fn, const std::vector<std::optional<Val>> &arguments);
    static bool branchesMuch(const Expr &e);
    llvm::Value *expressionApart(const Expr &e);
    std::map<const Expr *, size_t> expressions; // numbers of those functions
    bool mayServeApart() const;
    llvm::Value *serveApart(const std::string &what, const std::vector<std::pair<std::string, llvm::Value *>> &own, const Written &body);
    bool servesInTurns(const FnDecl &fn) const;
    llvm::Value *serverApart(const FnDecl &fn, const std::vector<std::optional<Val>> &arguments);
    llvm::Value *consumeInTurns(const QueueDecl &q, const Expr *at);
    Val function(const FnDecl &fn, const Expr &e);

    // State.cpp: addresses of state
    struct Place {
        llvm::Value *address = nullptr; // null: the key field in the task itself
        llvm::Value *task = nullptr;
        llvm::Value *inRange = nullptr; // arrays: false reads zero and writes nothing
        Type type;
        bool shared = false;
    };
    virtual Place place(const Expr &e);
    llvm::Value *load(const Place &p);
    void store(const Place &p, llvm::Value *v);
    llvm::AllocaInst *memo(std::map<llvm::Value *, llvm::AllocaInst *> &memos, llvm::Value *task, llvm::Constant *unknown);
    llvm::Value *taskState(llvm::Value *task);
    llvm::Value *lookUpState(llvm::Value *task);
    llvm::Function *stateFunction(), *stateOf = nullptr;
    llvm::Value *cpuState(llvm::Value *cpu, unsigned member);
    llvm::Value *thisCpu() { return b.CreateZExt(m.helper(helper::ThisCpu, m.i32(), {}), m.i64()); }
    static llvm::Type *memoryType(Module &m, const Type &t);
    llvm::DIType *memoryDi(const Type &t);

    // Attributes.cpp
    virtual Val attribute(const Expr &base, const AttributeRow &row);
    llvm::Value *taskQueue(llvm::Value *task);
    llvm::Value *taskCpu(llvm::Value *task);
    llvm::Value *peek(llvm::Value *base, const char *structName, const char *field);
    llvm::Value *innermostPid(llvm::Value *task);
    llvm::Value *textMatches(llvm::Value *task, const AttributeRow &row, const std::vector<std::string> &patterns);
    llvm::Value *textMatchesApart(llvm::Value *task, const AttributeRow &row, const std::vector<std::string> &patterns);
    std::map<std::string, std::string> textFunctions; // path of the attribute and patterns → name
    static bool isName(const AttributeRow &row);
    llvm::Value *commMatches(llvm::Value *words[2], const std::string &pattern);

    // Told.cpp
    llvm::GlobalVariable *hintMap = nullptr;
    llvm::Value *told(llvm::GlobalVariable *map, llvm::Value *number);
    llvm::GlobalVariable *toldMap(const char *name);
    llvm::Value *matchesExpression(const Expr &e);
    llvm::Value *usesGpu(llvm::Value *task);
    llvm::Value *hintOf(llvm::Value *task, bool make);
    llvm::Value *hint(llvm::Value *task);
    void inheritHint();

    // Verdicts.cpp
    llvm::Value *cgroupMatches(llvm::Value *task, const std::string &pattern);
    llvm::Value *cgroupVerdict(llvm::Value *task);
    llvm::Function *verdictFunction(), *verdictOf = nullptr;
    llvm::GlobalVariable *verdictMap = nullptr;

    // Paths.cpp
    struct Path;
    llvm::Value *peekPointer(llvm::Value *address);
    llvm::Value *cgroupPathMatches(llvm::Value *task, const std::string &pattern);
    llvm::Value *exeMatches(llvm::Value *task, const std::string &pattern);
    llvm::Value *pathMatches(const Path &path, const std::string &pattern);
    llvm::Value *componentMatches(llvm::Value *text, llvm::Value *bytes, const std::string &component);

    // Queues.cpp
    /// The DSQs of an instance: the queue, the escape beside its set, and for each of the two those who have waited long (see sweep).
    enum class Part : uint8_t { Queue, Escape, Aged, AgedEscape };
    llvm::Value *dsqId(const QueueDecl &q, llvm::Value *instance, Part part = Part::Queue);
    llvm::Value *servedDsq(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside, bool aged = false);
    llvm::Value *instanceOf(const QueueDecl &q, llvm::Value *cpu);
    llvm::Value *instanceFor(const QueueDecl &q, const Expr *at, llvm::Value *task, llvm::Value *cpu);
    llvm::Value *sliceFor(const QueueDecl &q, llvm::Value *task);
    llvm::Value *defaultSlice(llvm::Value *task);
    llvm::Value *sliceValue(const Expr &slice, llvm::Value *task);
    llvm::Value *unlessAssigned(llvm::Value *slice);
    llvm::Value *keyFor(const QueueDecl &q, llvm::Value *task);
    llvm::Value *consume(const QueueDecl &q, const Expr *at, bool withPrev);
    llvm::Value *consumeDsq(llvm::Value *id);
    llvm::Function *stealFunction(const QueueDecl &q);
    static bool unfair(const QueueDecl &q);
    llvm::Value *instanceSlot(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside, uint64_t &count);
    llvm::Value *agedFlag(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside);
    llvm::Value *consumeAged(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside);
    void sweep(const QueueDecl &q, const Expr *at);
    std::map<const QueueDecl *, llvm::GlobalVariable *> agedFlags;
    llvm::Value *belongs(const QueueDecl &q, llvm::Value *task);
    static std::string reach(const QueueDecl &q);
    llvm::Value *withinReach(const QueueDecl &q, llvm::Value *cpu, llvm::Value *home);
    void keep(llvm::Value *slice);
    void setSlice(llvm::Value *task, llvm::Value *slice);
    llvm::Value *about(const Local &what, llvm::Value *meaning, const Expr &e);
    llvm::Value *about(llvm::Value *task, const std::function<llvm::Value *()> &said);
    void storeMembership(const QueueDecl &q, llvm::Value *task);

    // Head.cpp
    llvm::Value *comesFirst(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside);
    bool longDispatch = false; // see seemsEmpty
    llvm::Value *seemsEmpty(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside);
    llvm::Function *addressFunction();
    void learnAddresses();
    llvm::Value *dsqAddress(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside);
    void glance(llvm::Value *address, llvm::Value *key, llvm::AllocaInst *first, llvm::BasicBlock *otherwise);
    std::map<const QueueDecl *, llvm::GlobalVariable *> dsqAddresses;

    // Insert.cpp
    llvm::Value *insert(const QueueDecl &q, const Expr *at, llvm::Value *task, llvm::Value *slice);
    llvm::Value *localInsert(llvm::Value *cpu, llvm::Value *task, llvm::Value *slice);
    void reenqueueLocal();
    void putDsq(const QueueDecl &q, llvm::Value *task, llvm::Value *id, llvm::Value *slice);
    llvm::Value *homeFor(const QueueDecl &q, const Expr *at, llvm::Value *task);
    llvm::Value *dsqFor(const QueueDecl &q, const Expr *at, llvm::Value *home, llvm::Value *task);
    void wakeServer(const QueueDecl &q, llvm::Value *task, llvm::Value *home);
    llvm::Value *move(const QueueDecl &q, const Expr *at, llvm::Value *task, llvm::Value *slice);
    void forTasks(const QueueDecl &q, const Expr *at, const Local &local, const Block &body);
    /// Its DSQ is ordered by a key.
    static bool ordered(const QueueDecl &q);
    const QueueDecl &queueOf(const Expr &e, const Expr *&at);

    // Cgroups.cpp: numbers for cgroups
    unsigned taskCgroupMember = 0; // of the task's state
    llvm::GlobalVariable *cgroupMap = nullptr, *cgroupState = nullptr, *cgroupCount = nullptr;
    llvm::StructType *cgroupType = nullptr;
    std::map<const void *, unsigned> cgroupIndex; // Field → member
    enum CgroupSlot : unsigned { kGroupUse, kGroupTasks, kGroupWeight, kGroupParent, kFirstCgroupField };
    bool usesCgroups() const;
    void declareCgroups();
    llvm::Value *cgroupSlot(llvm::Value *number, unsigned member);
    llvm::Value *cgroupId(llvm::Value *cgroup);
    llvm::Value *cgroupEntry(llvm::Value *id);
    llvm::Value *cgroupNumber(llvm::Value *cgroup);
    llvm::Value *taskCgroup(llvm::Value *task);
    void countTask(llvm::Value *number, int by);
    void cgroupHook(const std::string &event, std::span<llvm::Value *const> slot);
    void cgroupInit(llvm::Value *cgroup, llvm::Value *arguments);
    void beginCgroup(llvm::Value *number, llvm::Value *weight, llvm::Value *parent, llvm::AllocaInst *error);
    void cgroupExit(llvm::Value *cgroup);
    static bool numbersCgroups(std::string_view event);
    void forCgroups(const std::function<void(llvm::Value *)> &body);
    Val cgroupAttribute(llvm::Value *number, const AttributeRow &row);
    // Ring.cpp
    struct Ring {
        llvm::GlobalVariable *map = nullptr, *length = nullptr;
        const Field *sequence = nullptr;
    };
    std::map<const QueueDecl *, Ring> rings;
    int64_t ringSize(const QueueDecl &q) const;
    Ring &ringOf(const QueueDecl &q);
    llvm::Value *ringLength(const QueueDecl &q);
    void ringCount(const QueueDecl &q, int by);
    void ringPut(const QueueDecl &q, llvm::Value *task, llvm::Value *slice, llvm::Value *may, const std::function<void()> &spill);
    llvm::Function *flushFunction(const QueueDecl &q);

    // UserSpace.cpp
    struct User {
        UserReads reads;
        llvm::GlobalVariable *shared = nullptr, *words = nullptr, *slices = nullptr, *next = nullptr, *since = nullptr, *hungry = nullptr, *free = nullptr,
                             *records = nullptr, *answers = nullptr;
        const Field *number = nullptr, *sequence = nullptr, *told = nullptr, *unheard = nullptr, *sleeps = nullptr;
        llvm::Function *answer = nullptr;
    };
    struct RecordParts {
        llvm::Value *which, *flags, *epoch, *ran, *sleeps, *cpus;
    };
    std::map<const QueueDecl *, User> users;
    User &userOf(const QueueDecl &q);
    llvm::Value *sharedWord(const User &user, unsigned word);
    llvm::Value *readShared(const User &user, unsigned word);
    void addShared(const User &user, unsigned word, llvm::Value *by);
    llvm::Value *replaceWord(llvm::Value *address, llvm::Value *from, llvm::Value *to);
    llvm::Value *userField(llvm::Value *task, const Field *field);
    llvm::Value *userSlot(llvm::GlobalVariable *table, llvm::Value *number);
    llvm::Value *userLength(const QueueDecl &q);
    llvm::Value *unreadAnswers(const User &user);
    llvm::Value *kernelOrders(llvm::Value *epoch);
    void userPut(const QueueDecl &q, llvm::Value *task, llvm::Value *slice, llvm::Value *may, const std::function<void()> &spill);
    void fillRecord(const User &user, llvm::Value *record, llvm::Value *task, const RecordParts &parts);
    llvm::Function *mayRunWord();
    void forget(const QueueDecl &q, llvm::Value *task);
    void answered(const QueueDecl &q);
    void countUser(const QueueDecl &q, const char *figure);
    llvm::Value *nobodyHere(const User &user);
    llvm::Value *cpuBit();
    void wakeProcess(const User &user);
    llvm::Function *numberFunction(const QueueDecl &q);
    llvm::Function *askFunction(const QueueDecl &q);
    llvm::Function *releaseFunction(const QueueDecl &q);
    llvm::Function *answerCallback(const QueueDecl &q);
    llvm::Function *serveFunction(const QueueDecl &q);
    llvm::Function *letGoFunction(const QueueDecl &q);
    llvm::Value *watch(const QueueDecl &q);
    llvm::Value *serves(llvm::Value *task);
    llvm::Value *untilAnswered(const QueueDecl &q, llvm::Value *slice);

    // Cpus.cpp
    llvm::Value *inSet(const Expr &set, llvm::Value *cpu);
    llvm::Value *hidden(llvm::Value *cpu);
    llvm::Value *mayRun(llvm::Value *task, llvm::Value *cpu);
    Val idleSearch(const Expr &set, bool wholeCore);
    bool coversAQueue(const Expr &set) const;
    Val defaultIdle(llvm::Value *task, llvm::Value *prev);
    llvm::Value *coarseNow(llvm::Value *cpu);
    int64_t shortestSlice() const;
    Val kernelSearch(llvm::Value *task, llvm::Value *prev, llvm::Value *flags);
    llvm::Function *syncFunction(), *syncAgain = nullptr;
    void kick(llvm::Value *cpu, int flags);
    llvm::Value *topology(const char *array, llvm::Value *cpu);
    llvm::Value *masked(llvm::Value *cpu);
    void forCpus(const std::function<void(llvm::Value *)> &body);
    void forNear(llvm::Value *cpu, const std::function<void(llvm::Value *)> &body);
    llvm::Value *nearSlot(llvm::Value *cpu, llvm::Value *i);
    llvm::GlobalVariable *nearTable = nullptr;
    void nearInit(llvm::Value *last);
    void topologyInit();
    llvm::Value *cpuCount();
    llvm::GlobalVariable *topologyArray(const std::string &name);
    std::map<std::string, llvm::GlobalVariable *> topologyArrays;
    llvm::GlobalVariable *cpuCountVariable = nullptr;
    llvm::Value *existing(llvm::Value *number);
    void nameCpus();
    std::map<const void *, llvm::GlobalVariable *> namedCpus; // parameter → the CPU of that number
};

std::vector<std::string> cgroupExpressions(const Program &core);

} // namespace scx
