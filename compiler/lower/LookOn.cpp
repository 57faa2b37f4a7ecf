// SPDX-License-Identifier: GPL-2.0-only
// What do those see who look on while the policy runs? Programs beside the policy's: nobody loads them before somebody asks, and the policy knows nothing of
// them. `tasks__` and `explain__` are read as files (bpf_iter), `trace_…__` stand on the kernel's tracepoints. What they write is told in docs/internals/object.md.
// They evaluate the very rules of the policy, over its very state, and change none of it.
#include "lower/Lowering.h"

#include <string>

namespace scx {
namespace {

constexpr int kPage = 4096; // the smallest ring; a loader that traces makes it larger, and the map of those who wait as well
constexpr int kRowWords = 7, kEventWords = 9;
constexpr int64_t kUnknown = -1;
constexpr int64_t kRunning = 1, kRunnable = 2, kKthread = 4;           // of a row
constexpr int64_t kNextWanted = 1, kPrevWanted = 2, kPrevRunnable = 4; // of an event
constexpr int kPolicyShift = 8;

} // namespace

const FnDecl *Lowering::functionNamed(const std::string &name) const {
    for (const auto &f : core.fns)
        if (f->name == name)
            return f.get();
    return nullptr;
}

llvm::Value *Lowering::twoWords(llvm::Value *low, llvm::Value *high) { return b.CreateOr(b.CreateAnd(low, m.num(0xffffffff)), b.CreateShl(high, m.num(32))); }

/// What there is to say of any task, for whom `reader` writes.
llvm::Value *Lowering::tellRow(llvm::Value *reader, llvm::Value *task) {
    auto field = [&](const char *path) { return m.loadField(task, "task_struct", path); };
    auto flag = [&](llvm::Value *holds, int64_t bit) { return b.CreateSelect(holds, m.num(bit), m.num(0)); };
    llvm::Value *onCpu = m.choose(m.fieldExists(task, "task_struct", "on_cpu"), [&] { return field("on_cpu"); }, [&]() -> llvm::Value * { return m.num(0); });
    llvm::Value *flags = b.CreateOr(flag(b.CreateICmpNE(onCpu, m.num(0)), kRunning), flag(b.CreateICmpEQ(field("on_rq"), m.num(1)), kRunnable));
    flags = b.CreateOr(flags, flag(b.CreateICmpNE(b.CreateAnd(field("flags"), m.num(kPfKthread)), m.num(0)), kKthread));
    flags = b.CreateOr(flags, b.CreateShl(field("policy"), m.num(kPolicyShift)));
    Module::Scratch row(m, kRowWords);
    auto put = [&](uint64_t word, llvm::Value *v) { b.CreateStore(v, b.CreateConstInBoundsGEP1_64(m.i64(), row, word)); };
    put(0, twoWords(field("pid"), field("tgid")));
    put(1, twoWords(taskCpu(task), taskQueue(task)));
    put(2, flags);
    put(3, field("se.sum_exec_runtime"));
    put(4, field("scx.slice"));
    copyName(task, row, 5);
    return m.helper(helper::SeqWrite, m.i64(), {reader, row, m.num32(kRowWords * 8)});
}

/// The 16 bytes of its name, two words.
void Lowering::copyName(llvm::Value *task, llvm::Value *into, uint64_t word) {
    llvm::Value *address = m.fieldAddress(task, "task_struct", "comm");
    for (uint64_t half : {0, 1})
        b.CreateStore(b.CreateLoad(m.i64(), b.CreateConstInBoundsGEP1_64(m.i8(), address, half * 8)), b.CreateConstInBoundsGEP1_64(m.i64(), into, word + half));
}

/// A program that changes nothing of the policy.
Module::Program Lowering::beginLook(const std::string &name, const std::string &section, size_t arguments) {
    Module::Program program = m.beginProgram(name, section, arguments, core.policy.nameSpan);
    frame = Frame();
    frame.context = kOther;
    frame.looksOn = true;
    hookVariables();
    return program;
}

/// A row about each task the reader's iterator comes to, and with `explains` all that `explain__` reports.
void Lowering::askedProgram(const std::string &name, bool explains) {
    Module::Program program = beginLook(name, "?iter/task", 2);
    m.ifThen(opaqueNonNull(program.arguments[1]), [&] { // the end of all tasks is told as well
        frame.task = asPointer(program.arguments[1]);
        frame.reader = m.loadField(asPointer(program.arguments[0]), "bpf_iter_meta", "seq");
        llvm::Function *row =
            apart("task_row__", {"reader", "p"}, [&](const auto &given) { return m.unbounded(tellRow(asPointer(given[0]), asPointer(given[1]))); });
        b.CreateCall(row, {b.CreatePtrToInt(frame.reader, m.i64()), program.arguments[1]});
        if (explains) {
            const FnDecl *explain = functionNamed("explain__");
            locals[&explain->parameters[0]->local] = {frame.task};
            inlineBody(explain->body, nullptr);
        }
    });
    b.CreateRet(m.num32(0));
}

/// The number of the rule that the task matches now.
llvm::Value *Lowering::ruleAt(llvm::Value *task) {
    const FnDecl *rule = functionNamed("rule_of__");
    if (!rule)
        return m.num(kUnknown);
    llvm::Function *function = apart("rule_at__", {"p"}, [&](const auto &given) {
        frame.task = asPointer(given[0]);
        locals[&rule->parameters[0]->local] = {frame.task};
        llvm::AllocaInst *result = m.local(m.i64(), "result");
        inlineBody(rule->body, result);
        return m.unbounded(b.CreateLoad(m.i64(), result));
    });
    return b.CreateCall(function, {b.CreatePtrToInt(task, m.i64())});
}

void Lowering::declareTrace() {
    traceRing = m.map("trace_ring__", mapType::Ring, kPage, 0, nullptr, nullptr);
    traceSince = m.map("trace_since__", mapType::LruHash, 1, 0, m.diInt(64, true), m.diArray(m.diInt(64, true), 2));
    traceCount = m.global("trace_count__", m.i64(), m.diInt(64, true), ".bss.trace");
    for (const char *name : {"tid", "tgid"})
        traceFilter[name] = m.global(std::string("trace_") + name + "__", m.i64(), m.diInt(64, true), ".rodata.trace");
}

/// Is it a task that was asked for? None is that idles.
llvm::Value *Lowering::wanted(llvm::Value *task) {
    auto passes = [&](const char *field) {
        llvm::LoadInst *only = b.CreateLoad(m.i64(), traceFilter.at(field));
        only->setVolatile(true); // the loader's to set; the verifier knows read-only data, and drops what it rules out
        return b.CreateOr(b.CreateICmpEQ(only, m.num(0)), b.CreateICmpEQ(only, m.loadField(task, "task_struct", field == std::string("tid") ? "pid" : "tgid")));
    };
    return b.CreateAnd(b.CreateAnd(passes("tid"), passes("tgid")), b.CreateICmpNE(m.loadField(task, "task_struct", "pid"), m.num(0)));
}

/// Whether it is wanted; if it is and `waits`, it is kept until it runs, since when, and which rule sorts it, for its state may have changed by then.
llvm::Value *Lowering::lookAt(llvm::Value *task, llvm::Value *waits, llvm::Value *time) {
    llvm::Function *look = apart("trace_task__", {"p", "waits", "time"}, [&](const auto &given) {
        llvm::Value *task = asPointer(given[0]), *is = wanted(task);
        m.ifThen(b.CreateAnd(is, b.CreateICmpNE(given[1], m.num(0))), [&] {
            Module::Scratch key(m, 1), value(m, 2);
            b.CreateStore(m.loadField(task, "task_struct", "pid"), key);
            b.CreateStore(given[2], value);
            b.CreateStore(ruleAt(task), b.CreateConstInBoundsGEP1_64(m.i64(), value, 1));
            m.helper(helper::MapUpdate, m.i64(), {traceSince, key, value, m.num(0)});
        });
        return m.unbounded(b.CreateZExt(is, m.i64()));
    });
    return b.CreateCall(look, {b.CreatePtrToInt(task, m.i64()), b.CreateZExt(waits, m.i64()), time});
}

/// A task is about to be woken: the policy has not been asked yet.
void Lowering::wakingProgram(const std::string &name, const std::string &event) {
    Module::Program program = beginLook(name, "?tp_btf/" + event, 1);
    lookAt(asPointer(program.arguments[0]), b.getTrue(), m.helper(helper::KtimeNs, m.i64(), {}));
    b.CreateRet(m.num32(0));
}

/// A CPU turns from one task to another: the one may begin to wait again, the other's waiting is over.
void Lowering::switchProgram() {
    Module::Program program = beginLook("trace_switch__", "?tp_btf/sched_switch", 4); // preempt, prev, next, prev_state
    llvm::Value *time = m.helper(helper::KtimeNs, m.i64(), {});
    llvm::Value *prev = asPointer(program.arguments[1]), *next = asPointer(program.arguments[2]);
    llvm::Value *preempted = b.CreateICmpNE(b.CreateAnd(program.arguments[0], m.num(255)), m.num(0));
    llvm::Value *runnable = b.CreateOr(preempted, b.CreateICmpEQ(b.CreateAnd(program.arguments[3], m.num(0xffffffff)), m.num(0)));
    llvm::Value *prevWanted = b.CreateICmpNE(lookAt(prev, runnable, time), m.num(0)), *nextWanted = b.CreateICmpNE(lookAt(next, b.getFalse(), time), m.num(0));
    m.ifThen(b.CreateOr(prevWanted, nextWanted), [&] {
        Module::Scratch key(m, 1), event(m, kEventWords);
        auto put = [&](uint64_t word, llvm::Value *v) { b.CreateStore(v, b.CreateConstInBoundsGEP1_64(m.i64(), event, word)); };
        auto field = [&](llvm::Value *task, const char *path) { return m.loadField(task, "task_struct", path); };
        auto flag = [&](llvm::Value *holds, int64_t bit) { return b.CreateSelect(holds, m.num(bit), m.num(0)); };
        b.CreateStore(field(next, "pid"), key);
        put(0, time);
        put(1, twoWords(thisCpu(), taskQueue(next)));
        put(2, twoWords(field(prev, "pid"), field(next, "pid")));
        put(3, m.num(kUnknown));
        put(4, m.num(kUnknown));
        llvm::Value *since = m.helper(helper::MapLookup, m.ptr(), {traceSince, key});
        m.ifThen(b.CreateICmpNE(since, llvm::ConstantPointerNull::get(m.ptr())), [&] {
            put(3, b.CreateLoad(m.i64(), b.CreateConstInBoundsGEP1_64(m.i64(), since, 1)));
            put(4, b.CreateSub(time, b.CreateLoad(m.i64(), since)));
            m.helper(helper::MapDelete, m.i64(), {traceSince, key});
        });
        copyName(next, event, 5);
        llvm::Value *flags = b.CreateOr(b.CreateOr(flag(nextWanted, kNextWanted), flag(prevWanted, kPrevWanted)), flag(runnable, kPrevRunnable));
        put(7, twoWords(field(next, "tgid"), b.CreateOr(flags, b.CreateShl(field(next, "policy"), m.num(kPolicyShift)))));
        // Numbered before there is room for it: a number that never comes is one that was lost.
        put(8, m.atomicAdd(traceCount, m.num(1)));
        // The reader looks by itself: woken for each event, it would trace itself most of all.
        m.helper(helper::RingOutput, m.i64(), {traceRing, event, m.num(kEventWords * 8), m.num(kNoWakeup)});
    });
    b.CreateRet(m.num32(0));
}

void Lowering::lookOn() {
    askedProgram("tasks__", false);
    if (functionNamed("explain__")) // a core that somebody wrote has none
        askedProgram("explain__", true);
    declareTrace();
    wakingProgram("trace_waking__", "sched_waking");
    wakingProgram("trace_new__", "sched_wakeup_new");
    switchProgram();
}

} // namespace scx
