// SPDX-License-Identifier: GPL-2.0-only
// Which programs are there, and what surrounds the body of a hook?
#include "lower/Lowering.h"
#include "syntax/Visit.h"

#include <llvm/IR/Dominators.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace scx {
namespace {

constexpr int kClockMonotonic = 1;
constexpr int64_t kSearchedAll = int64_t(1) << 30; // in a slot's flags, above the kernel's wake flags
constexpr int64_t kEnqueueWakeup = 1;              // SCX_ENQ_WAKEUP
constexpr size_t kLong = 350;                      // expressions in a dispatch that may take more stack than its other way has left

} // namespace

void Lowering::begin(const std::string &event, const HookRow &row, size_t arguments, Span at, Module::Program &program) {
    frame = Frame();
    frame.context = row.context;
    locals.clear();
    vars.clear();
    std::string section = std::string(row.optionalMember ? "?" : "") + (row.sleepable ? "struct_ops.s/" : "struct_ops/") + std::string(row.member);
    program = m.beginProgram(core.policy.name + "_" + event, section, arguments, at);
    programs.emplace_back(std::string(row.member), program.function);
    hookVariables();
}

void Lowering::hookVariables() {
    frame.slice = m.local(m.i64(), "slice");
    frame.dispatched = m.local(m.i1(), "dispatched");
    frame.kept = m.local(m.i1(), "kept");
    b.CreateStore(m.num(0), frame.slice);
    b.CreateStore(b.getFalse(), frame.dispatched);
    b.CreateStore(b.getFalse(), frame.kept);
}

/// Expressions, those of functions counted at each call.
size_t Lowering::length(const Block &body) {
    size_t count = 0;
    anyExpr(body, [&](const Expr &e) {
        ++count;
        if (e.kind == ExprKind::Call && e.args[0]->ref.kind == RefKind::Function)
            count += length(static_cast<const FnDecl *>(e.args[0]->ref.decl)->body);
        return false;
    });
    return count;
}

/// Where the condition holds, which is seldom, the hook goes on with `body` in a function of its own, which is given what it needs by name, and
/// ends with it. So the usual way saves no registers for the other's sake: the kernel's JIT saves what occurs anywhere in a function.
void Lowering::aside(const std::string &name, llvm::Value *condition, const std::vector<std::pair<std::string, llvm::Value *>> &given,
                     const std::function<void(const std::vector<llvm::Value *> &)> &body) {
    m.ifThen(condition, [&] {
        std::vector<std::string> names;
        std::vector<llvm::Value *> values;
        for (const auto &[parameter, v] : given) {
            names.push_back(parameter);
            values.push_back(v);
        }
        b.CreateCall(apart(core.policy.name + "_" + name, names,
                           [&](const auto &received) -> llvm::Value * {
            body(received);
            return m.num(0);
        }),
                     values);
        b.CreateRet(nothing());
    });
}

/// dispatch's prev may be null, and the verifier knows (set_arg_maybe_null in kernel/sched/ext.c): it wants the plain test on all 64 bits.
llvm::Value *Lowering::opaqueNonNull(llvm::Value *slot) { return b.CreateICmpNE(slot, m.num(0)); }

/// enqueue begins: what select_cpu or dispatch left in this CPU's slot for this very task. Emptied, for the task's next enqueue is
/// another event.
void Lowering::recallSlot() {
    llvm::Value *mine = nullptr;
    auto remembered = [&]() -> llvm::Value * {
        llvm::Value *cpu = thisCpu(), *slot = cpuState(cpu, kSlotTask);
        mine = b.CreateICmpEQ(b.CreateLoad(m.i64(), slot), b.CreatePtrToInt(frame.task, m.i64()));
        b.CreateStore(m.num(0), slot);
        return b.CreateSelect(mine, b.CreateLoad(m.i64(), cpuState(cpu, kSlotValue)), m.num(-1));
    };
    frame.recalled = remembered();
    if (slotless) { // only dispatch leaves something, see `hook`
        frame.searched = b.getFalse();
        return;
    }
    llvm::Value *cpu = thisCpu();
    frame.wakeFlags = b.CreateSelect(mine, b.CreateLoad(m.i64(), cpuState(cpu, kSlotFlags)), m.num(0));
    if (assignsSlice)
        b.CreateStore(b.CreateSelect(mine, b.CreateLoad(m.i64(), cpuState(cpu, kSlotSlice)), m.num(0)), frame.slice);
    frame.searched = b.CreateICmpNE(b.CreateAnd(frame.wakeFlags, m.num(kSearchedAll)), m.num(0));
}

