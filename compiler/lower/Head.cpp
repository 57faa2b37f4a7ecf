// SPDX-License-Identifier: GPL-2.0-only
// Who comes first, the task whose slice has ended or the head of its queue? 6.12 has no peek, and an iteration finds the queue by a look-up and takes its
// lock, which is most of what a dispatch costs. So the DSQ's address is kept, and its head read where it stands (struct scx_dispatch_q, dispatch_enqueue in
// kernel/sched/ext.c). That is as true as under the lock, which is let go before anything is made of the answer.
#include "lower/Lowering.h"

namespace scx {

/// Where the DSQ that is served here lies in the kernel's memory: 0 until a task has been seen in it. It lies there as long as the policy runs, but a cgroup's goes with it.
llvm::Value *Lowering::dsqAddress(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside) {
    llvm::GlobalVariable *&addresses = dsqAddresses[&q];
    uint64_t count;
    llvm::Value *at = instanceSlot(q, instance, inside, count);
    if (!addresses)
        addresses = m.global(q.name + "__dsq__", llvm::ArrayType::get(m.i64(), count), m.diArray(m.diInt(64, false), count), ".bss");
    return b.CreateGEP(m.i64(), addresses, at);
}

/// Sets `first` if nobody in the DSQ has a key up to `key`, clears it if the head has and may run on every CPU, and goes to `otherwise` where a glance does not tell.
void Lowering::glance(llvm::Value *address, llvm::Value *key, llvm::AllocaInst *first, llvm::BasicBlock *otherwise) {
    auto provided = [&](llvm::Value *condition) {
        llvm::BasicBlock *go = m.block("glance");
        b.CreateCondBr(condition, go, otherwise);
        b.SetInsertPoint(go);
    };
    provided(m.fieldExists(llvm::ConstantPointerNull::get(m.ptr()), "scx_dispatch_q", "list"));
    provided(b.CreateICmpNE(address, m.num(0)));
    llvm::Value *dsq = m.readable(address, "scx_dispatch_q");
    b.CreateStore(b.getTrue(), first);
    m.ifThen(b.CreateICmpNE(m.loadField(dsq, "scx_dispatch_q", "nr"), m.num(0)), [&] {
        llvm::Value *node = b.CreatePtrToInt(m.loadField(dsq, "scx_dispatch_q", "list.next"), m.i64());
        llvm::Value *head = m.readable(b.CreateSub(node, m.fieldOffset("task_struct", "scx.dsq_list.node")), "task_struct");
        auto field = [&](const char *path) { return m.loadField(head, "task_struct", path); };
        // Another CPU's iteration may stand there (SCX_DSQ_LNODE_ITER_CURSOR).
        provided(b.CreateICmpEQ(b.CreateAnd(field("scx.dsq_list.flags"), m.num(1)), m.num(0)));
        m.ifThen(compare(Op::Ge, key, field("scx.dsq_vtime"), true), [&] {
            provided(b.CreateAnd(b.CreateICmpSGE(field("nr_cpus_allowed"), cpuCount()), b.CreateICmpEQ(field("migration_disabled"), m.num(0))));
            b.CreateStore(b.getFalse(), first);
        });
    });
}

/// i1: the task whose slice ended comes before all in the instance that may run here; behind those of the same key, as it would be if it were queued again.
llvm::Value *Lowering::comesFirst(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside) {
    llvm::Value *id = servedDsq(q, instance, inside), *key = keyFor(q, frame.prev);
    llvm::Value *address = q.domain == Domain::Cgroup ? nullptr : dsqAddress(q, instance, inside);
    llvm::AllocaInst *first = m.local(m.i1(), "first");
    llvm::BasicBlock *walk = m.block("walk"), *next = m.block("walk.next"), *look = m.block("walk.look"), *eligible = m.block("walk.eligible"), *last = m.block("walk.end"), *end = m.block("first.end");
    if (address) {
        glance(b.CreateLoad(m.i64(), address), key, first, walk);
        b.CreateBr(end);
    } else
        b.CreateBr(walk);
    b.SetInsertPoint(walk);
    b.CreateStore(b.getTrue(), first);
    Module::Scratch it(m, kDsqIterator);
    m.call("bpf_iter_scx_dsq_new", {it, id, m.num(0)});
    b.CreateBr(next);
    b.SetInsertPoint(next);
    llvm::Value *head = m.call("bpf_iter_scx_dsq_next", {it});
    b.CreateCondBr(b.CreateICmpNE(head, llvm::ConstantPointerNull::get(m.ptr())), look, last);
    b.SetInsertPoint(look);
    if (address) { // it may have left the DSQ by now, so that this one is another
        llvm::Value *dsq = m.loadField(head, "task_struct", "scx.dsq");
        m.ifThen(b.CreateICmpEQ(m.loadField(dsq, "scx_dispatch_q", "id"), id), [&] { b.CreateStore(b.CreatePtrToInt(dsq, m.i64()), address); });
    }
    b.CreateCondBr(mayRun(head, frame.cpu), eligible, next); // consume skips those that may not run here
    b.SetInsertPoint(eligible);
    b.CreateStore(compare(Op::Lt, key, m.loadField(head, "task_struct", "scx.dsq_vtime"), true), first);
    b.CreateBr(last);
    b.SetInsertPoint(last);
    m.call("bpf_iter_scx_dsq_destroy", {it});
    b.CreateBr(end);
    b.SetInsertPoint(end);
    return b.CreateLoad(m.i1(), first);
}

} // namespace scx
