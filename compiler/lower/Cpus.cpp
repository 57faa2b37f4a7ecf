// SPDX-License-Identifier: GPL-2.0-only
// CPUs: sets of them, the search for an idle one, kicks, and who is near whom.
// A set is never a mask here: it is a question asked of one CPU, so that ranges, algebra and topology are all the same.
#include "lower/Lowering.h"
#include "sema/Check.h"
#include "sema/Checker.h"
#include "syntax/Print.h"

namespace scx {
namespace {

constexpr int64_t kWakeSync = 0x10; // SCX_WAKE_SYNC

} // namespace

llvm::Value *Lowering::inSet(const Expr &set, llvm::Value *cpu) {
    auto between = [&](const Expr &low, const Expr &high) {
        cpu = hidden(cpu);
        return b.CreateAnd(b.CreateICmpSGE(cpu, value(low)), b.CreateICmpSLE(cpu, value(high)));
    };
    if (set.kind == ExprKind::Range || set.kind == ExprKind::CpuRange)
        return between(*set.args[0], *set.args[1]);
    if (set.kind == ExprKind::Binary) {
        // By branches: each part as a 0 or a 1 to be joined would double the paths the verifier walks.
        llvm::Value *x = inSet(*set.args[0], cpu);
        auto right = [&] { return inSet(*set.args[1], cpu); };
        auto known = [&](bool value) { return [this, value]() -> llvm::Value * { return b.getInt1(value); }; };
        if (set.op == Op::BitOr)
            return m.choose(x, known(true), right);
        return m.choose(x, [&] { return set.op == Op::BitAnd ? right() : b.CreateXor(right(), b.getTrue()); }, known(false));
    }
    if (set.ref.kind == RefKind::CpuSet)
        return inSet(*static_cast<const CpusDecl *>(set.ref.decl)->value, cpu);
    if (set.ref.kind == RefKind::Attribute) // a task's affinity
        return mayRun(value(*set.args[0]), cpu);
    const Expr &callee = set.kind == ExprKind::Call ? *set.args[0] : set;
    if (callee.ref.kind == RefKind::Operation)
        switch (static_cast<const OperationRow *>(callee.ref.decl)->op) {
        case Operation::AllCpus:
        case Operation::Near: return b.getTrue();
        case Operation::CpusWhere: return about(implicitCpu, cpu, *set.args[1]);
        case Operation::LlcSet: return b.CreateICmpEQ(topology("llc__", cpu), value(*set.args[1]));
        case Operation::NodeSet: return b.CreateICmpEQ(topology("node__", cpu), value(*set.args[1]));
        case Operation::CoreSet: return b.CreateICmpEQ(topology("raw_core__", cpu), value(*set.args[1]));
        default: break;
        }
    diags.report(Diag::Internal, set.span, "a set of CPUs of unknown form");
    return b.getFalse();
}

/// The number of a CPU where it is compared, or comes from what may have been. In one unsigned comparison, as LLVM may put two, or on another register the
/// verifier sees no bound of the CPU; so LLVM must not see it either, or it would leave out the mask of an index. Nor may the verifier take what is found here for
/// a bound of the CPU itself: it would walk all that follows for each part of the CPUs that some test tells from the rest.
llvm::Value *Lowering::hidden(llvm::Value *cpu) { return llvm::isa<llvm::Constant>(cpu) ? cpu : m.detached(cpu); }

llvm::Value *Lowering::mayRun(llvm::Value *task, llvm::Value *cpu) {
    llvm::Value *allowed = m.call("bpf_cpumask_test_cpu", {cpu, m.loadField(task, "task_struct", "cpus_ptr")});
    // A migration-disabled task stays where it is, whatever its mask says. BPF disables migration itself: the current task counts one less.
    llvm::Value *disabled = nullptr;
    auto free = [&](size_t i) -> llvm::Value * {
        if (i == 2)
            return b.CreateICmpEQ(cpu, taskCpu(task));
        if (i == 0) {
            disabled = m.loadField(task, "task_struct", "migration_disabled");
            return b.CreateICmpEQ(disabled, m.num(0));
        }
        return b.CreateAnd(b.CreateICmpEQ(disabled, m.num(1)), b.CreateICmpEQ(b.CreatePtrToInt(task, m.i64()), m.helper(helper::CurrentTask, m.i64(), {})));
    };
    return m.choose(allowed, [&] { return anyOf(3, free); }, [&]() -> llvm::Value * { return b.getFalse(); });
}

/// The clock of a CPU's run queue, brought up to date with each tick and where the kernel begins to look for the next task.
llvm::Value *Lowering::coarseNow(llvm::Value *cpu) {
    return m.choose(b.CreateICmpNE(m.kfunc("scx_bpf_now"), llvm::ConstantPointerNull::get(m.ptr())), [&] { return m.call("scx_bpf_now", {}); },
                    [&] { return m.loadField(m.call("scx_bpf_cpu_rq", {cpu}), "rq", "clock"); });
}

/// The CPU that scx_bpf_select_cpu_dfl answers, and whether it found it idle.
Val Lowering::kernelSearch(llvm::Value *task, llvm::Value *prev, llvm::Value *flags) {
    Module::Scratch found(m, 1);
    b.CreateStore(b.getInt8(0), found);
    llvm::Value *cpu = m.call("scx_bpf_select_cpu_dfl", {task, prev, flags, found});
    return {cpu, b.CreateICmpNE(b.CreateLoad(m.i8(), found), b.getInt8(0))};
}

/// The kernel's search. For a synchronous wakeup it answers "found" for the waker's CPU, busy as it is, and while one such wakeup follows another that CPU
/// never looks into a queue: what is pinned there starves beside a ping-pong pair (scx_select_cpu_dfl, balance_one). So `syncFunction` looks again, now and then.
Val Lowering::defaultIdle(llvm::Value *task, llvm::Value *prev) {
    llvm::Value *flags = frame.wakeFlags ? frame.wakeFlags : m.num(0);
    // In memory, so that the usual way saves no register for them.
    llvm::AllocaInst *kept = m.local(m.i64(), "flags");
    b.CreateStore(flags, kept, true);
    Val first = kernelSearch(task, prev, flags);
    if (frame.searchedAll)
        b.CreateStore(b.getTrue(), frame.searchedAll);
    llvm::AllocaInst *cpu = m.local(m.i64(), "cpu"), *found = m.local(m.i1(), "found");
    b.CreateStore(first.value, cpu);
    b.CreateStore(first.present, found);
    m.ifThen(first.present, [&] {
        flags = b.CreateLoad(m.i64(), kept, true);
        m.ifThen(b.CreateICmpNE(b.CreateAnd(flags, m.num(kWakeSync)), m.num(0)), [&] {
            llvm::Function *again = syncFunction();
            m.rarely([&] {
                b.CreateStore(m.marked(b.CreateCall(again, {b.CreatePtrToInt(task, m.i64()), prev, flags, first.value})), cpu);
                b.CreateStore(b.CreateICmpSGE(b.CreateLoad(m.i64(), cpu), m.num(0)), found);
            });
        });
    });
    return {b.CreateLoad(m.i64(), cpu), b.CreateLoad(m.i1(), found)};
}

/// The shortest slice that the policy gives by itself, and no longer than the kernel's: so long may wait who would have a turn now.
int64_t Lowering::shortestSlice() const {
    int64_t shortest = kDefaultSlice;
    auto consider = [&](const Expr *slice) {
        if (auto fixed = slice ? Checker::evaluate(*slice) : std::nullopt; fixed && *fixed > 0)
            shortest = std::min(shortest, *fixed);
    };
    consider(policySlice);
    for (const auto &q : core.queues)
        for (const Option &o : q->options)
            if (o.name == "slice")
                consider(o.value.get());
    return shortest;
}

/// A synchronous wakeup was answered with `cpu`. If that is the waker's, busy as it is, an idle one is searched for all the same where the CPU may not have looked
/// into its queues for long because of such wakeups: none is followed until this run of the waker ends, so that the CPU looks then. So it is, too, while the waker
/// may run on for long, for nobody else could take the task. The CPU, or -1: none is idle.
llvm::Function *Lowering::syncFunction() {
    if (syncAgain)
        return syncAgain;
    auto saved = b.saveIP();
    auto location = b.getCurrentDebugLocation();
    syncAgain = m.beginFunction("sync_wakeup__", {"p", "prev", "flags", "cpu"});
    auto byCpu = [&](const char *name) { return m.global(name, llvm::ArrayType::get(m.i64(), kMaxCpus), m.diArray(m.diInt(64, true), kMaxCpus), ".bss"); };
    llvm::GlobalVariable *left = byCpu("sync_left__"), *runs = byCpu("sync_run__"); // when, and in whose run, a wakeup was last not followed
    llvm::Value *cpu = syncAgain->getArg(3), *here = thisCpu();
    llvm::Value *waker = m.helper(helper::CurrentTrustedTask, m.ptr(), {}), *pid = m.loadField(waker, "task_struct", "pid");
    // In an interrupt of an idle CPU the answer may be that CPU itself, which the search has claimed.
    llvm::Value *wakes = b.CreateAnd(b.CreateICmpEQ(cpu, here), b.CreateICmpNE(pid, m.num(0)));
    m.ifThen(wakes, [&] {
        llvm::Value *now = coarseNow(here), *last = b.CreateGEP(m.i64(), left, masked(here)), *lastRun = b.CreateGEP(m.i64(), runs, masked(here));
        // Changes whenever the waker has been off its CPU.
        llvm::Value *switches = b.CreateAdd(m.loadField(waker, "task_struct", "nvcsw"), m.loadField(waker, "task_struct", "nivcsw"));
        llvm::Value *run = b.CreateAdd(b.CreateShl(pid, m.num(32)), switches);
        llvm::Value *ours = b.CreateAnd(m.loadField(waker, "task_struct", "scx.flags"), m.num(1)); // SCX_TASK_QUEUED
        llvm::Value *ends = b.CreateICmpULE(m.loadField(waker, "task_struct", "scx.slice"), m.num(kDefaultSlice));
        llvm::Value *lately = b.CreateICmpULT(b.CreateSub(now, b.CreateLoad(m.i64(), last)), m.num(shortestSlice()));
        llvm::Value *follow =
            b.CreateAnd(b.CreateAnd(b.CreateICmpNE(ours, m.num(0)), ends), b.CreateAnd(lately, b.CreateICmpNE(b.CreateLoad(m.i64(), lastRun), run)));
        m.ifThen(b.CreateXor(follow, b.getTrue()), [&] {
            b.CreateStore(now, last);
            b.CreateStore(run, lastRun);
            Val again = kernelSearch(asPointer(syncAgain->getArg(0)), syncAgain->getArg(1), b.CreateAnd(syncAgain->getArg(2), m.num(~kWakeSync)));
            b.CreateRet(b.CreateSelect(again.present, again.value, m.num(-1)));
        });
    });
    b.CreateRet(cpu);
    m.resume(saved, location);
    return syncAgain;
}

/// Whether a search of this set leaves no idle CPU out that serves the queue it was made for: it is everything, or a queue's own set.
bool Lowering::coversAQueue(const Expr &set) const {
    if (set.ref.kind == RefKind::Operation && static_cast<const OperationRow *>(set.ref.decl)->op == Operation::AllCpus)
        return true;
    std::string text = printExpr(set);
    for (const auto &q : core.queues)
        if (q->on && printExpr(*q->on) == text)
            return true;
    return false;
}

Val Lowering::idleSearch(const Expr &set, bool wholeCore) {
    llvm::AllocaInst *found = m.local(m.i64(), "idle");
    b.CreateStore(m.num(-1), found);
    llvm::Value *task = frame.task;
    forNear(taskCpu(task), [&](llvm::Value *cpu) {
        auto leave = [&](llvm::Value *condition) { // to the next CPU unless the condition holds
            llvm::BasicBlock *go = m.block("go");
            b.CreateCondBr(condition, go, loopStack.back().next);
            b.SetInsertPoint(go);
        };
        leave(inSet(set, cpu));
        leave(mayRun(task, cpu));
        if (wholeCore) {
            llvm::Value *mask = m.call("scx_bpf_get_idle_smtmask", {});
            llvm::Value *idle = m.call("bpf_cpumask_test_cpu", {cpu, mask});
            m.call("scx_bpf_put_idle_cpumask", {mask});
            leave(idle);
        }
        leave(m.call("scx_bpf_test_and_clear_cpu_idle", {cpu}));
        b.CreateStore(cpu, found);
        leaveTo(loopStack.back().leave, loopCleanups.back());
    });
    if (frame.searchedAll && !wholeCore && coversAQueue(set))
        b.CreateStore(b.getTrue(), frame.searchedAll);
    llvm::Value *cpu = b.CreateLoad(m.i64(), found);
    return {cpu, b.CreateICmpSGE(cpu, m.num(0))};
}

void Lowering::kick(llvm::Value *cpu, int flags) { m.call("scx_bpf_kick_cpu", {cpu, m.num(flags)}); }

/// The CPU of this number, or CPU 0.
llvm::Value *Lowering::existing(llvm::Value *number) { return b.CreateSelect(b.CreateICmpULT(number, cpuCount()), number, m.num(0)); }

/// Parameters name CPUs of their own, `cpu(decider)`, that do not change any more: init looks which there are, once.
void Lowering::nameCpus() {
    for (const auto &[param, cpu] : namedCpus)
        b.CreateStore(existing(hidden(load({globals.at(param), nullptr, nullptr, {TypeKind::Int}}))), cpu);
}

llvm::Value *Lowering::cpuCount() {
    if (!cpuCountVariable)
        cpuCountVariable = m.global("cpu_count__", m.i64(), m.diInt(64, true), ".bss");
    return b.CreateLoad(m.i64(), cpuCountVariable);
}

llvm::GlobalVariable *Lowering::topologyArray(const std::string &name) {
    llvm::GlobalVariable *&made = topologyArrays[name];
    if (!made)
        made = m.global(name, llvm::ArrayType::get(m.i64(), kMaxCpus), m.diArray(m.diInt(64, true), kMaxCpus), ".bss");
    return made;
}

llvm::Value *Lowering::topology(const char *array, llvm::Value *cpu) { return b.CreateLoad(m.i64(), b.CreateGEP(m.i64(), topologyArray(array), masked(cpu))); }

/// A CPU, or a cgroup, as an index; `init` refuses larger machines. One from before the loop at hand is masked anew in it: the verifier forgets the bounds of a number in
/// the second turn.
llvm::Value *Lowering::masked(llvm::Value *cpu) {
    auto *made = llvm::dyn_cast<llvm::Instruction>(cpu);
    const Loop *loop = innermostTurns();
    if (made && loop && m.isOlder(made->getParent(), loop->next))
        cpu = m.opaque(cpu, true);
    return b.CreateAnd(cpu, m.num(kMaxCpus - 1));
}

/// All CPUs, nearest first. The order stands ready in a table: worked out in each loop, its case distinctions would multiply the
/// paths the verifier has to walk.
void Lowering::forNear(llvm::Value *cpu, const std::function<void(llvm::Value *)> &body) {
    forCpus([&](llvm::Value *i) { body(b.CreateZExt(b.CreateLoad(b.getInt16Ty(), nearSlot(cpu, i)), m.i64())); });
}

void Lowering::forCpus(const std::function<void(llvm::Value *)> &body) { iterate(m.num(0), cpuCount(), body); }

llvm::Value *Lowering::nearSlot(llvm::Value *cpu, llvm::Value *i) {
    if (!nearTable)
        nearTable =
            m.global("near__", llvm::ArrayType::get(b.getInt16Ty(), kMaxCpus * kMaxCpus), m.diArray(m.diInt(16, false), kMaxCpus * kMaxCpus), ".bss.near");
    return b.CreateGEP(b.getInt16Ty(), nearTable, b.CreateOr(b.CreateShl(masked(cpu), m.num(10)), masked(i)));
}

/// The rest of the LLC beginning at the CPU itself, the rest of its node, everybody else: CPUs stand sorted by (node, LLC, core, number)
/// in order__, where LLCs and nodes are ranges.
void Lowering::nearInit(llvm::Value *last) {
    counted(m.num(0), last, [&](llvm::Value *cpu) {
        llvm::Value *rank = topology("rank__", cpu), *llcFirst = topology("llc_first__", cpu), *llcSize = topology("llc_size__", cpu);
        llvm::Value *nodeFirst = topology("node_first__", cpu), *nodeSize = topology("node_size__", cpu);
        counted(m.num(0), last, [&](llvm::Value *i) {
            llvm::Value *wrapped = b.CreateAdd(b.CreateSub(rank, llcFirst), i);
            wrapped = b.CreateSelect(b.CreateICmpSGE(wrapped, llcSize), b.CreateSub(wrapped, llcSize), wrapped);
            llvm::Value *inLlc = b.CreateAdd(llcFirst, wrapped);
            llvm::Value *inNode = b.CreateAdd(nodeFirst, b.CreateSub(i, llcSize));
            inNode = b.CreateSelect(b.CreateICmpSGE(inNode, llcFirst), b.CreateAdd(inNode, llcSize), inNode);
            llvm::Value *anywhere = b.CreateSub(i, nodeSize);
            anywhere = b.CreateSelect(b.CreateICmpSGE(anywhere, nodeFirst), b.CreateAdd(anywhere, nodeSize), anywhere);
            llvm::Value *position = b.CreateSelect(b.CreateICmpSLT(i, llcSize), inLlc, b.CreateSelect(b.CreateICmpSLT(i, nodeSize), inNode, anywhere));
            b.CreateStore(b.CreateTrunc(topology("order__", position), b.getInt16Ty()), nearSlot(cpu, i));
        });
    });
}

/// Fills the tables in init. The loader may have written raw_*__ from sysfs; otherwise the kernel's own per-CPU variables are read, so that
/// an object is right under plain bpftool too.
void Lowering::topologyInit() {
    llvm::Value *last = b.CreateSub(cpuCount(), m.num(1));
    auto slot = [&](const char *name, llvm::Value *cpu) { return b.CreateGEP(m.i64(), topologyArray(name), masked(cpu)); };
    llvm::GlobalVariable *set = m.global("raw_set__", m.i8(), m.diBool(), ".bss");
    m.ifThen(b.CreateICmpEQ(b.CreateLoad(m.i8(), set), b.getInt8(0)), [&] {
        counted(m.num(0), last, [&](llvm::Value *cpu) {
            auto variable = [&](const char *kernelName, const char *array) {
                llvm::Value *symbol = m.kernelVariable(kernelName);
                m.ifThen(b.CreateICmpNE(symbol, llvm::ConstantPointerNull::get(m.ptr())), [&] {
                    llvm::Value *address = m.helper(helper::PerCpu, m.ptr(), {symbol, b.CreateTrunc(cpu, m.i32())}); // bpf_per_cpu_ptr
                    m.ifThen(b.CreateICmpNE(address, llvm::ConstantPointerNull::get(m.ptr())),
                             [&] { b.CreateStore(b.CreateAnd(b.CreateSExt(b.CreateLoad(m.i32(), address), m.i64()), m.num(kMaxCpus - 1)), slot(array, cpu)); });
                });
            };
            variable("sd_llc_id", "raw_llc__");
            variable("numa_node", "raw_node__");
            b.CreateStore(cpu, slot("raw_core__", cpu));
        });
    });
    auto key = [&](llvm::Value *cpu) { // sorts by node, LLC, core, number
        llvm::Value *k = topology("raw_node__", cpu);
        for (const char *array : {"raw_llc__", "raw_core__"})
            k = b.CreateAdd(b.CreateShl(k, m.num(12)), topology(array, cpu));
        return b.CreateAdd(b.CreateShl(k, m.num(12)), cpu);
    };
    auto bump = [&](const char *array, llvm::Value *cpu, llvm::Value *condition) {
        llvm::Value *address = slot(array, cpu);
        b.CreateStore(b.CreateAdd(b.CreateLoad(m.i64(), address), b.CreateZExt(condition, m.i64())), address);
    };
    counted(m.num(0), last, [&](llvm::Value *cpu) {
        llvm::Value *mine = key(cpu), *node = topology("raw_node__", cpu), *llc = topology("raw_llc__", cpu);
        for (const char *array : {"rank__", "llc_first__", "llc_size__", "node_first__", "node_size__"})
            b.CreateStore(m.num(0), slot(array, cpu));
        counted(m.num(0), last, [&](llvm::Value *other) {
            llvm::Value *otherNode = topology("raw_node__", other), *otherLlc = topology("raw_llc__", other);
            llvm::Value *sameNode = b.CreateICmpEQ(otherNode, node), *sameLlc = b.CreateAnd(sameNode, b.CreateICmpEQ(otherLlc, llc));
            llvm::Value *nodeBefore = b.CreateICmpSLT(otherNode, node);
            bump("rank__", cpu, b.CreateICmpSLT(key(other), mine));
            bump("node_first__", cpu, nodeBefore);
            bump("node_size__", cpu, sameNode);
            bump("llc_first__", cpu, b.CreateOr(nodeBefore, b.CreateAnd(sameNode, b.CreateICmpSLT(otherLlc, llc))));
            bump("llc_size__", cpu, sameLlc);
        });
        b.CreateStore(cpu, slot("order__", topology("rank__", cpu)));
    });
    // Dense numbers: an LLC's is the count of CPUs that begin another LLC before it.
    counted(m.num(0), last, [&](llvm::Value *cpu) {
        b.CreateStore(m.num(0), slot("llc__", cpu));
        b.CreateStore(m.num(0), slot("node__", cpu));
        counted(m.num(0), last, [&](llvm::Value *other) {
            llvm::Value *rank = topology("rank__", other);
            auto begins = [&](const char *first) {
                return b.CreateAnd(b.CreateICmpEQ(rank, topology(first, other)), b.CreateICmpSLT(rank, topology(first, cpu)));
            };
            bump("llc__", cpu, begins("llc_first__"));
            bump("node__", cpu, begins("node_first__"));
        });
    });
    nearInit(last);
}

} // namespace scx