/// select_cpu ends without having placed the task: its enqueue follows at once, on this CPU.
void Lowering::fillSlot() {
    // Where nothing is to be told but that each wakeup has searched everywhere, or none has, enqueue knows that from its flags.
    auto stores = [](llvm::AllocaInst *to) {
        return std::count_if(to->user_begin(), to->user_end(), [](llvm::User *u) { return llvm::isa<llvm::StoreInst>(u); });
    };
    llvm::DominatorTree tree(*m.function());
    bool always = std::any_of(frame.searchedAll->user_begin(), frame.searchedAll->user_end(), [&](llvm::User *u) {
        auto *store = llvm::dyn_cast<llvm::StoreInst>(u);
        return store && store->getValueOperand() == b.getTrue() && tree.dominates(store->getParent(), b.GetInsertBlock());
    });
    bool never = stores(frame.searchedAll) == 1; // the first, in `hook`
    slotless = (always || never) && stores(frame.remembered) == 1 && !readsWakeup && !assignsSlice;
    searchesAlways = always;
    if (slotless)
        return;
    m.ifThen(b.CreateXor(b.CreateLoad(m.i1(), frame.placed), b.getTrue()), [&] {
        llvm::Value *cpu = thisCpu();
        llvm::Value *searched = b.CreateSelect(b.CreateLoad(m.i1(), frame.searchedAll), m.num(kSearchedAll), m.num(0));
        b.CreateStore(b.CreatePtrToInt(frame.task, m.i64()), cpuState(cpu, kSlotTask));
        b.CreateStore(b.CreateLoad(m.i64(), frame.remembered), cpuState(cpu, kSlotValue));
        if (assignsSlice)
            b.CreateStore(b.CreateLoad(m.i64(), frame.slice), cpuState(cpu, kSlotSlice));
        b.CreateStore(readsWakeup ? b.CreateOr(b.CreateAnd(frame.wakeFlags, m.num(0xffffffff)), searched) : searched, cpuState(cpu, kSlotFlags));
    });
}

void Lowering::runningWork(llvm::Value *task) {
    if (needsRan)
        b.CreateStore(m.loadField(task, "task_struct", "se.sum_exec_runtime"), cpuState(taskCpu(task), kStart));
    if (!runsOnce.empty())
        b.CreateStore(m.num(0), cpuState(taskCpu(task), settledMember));
}

/// In stopping: not where dispatch has run the body already, the slice having ended, and the kernel tells of it again for the microseconds since.
void Lowering::unlessSettled(const std::function<void()> &body) {
    m.ifThen(b.CreateICmpEQ(b.CreateLoad(m.i64(), cpuState(taskCpu(frame.task), settledMember)), m.num(0)), body);
}

/// What the task ran since `start`. A division of it needs no care for signs, as the kernel takes in each division of signed numbers.
llvm::Value *Lowering::ranSince(llvm::Value *task, llvm::Value *start) {
    constexpr int64_t most = int64_t(1) << 56; // two years
    llvm::Value *ran = b.CreateSub(m.loadField(task, "task_struct", "se.sum_exec_runtime"), start);
    b.CreateAssumption(b.CreateICmpULT(ran, m.num(most)));
    return ran;
}

void Lowering::hookBody(const HookDecl *decl, llvm::AllocaInst *result) {
    if (!decl)
        return;
    if (frame.context == kSleepable)
        underRcu([&] { inlineBody(decl->body, result); });
    else
        inlineBody(decl->body, result);
}

