// SPDX-License-Identifier: GPL-2.0-only
// What is in a queue, without a look-up of its DSQ and without its lock, which are most of what a dispatch costs? 6.12 has no peek. `init` asks where each DSQ lies, and it is
// read where it stands (struct scx_dispatch_q, dispatch_enqueue in kernel/sched/ext.c). That is as true as under the lock, which is let go before anything is made
// of the answer; and whether a DSQ is empty consume_dispatch_q itself asks without the lock.
#include "lower/Lowering.h"

namespace scx {

/// Where the DSQ lies that is served here; 0 on a kernel that does not tell. Null where nobody knows, for a cgroup's goes with the cgroup, and where the program is long: each
/// look is two more ways for the verifier to walk.
llvm::Value *Lowering::dsqAddress(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside) {
    if (q.domain == Domain::Cgroup || longDispatch)
        return nullptr;
    llvm::GlobalVariable *&addresses = dsqAddresses[&q];
    uint64_t count;
    llvm::Value *at = instanceSlot(q, instance, inside, count);
    if (!addresses)
        addresses = m.global(q.name + "__dsq__", llvm::ArrayType::get(m.i64(), count), m.diArray(m.diInt(64, false), count), ".bss");
    return b.CreateGEP(m.i64(), addresses, at);
}

/// An iterator knows the address, in what is opaque to programs (struct bpf_iter_scx_dsq_kern).
llvm::Function *Lowering::addressFunction() {
    return apart("dsq_address__", {"id"}, [&](const auto &given) {
        llvm::Value *null = llvm::ConstantPointerNull::get(m.ptr());
        return m.choose(b.CreateAnd(m.fieldExists(null, "bpf_iter_scx_dsq_kern", "dsq"), m.fieldExists(null, "scx_dispatch_q", "list")),
                        [&]() -> llvm::Value * {
            Module::Scratch it(m, kDsqIterator), address(m, 1);
            b.CreateStore(m.num(0), address);
            m.call("bpf_iter_scx_dsq_new", {it, given[0], m.num(0)});
            llvm::Value *member = b.CreateAdd(b.CreatePtrToInt(it, m.i64()), m.fieldOffset("bpf_iter_scx_dsq_kern", "dsq"));
            m.helper(helper::ReadKernel, m.i64(), {address, m.num32(8), b.CreateIntToPtr(member, m.ptr())});
            m.call("bpf_iter_scx_dsq_destroy", {it});
            llvm::Value *dsq = b.CreateLoad(m.i64(), address);
            return b.CreateSelect(b.CreateICmpEQ(m.loadField(m.readable(dsq, "scx_dispatch_q"), "scx_dispatch_q", "id"), given[0]), dsq, m.num(0));
        }, [&]() -> llvm::Value * { return m.num(0); });
    });
}

/// In init, when the DSQs are there.
void Lowering::learnAddresses() {
    for (const auto &q : core.queues) { // in their order: the map of addresses has none
        if (!dsqAddresses.contains(q.get()))
            continue;
        auto learn = [&](llvm::Value *instance) {
            for (llvm::Value *inside : q->on ? std::vector<llvm::Value *>{b.getTrue(), b.getFalse()} : std::vector<llvm::Value *>{nullptr})
                b.CreateStore(b.CreateCall(addressFunction(), {servedDsq(*q, instance, inside)}), dsqAddress(*q, instance, inside));
        };
        if (q->domain == Domain::None)
            learn(m.num(0));
        else
            forCpus(learn);
    }
}

/// i1: nobody waits in the DSQ that is served here.
llvm::Value *Lowering::seemsEmpty(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside) {
    llvm::Value *slot = dsqAddress(q, instance, inside);
    if (!slot)
        return b.getFalse();
    llvm::Value *address = b.CreateLoad(m.i64(), slot);
    return m.choose(b.CreateICmpNE(address, m.num(0)), [&]() -> llvm::Value * {
        return b.CreateICmpEQ(m.loadField(m.readable(address, "scx_dispatch_q"), "scx_dispatch_q", "nr"), m.num(0));
    }, [&]() -> llvm::Value * { return b.getFalse(); });
}

/// Sets `first` if nobody in the DSQ has a key up to `key`, clears it if the head has and may run on every CPU, and goes to `otherwise` where a glance does not tell.
void Lowering::glance(llvm::Value *address, llvm::Value *key, llvm::AllocaInst *first, llvm::BasicBlock *otherwise) {
    auto provided = [&](llvm::Value *condition) {
        llvm::BasicBlock *go = m.block("glance");
        b.CreateCondBr(condition, go, otherwise);
        b.SetInsertPoint(go);
    };
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
    llvm::Value *address = dsqAddress(q, instance, inside);
    llvm::AllocaInst *first = m.local(m.i1(), "first");
    llvm::BasicBlock *walk = m.block("walk"), *next = m.block("walk.next"), *look = m.block("walk.look"), *eligible = m.block("walk.eligible"),
                     *last = m.block("walk.end"), *end = m.block("first.end");
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
