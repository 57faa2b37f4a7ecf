// SPDX-License-Identifier: GPL-2.0-only
// backing: ring(N). Tasks wait on the BPF side, as words in a queue map of the kernel's: pid and a sequence, and the slice. A CPU that serves the queue moves them
// to its DSQ, the spill, until one may run here, and consumes that. Who finds the ring full goes to the spill at once.
#include "lower/Lowering.h"
#include "sema/Checker.h"

namespace scx {

/// How many tasks it holds; 0: none, the queue is a DSQ alone.
int64_t Lowering::ringSize(const QueueDecl &q) const {
    for (const Option &o : q.options)
        if (o.name == "backing" && o.value->kind == ExprKind::Call && o.value->args[0]->name == "ring")
            return Checker::evaluate(*o.value->args[1]).value_or(0);
    return 0;
}

Lowering::Ring &Lowering::ringOf(const QueueDecl &q) {
    Ring &ring = rings[&q];
    if (!ring.map) {
        llvm::DIType *word = m.diInt(64, true);
        ring.map =
            m.map(q.name + "__ring", mapType::Queue, static_cast<int>(ringSize(q)), 0, nullptr, m.diStruct("ring_entry__", {{"task", word}, {"slice", word}}));
        ring.length = m.global(q.name + "__ring_length", m.i64(), m.diInt(64, true), ".bss");
        for (const StateDecl &s : core.states)
            for (const auto &f : s.fields)
                if (s.kind == StateKind::Task && f->name == "ring__")
                    ring.sequence = f.get();
    }
    return ring;
}

llvm::Value *Lowering::ringLength(const QueueDecl &q) { return b.CreateLoad(m.i64(), ringOf(q).length); }

void Lowering::ringCount(const QueueDecl &q, int by) { m.atomicAdd(ringOf(q).length, m.num(by)); }

/// The sequence says which enqueue a word is from: who has left since and come back waits at the new place. A task on its way out may no longer be found by its
/// pid, and goes to the spill.
void Lowering::ringPut(const QueueDecl &q, llvm::Value *task, llvm::Value *slice, llvm::Value *may, const std::function<void()> &spill) {
    Ring &ring = ringOf(q);
    llvm::AllocaInst *put = m.local(m.i1(), "put");
    b.CreateStore(b.getFalse(), put);
    llvm::Value *stays = b.CreateICmpEQ(b.CreateAnd(m.loadField(task, "task_struct", "flags"), m.num(kPfExiting)), m.num(0));
    m.ifThen(may ? b.CreateAnd(may, stays) : stays, [&] {
        llvm::Value *field = b.CreateStructGEP(taskType, taskState(task), taskIndex.at(ring.sequence));
        llvm::Value *sequence = b.CreateAnd(b.CreateAdd(b.CreateLoad(m.i64(), field), m.num(1)), m.num(0xffffffff));
        b.CreateStore(sequence, field);
        Module::Scratch entry(m, 2);
        b.CreateStore(b.CreateOr(b.CreateShl(m.loadField(task, "task_struct", "pid"), m.num(32)), sequence), entry);
        b.CreateStore(slice, b.CreateConstInBoundsGEP1_64(m.i64(), entry, 1));
        ringCount(q, 1); // before it can be taken out
        llvm::Value *full = b.CreateICmpNE(m.helper(helper::MapPush, m.i64(), {ring.map, entry, m.num(0)}), m.num(0));
        m.ifThen(full, [&] { ringCount(q, -1); });
        b.CreateStore(b.CreateXor(full, b.getTrue()), put);
    });
    m.ifThen(b.CreateXor(b.CreateLoad(m.i1(), put), b.getTrue()), spill);
}

/// In dispatch: words become tasks in the spill, until one may run here. Whoever waits for another CPU has been woken for when it came; but that CPU may have
/// looked while the word was in our hands.
llvm::Function *Lowering::flushFunction(const QueueDecl &q) {
    return apart(q.name + "__flush__", {"cpu"}, [&](const auto &given) {
        Ring &ring = ringOf(q);
        frame.cpu = given[0];
        counted(m.num(0), m.num(kMoves - 1), [&](llvm::Value *) {
            llvm::BasicBlock *got = m.block("ring.word"), *leave = loopStack.back().leave;
            size_t outer = loopCleanups.back();
            llvm::AllocaInst *done = m.local(m.i1(), "done");
            b.CreateStore(b.getFalse(), done);
            Module::Scratch entry(m, 2);
            auto unless = [&](llvm::Value *stop, llvm::BasicBlock *next) {
                llvm::BasicBlock *out = m.block("ring.out");
                b.CreateCondBr(stop, out, next);
                b.SetInsertPoint(out);
                leaveTo(leave, outer);
                b.SetInsertPoint(next);
            };
            unless(b.CreateICmpNE(m.helper(helper::MapPop, m.i64(), {ring.map, entry}), m.num(0)), got);
            ringCount(q, -1);
            llvm::Value *word = b.CreateLoad(m.i64(), entry), *slice = b.CreateLoad(m.i64(), b.CreateConstInBoundsGEP1_64(m.i64(), entry, 1));
            llvm::Value *null = llvm::ConstantPointerNull::get(m.ptr());
            llvm::Value *task = m.call("bpf_task_from_pid", {b.CreateLShr(word, m.num(32))});
            m.ifThen(b.CreateICmpNE(task, null), [&] {
                llvm::Value *state = m.helper(helper::TaskStorage, m.ptr(), {taskMap, task, null, m.num(0)});
                m.ifThen(b.CreateICmpNE(state, null), [&] {
                    llvm::Value *sequence = b.CreateLoad(m.i64(), b.CreateStructGEP(taskType, state, taskIndex.at(ring.sequence)));
                    m.ifThen(b.CreateICmpEQ(sequence, b.CreateAnd(word, m.num(0xffffffff))), [&] {
                        m.callEither("scx_bpf_dsq_insert", "scx_bpf_dispatch", {task, dsqId(q, m.num(0)), slice, m.num(0)});
                        llvm::Value *here = mayRun(task, frame.cpu);
                        b.CreateStore(here, done);
                        m.ifThen(b.CreateXor(here, b.getTrue()), [&] {
                            kick(taskCpu(task), kKickIdle);
                            wakeServer(q, task, taskCpu(task));
                        });
                    });
                });
                m.call("bpf_task_release", {task});
            });
            unless(b.CreateLoad(m.i1(), done), m.block("ring.next"));
        });
        return m.unbounded(m.num(0));
    });
}

} // namespace scx