/// Sleepable programs and timers run in no RCU section, and kernel pointers are valid only in one.
void Lowering::underRcu(const std::function<void()> &body) {
    m.call("bpf_rcu_read_lock", {});
    body();
    m.call("bpf_rcu_read_unlock", {});
}

void Lowering::hook(const HookDecl *decl, const HookRow &row) {
    Module::Program program;
    Span at = decl ? decl->nameSpan : core.policy.nameSpan;
    std::string event(row.event);
    size_t slots = row.event == "select_cpu" ? 3 : row.event == "quiescent" || row.event == "enqueue" ? 2 : row.firstSlot + row.arguments.size();
    if (event == "stopping" || event == "init_task" || event == "exit_task" || event == "set_affinity" || event == "cgroup_init")
        slots = 2;
    begin(event, row, slots, at, program);
    std::span<llvm::Value *const> slot(program.arguments);
    slot = slot.subspan(row.firstSlot);
    auto bind = [&](size_t i, Val v) {
        if (decl && i < decl->arguments.size())
            locals[decl->arguments[i].get()] = v;
    };
    auto signExtend = [&](llvm::Value *v) { return b.CreateSExt(b.CreateTrunc(v, m.i32()), m.i64()); };
    llvm::Value *result = nullptr;
    auto rest = [&] {
        hookBody(decl);
        if (event == "dispatch")
            dispatchEpilogue();
    };
    if (!row.arguments.empty() && row.arguments[0].type.kind == TypeKind::Task) {
        frame.task = m.certain(asPointer(slot[0]));
        bind(0, {frame.task});
    }
    if (!row.arguments.empty() && row.arguments[0].type.kind == TypeKind::Cpu) {
        frame.cpu = signExtend(slot[0]);
        bind(0, {frame.cpu});
    }
    llvm::AllocaInst *returned = row.result.known() ? m.local(typeFor(m, row.result), "returned") : nullptr;
    if (row.result.kind == TypeKind::Bool) // of a path without `return`: no, but nobody is refused by silence
        b.CreateStore(b.getInt1(event == "cgroup_prep_move"), returned);
    if (event == "select_cpu") {
        llvm::Value *prev = signExtend(slot[1]);
        bind(1, {prev});
        frame.wakeFlags = slot[2];
        b.CreateStore(prev, returned);
        frame.remembered = m.local(m.i64(), "remembered");
        frame.searchedAll = m.local(m.i1(), "searched");
        frame.placed = m.local(m.i1(), "placed");
        b.CreateStore(m.num(-1), frame.remembered);
        b.CreateStore(b.getFalse(), frame.searchedAll);
        b.CreateStore(b.getFalse(), frame.placed);
    } else if (event == "enqueue") {
        frame.enqFlags = slot[1];
        if (slotless) { // a waking task has been through select_cpu, which did what it always does
            frame.searched = b.getInt1(searchesAlways);
            frame.recalled = m.num(-1);
            aside("enqueue_again", b.CreateICmpEQ(b.CreateAnd(slot[1], m.num(kEnqueueWakeup)), m.num(0)), {{"p", slot[0]}, {"flags", slot[1]}},
                  [&](const auto &given) {
                frame.task = m.certain(asPointer(given[0]));
                frame.enqFlags = given[1];
                bind(0, {frame.task});
                recallSlot();
                rest();
            });
        } else
            recallSlot();
    } else if (event == "dispatch") {
        longDispatch = decl && length(decl->body) > kLong;
        // prev counts only if it still wants to run (SCX_TASK_QUEUED) and its slice has ended. That says enough of almost all who sleep, so it comes first.
        frame.prev = asPointer(slot[1]);
        bool used = needsKeep || (decl && decl->arguments.size() > 1);
        frame.prevPresent = b.getFalse();
        if (used)
            // Newer 6.12 kernels do say so, and then the verifier wants the plain test as well.
            frame.prevPresent = m.choose(b.CreateICmpNE(frame.prev, llvm::ConstantPointerNull::get(m.ptr())), [&] { return opaqueNonNull(slot[1]); },
                                         [&]() -> llvm::Value * { return b.getFalse(); });
        if (used) {
            llvm::Value *expired = m.choose(frame.prevPresent, [&] {
                llvm::Value *left = m.loadField(frame.prev, "task_struct", "scx.slice");
                return m.choose(b.CreateICmpEQ(left, m.num(0)), [&] {
                    return b.CreateICmpNE(b.CreateAnd(m.loadField(frame.prev, "task_struct", "scx.flags"), m.num(1)), m.num(0));
                }, [&]() -> llvm::Value * { return b.getFalse(); });
            }, [&]() -> llvm::Value * { return b.getFalse(); });
            aside("dispatch_expired", expired, {{"cpu", frame.cpu}, {"prev", slot[1]}}, [&](const auto &given) {
                frame.cpu = given[0];
                frame.prev = asPointer(given[1]);
                frame.prevPresent = b.getTrue();
                bind(0, {frame.cpu});
                bind(1, {frame.prev, frame.prevPresent});
                rest();
            });
            if (longDispatch) { // the stack is that of the longer of two functions, not of both
                b.CreateCall(apart(core.policy.name + "_dispatch_usual", {"cpu", "prev"},
                                   [&](const auto &given) -> llvm::Value * {
                    frame.cpu = given[0];
                    frame.prev = asPointer(given[1]);
                    frame.prevPresent = b.getFalse();
                    bind(0, {frame.cpu});
                    bind(1, {frame.prev, frame.prevPresent});
                    rest();
                    return m.num(0);
                }),
                             {frame.cpu, slot[1]});
                b.CreateRet(nothing());
                return;
            }
            frame.prevPresent = b.getFalse();
        }
        bind(1, {frame.prev, frame.prevPresent});
    } else if (event == "quiescent")
        frame.sleeping = b.CreateICmpNE(b.CreateAnd(slot[1], m.num(1)), m.num(0)); // SCX_DEQ_SLEEP
    else if (event == "init_task")
        frame.forked = b.CreateICmpNE(m.loadField(asPointer(slot[1]), "scx_init_task_args", "fork"), m.num(0));
    if (event == "cgroup_init" && needsCgroups)
        cgroupInit(asPointer(slot[0]), asPointer(slot[1]));
    for (size_t i = 0; decl && i < decl->arguments.size() && i < slot.size(); ++i) { // all that was not bound above, by its type
        if (locals.contains(decl->arguments[i].get()))
            continue;
        switch (row.arguments[i].type.kind) {
        case TypeKind::Int: bind(i, {b.CreateAnd(slot[i], m.num(0xffffffff))}); break;
        case TypeKind::Bool: bind(i, {b.CreateICmpNE(b.CreateAnd(slot[i], m.num(255)), m.num(0))}); break;
        case TypeKind::Duration: { // microseconds without a sign; what is too much, as no limit is, is the longest time there is
            constexpr int64_t most = std::numeric_limits<int64_t>::max();
            llvm::Value *over = b.CreateICmpUGT(slot[i], m.num(most / 1000)), *ns = b.CreateMul(slot[i], m.num(1000));
            bind(i, {b.CreateSelect(over, m.num(most), ns)});
            break;
        }
        case TypeKind::Task: bind(i, {asPointer(slot[i]), opaqueNonNull(slot[i])}); break;
        case TypeKind::Cgroup: bind(i, {needsCgroups ? cgroupNumber(asPointer(slot[i])) : m.num(0)}); break;
        default: break;
        }
    }
    if (runningWorks() && (event == "running" || event == "stopping"))
        frame.taskCpu = taskCpu(frame.task);
    if (event == "running")
        runningWork(frame.task);
    if (event == "stopping") {
        bind(2, {b.CreateICmpNE(b.CreateAnd(slot[1], m.num(255)), m.num(0))});
        if (needsRan) {
            llvm::Value *start = b.CreateLoad(m.i64(), cpuState(taskCpu(frame.task), kStart));
            bind(1, {ranSince(frame.task, start)});
        }
        frame.maybeSettled = true;
    }
    if (event == "init_task" && taskMap) {
        llvm::Value *state = m.helper(helper::TaskStorage, m.ptr(), {taskMap, frame.task, llvm::ConstantPointerNull::get(m.ptr()), m.num(1)});
        llvm::BasicBlock *there = m.block("there"), *missing = m.block("missing");
        b.CreateCondBr(b.CreateICmpNE(state, llvm::ConstantPointerNull::get(m.ptr())), there, missing);
        b.SetInsertPoint(missing);
        b.CreateRet(m.num32(-12)); // -ENOMEM: the fork fails, or the policy is not enabled
        b.SetInsertPoint(there);
        for (const StateDecl &s : core.states)
            if (s.kind == StateKind::Task)
                for (const auto &f : s.fields)
                    if (f->evaluated && taskIndex.contains(f.get()) && !f->type.isArray())
                        b.CreateStore(llvm::ConstantInt::get(memoryType(m, f->type), static_cast<uint64_t>(f->evaluated), true),
                                      b.CreateStructGEP(taskType, state, taskIndex.at(f.get())));
        llvm::AllocaInst *memo = m.local(m.ptr(), "state");
        b.CreateStore(state, memo);
        frame.taskState[frame.task] = memo;
    }
    if (event == "init_task" && readsHint)
        inheritHint();
    if (needsCgroups)
        cgroupHook(event, slot);
    if (returned) {
        hookBody(decl, returned);
        result = b.CreateLoad(returned->getAllocatedType(), returned);
        if (event == "select_cpu") { // a path without `return` leaves the task where it was
            fillSlot();
            result = b.CreateTrunc(result, m.i32());
        } else if (event == "cgroup_prep_move")
            result = b.CreateSelect(result, m.num32(0), m.num32(-1)); // -EPERM
        else
            result = b.CreateZExt(result, m.i32());
    } else
        rest();
    if (event == "cgroup_exit" && needsCgroups)
        cgroupExit(asPointer(slot[0]));
    if (event == "cpu_online" || event == "cpu_offline")
        restartForSets(event);
    b.CreateRet(result ? result : row.sleepable ? m.num32(0) : nothing()); // all that return something else than a result of their own are sleepable
}

/// Who waits in a queue with a set may have lost its last CPU, or waits in the escape although one has come: the policy is loaded again,
/// as one without these hooks is.
void Lowering::restartForSets(const std::string &event) {
    constexpr int64_t kRestart = int64_t(1) << 48, kHotplug = int64_t(1) << 32; // SCX_ECODE_ACT_RESTART, SCX_ECODE_RSN_HOTPLUG
    bool sets = false;
    for (const auto &q : core.queues)
        sets |= q->on != nullptr;
    if (!sets)
        return;
    Module::Scratch data(m, 1);
    std::string text;
    llvm::Value *size = formatted(event + ", and queues have sets of CPUs", {}, data, text);
    m.call("scx_bpf_exit_bstr", {m.num(kRestart | kHotplug), m.text(text, true), data, size});
}

/// Nothing else was found: prev goes on with its own queue's slice. If it was kept anywhere, it starts to run anew.
void Lowering::dispatchEpilogue() {
    if (!needsKeep)
        return;
    llvm::Value *idle = b.CreateAnd(b.CreateXor(b.CreateLoad(m.i1(), frame.dispatched), b.getTrue()), frame.prevPresent);
    m.ifThen(idle, [&] {
        llvm::Value *slice = sliceFor(*core.queues[0], frame.prev);
        for (size_t i = 1; i < core.queues.size(); ++i)
            slice = m.choose(belongs(*core.queues[i], frame.prev), [&] { return sliceFor(*core.queues[i], frame.prev); }, [&] { return slice; });
        keep(slice);
    });
    if (!runningWorks() && !hookNamed("running"))
        return;
    m.ifThen(b.CreateLoad(m.i1(), frame.kept), [&] {
        frame.goesOn = true;
        runningWork(frame.prev);
        if (const HookDecl *running = hookNamed("running")) {
            if (!running->arguments.empty())
                locals[running->arguments[0].get()] = {frame.prev};
            inlineBody(running->body, nullptr);
        }
    });
}

/// All DSQs of an instance. A failure is left in `error`.
void Lowering::createDsqs(const QueueDecl &q, llvm::Value *instance, llvm::AllocaInst *error) {
    for (Part part : {Part::Queue, Part::Escape, Part::Aged, Part::AgedEscape}) {
        bool escape = part == Part::Escape || part == Part::AgedEscape, aged = part == Part::Aged || part == Part::AgedEscape;
        if ((escape && !q.on) || (aged && !unfair(q)))
            continue;
        llvm::Value *made = m.call("scx_bpf_create_dsq", {dsqId(q, instance, part), m.num(-1)});
        b.CreateStore(b.CreateSelect(b.CreateICmpSLT(made, m.num(0)), made, b.CreateLoad(m.i64(), error)), error);
    }
}

void Lowering::initProgram(const HookDecl *decl) {
    Module::Program program;
    const HookRow &row = *findHook("init");
    begin("init", row, 0, decl ? decl->nameSpan : core.policy.nameSpan, program);
    llvm::Value *count = m.call("scx_bpf_nr_cpu_ids", {});
    m.ifThen(b.CreateICmpSGT(count, m.num(kMaxCpus)), [&] {
        std::string text;
        Module::Scratch data(m, 1);
        llvm::Value *size = formatted("this policy supports " + std::to_string(kMaxCpus) + " CPUs, the machine has {}", {count}, data, text);
        m.call("scx_bpf_error_bstr", {m.text(text, true), data, size});
    });
    cpuCount();
    b.CreateStore(count, cpuCountVariable);
    nameCpus();
    if (needsTopology)
        topologyInit();
    // A failing create ends the load with the kernel's own error.
    llvm::AllocaInst *error = m.local(m.i64(), "error");
    b.CreateStore(m.num(0), error);
    for (const auto &q : core.queues)
        if (q->domain == Domain::None)
            createDsqs(*q, m.num(0), error);
        else if (q->domain != Domain::Cgroup) // numbers are dense and never above the CPU count
            forCpus([&](llvm::Value *i) { createDsqs(*q, i, error); });
    if (needsCgroups)
        beginCgroup(m.num(0), m.num(100), m.num(-1), error); // for kernels that tell of no cgroups
    underRcu([&] {
        learnAddresses();
        for (const StmtPtr &a : core.asserts)
            stmt(*a);
    });
    hookBody(decl);
    timers();
    b.CreateRet(b.CreateTrunc(b.CreateLoad(m.i64(), error), m.i32()));
}

void Lowering::timers() {
    if (core.everys.empty())
        return;
    auto saved = b.saveIP();
    auto location = b.getCurrentDebugLocation();
    Frame savedFrame = frame;
    llvm::DIType *di = m.diStruct("timer_slot__", {{"timer", m.diKernel("bpf_timer")}});
    llvm::GlobalVariable *map = m.map("timers__", mapType::Array, static_cast<int>(core.everys.size()), 0, m.diInt(32, true), di);
    struct Started {
        llvm::Function *callback;
        const EveryDecl *every;
    };
    std::vector<Started> started;
    llvm::DISubprogram *owner = m.function()->getSubprogram();
    (void)owner;
    for (size_t i = 0; i < core.everys.size(); ++i) {
        const EveryDecl &every = *core.everys[i];
        llvm::Function *callback =
            m.beginCallback(core.policy.name + "_every_" + std::to_string(i),
                            {{"map", m.diPointer(m.diInt(8, false))}, {"key", m.diPointer(m.diInt(32, true))}, {"slot", m.diPointer(di)}}, every.nameSpan);
        frame = Frame();
        frame.context = kTimer;
        locals.clear();
        vars.clear();
        frame.slice = m.local(m.i64(), "slice");
        frame.dispatched = m.local(m.i1(), "dispatched");
        b.CreateStore(m.num(0), frame.slice);
        b.CreateStore(b.getFalse(), frame.dispatched);
        underRcu([&] { inlineBody(every.body, nullptr); });
        m.locate(every.nameSpan);
        m.helper(helper::TimerStart, m.i64(), {callback->getArg(2), value(*every.period), m.num(0)});
        b.CreateRet(m.num32(0));
        started.push_back({callback, &every});
    }
    frame = savedFrame;
    m.resume(saved, location);
    llvm::AllocaInst *key = m.local(m.i32(), "key");
    for (size_t i = 0; i < started.size(); ++i) {
        b.CreateStore(m.num32(static_cast<int>(i)), key);
        llvm::Value *slot = m.helper(helper::MapLookup, m.ptr(), {map, key});
        m.ifThen(b.CreateICmpNE(slot, llvm::ConstantPointerNull::get(m.ptr())), [&] {
            m.helper(helper::TimerInit, m.i64(), {slot, map, m.num(kClockMonotonic)});
            m.helper(helper::TimerSetCallback, m.i64(), {slot, started[i].callback});
            m.helper(helper::TimerStart, m.i64(), {slot, value(*started[i].every->period), m.num(0)});
        });
    }
}

void Lowering::exitProgram(const HookDecl *decl) {
    Module::Program program;
    begin("exit", *findHook("exit"), 1, decl ? decl->nameSpan : core.policy.nameSpan, program);
    llvm::Value *info = asPointer(program.arguments[0]);
    hookBody(decl);
    auto address = [&](uint64_t offset) { return b.CreateConstInBoundsGEP1_64(m.i8(), exitInfo, offset); };
    // Layout of user_exit_info: kind 0, exit_code 8, reason 16, msg 144; kind last, it tells the reader that the rest is there.
    b.CreateStore(m.loadField(info, "scx_exit_info", "exit_code"), address(8));
    m.helper(helper::ReadKernelText, m.i64(), {address(16), m.num32(128), m.loadField(info, "scx_exit_info", "reason")});
    m.helper(helper::ReadKernelText, m.i64(), {address(144), m.num32(1024), m.loadField(info, "scx_exit_info", "msg")});
    llvm::LoadInst *length = b.CreateLoad(m.i32(), exitDumpLength);
    length->setVolatile(true); // the loader's to set; the verifier knows read-only data and bounds the copy by it
    m.helper(helper::ReadKernelText, m.i64(), {exitDump, length, m.loadField(info, "scx_exit_info", "dump")});
    // An exchange orders what was written before it.
    b.CreateAtomicRMW(llvm::AtomicRMWInst::Xchg, address(0), b.CreateTrunc(m.loadField(info, "scx_exit_info", "kind"), m.i32()), llvm::Align(4),
                      llvm::AtomicOrdering::Monotonic);
    b.CreateRet(m.num32(0));
}

void Lowering::run() {
    prepare();
    for (const HookRow &row : hookRows()) {
        if (row.event == "init" || row.event == "exit" || row.member.empty())
            continue;
        const HookDecl *decl = hookNamed(std::string(row.event));
        bool needed = decl || (row.event == "init_task" && (taskMap || readsHint)) || (row.event == "running" && runningWorks()) ||
                      (needsCgroups && numbersCgroups(row.event));
        if (needed)
            hook(decl, row);
        if (!diags.ok())
            return;
    }
    initProgram(hookNamed("init"));
    exitProgram(hookNamed("exit"));
    lookOn();
    uint64_t flags = 0;
    for (const Option &o : core.settings) {
        if (o.name == "exiting")
            flags |= 4; // SCX_OPS_ENQ_EXITING
        if (o.name == "switch" && o.value && o.value->name == "partial")
            flags |= 8; // SCX_OPS_SWITCH_PARTIAL
    }
    if (letsGo)
        flags |= 2; // SCX_OPS_ENQ_LAST: prev is enqueued instead of going on by itself
    if (hookNamed("cpu_idle"))
        flags |= 1; // SCX_OPS_KEEP_BUILTIN_IDLE: the kernel's idle tracking goes on
    m.opsStruct(core.policy.name + "_ops", core.policy.name, programs, flags, static_cast<uint32_t>(timeout == 30'000'000'000 ? 0 : timeout / 1'000'000));
}

} // namespace scx
