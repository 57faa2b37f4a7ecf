// SPDX-License-Identifier: GPL-2.0-only
// Queues as dispatch queues (DSQs) of the kernel: insert, consume, keep, move. The rules that no task is ever lost live here.
#include "lower/Lowering.h"

namespace scx {
namespace {

constexpr uint64_t kDsqLocal = (1ull << 63) | 2, kDsqLocalOn = 3ull << 62;

const Option *optionNamed(const Options &options, const char *name) {
    for (const Option &o : options)
        if (o.name == name)
            return &o;
    return nullptr;
}

} // namespace

const QueueDecl &Lowering::queueOf(const Expr &e, const Expr *&at) {
    const Expr *receiver = &e;
    if (e.kind == ExprKind::Index) {
        at = e.args[1].get();
        receiver = e.args[0].get();
    }
    return *static_cast<const QueueDecl *>(receiver->ref.decl);
}

/// Queue number, escape bit, instance. Ids below 2^63 are a policy's own.
llvm::Value *Lowering::dsqId(const QueueDecl &q, llvm::Value *instance, bool escape) {
    int64_t base = (static_cast<int64_t>(q.index) << 32) | (escape ? int64_t(1) << 31 : 0);
    return b.CreateOr(m.num(base), instance);
}

llvm::Value *Lowering::instanceOf(const QueueDecl &q, llvm::Value *cpu) {
    switch (q.domain) {
    case Domain::Cpu: return b.CreateAnd(cpu, m.num(kMaxCpus - 1));
    case Domain::Core: return topology("raw_core__", cpu);
    case Domain::Llc: return topology("llc__", cpu);
    case Domain::Node: return topology("node__", cpu);
    default: return m.num(0);
    }
}

llvm::Value *Lowering::withTask(const QueueDecl &q, const Expr &e, llvm::Value *task) {
    // A queue's key and slice are expressions over `p`: its Name is not bound to a declaration of this hook, so bind it here.
    (void)q;
    std::function<const Local *(const Expr &)> find = [&](const Expr &x) -> const Local * {
        if (x.kind == ExprKind::Name && x.ref.kind == RefKind::Local && x.name == "p")
            return static_cast<const Local *>(x.ref.decl);
        for (const ExprPtr &arg : x.args)
            if (const Local *local = find(*arg))
                return local;
        return nullptr;
    };
    if (const Local *local = find(e)) {
        auto saved = locals;
        locals[local] = {task};
        llvm::Value *v = value(e);
        locals = std::move(saved);
        return v;
    }
    return value(e);
}

llvm::Value *Lowering::sliceFor(const QueueDecl &q, llvm::Value *task) {
    const Option *slice = optionNamed(q.options, "slice");
    if (!slice)
        return m.num(policySlice);
    if (slice->value->kind == ExprKind::Name && slice->value->name == "forever")
        return m.num(-1); // SCX_SLICE_INF
    return withTask(q, *slice->value, task);
}

llvm::Value *Lowering::keyFor(const QueueDecl &q, llvm::Value *task) {
    if (q.ordering == Ordering::Lifo) // the latest first: the kernel compares keys as points on a clock
        return b.CreateSub(m.num(0), m.helper(5, m.i64(), {}));
    return withTask(q, *q.keys[0], task);
}

llvm::Value *Lowering::belongs(const QueueDecl &q, llvm::Value *task) {
    if (core.queues.size() == 1 || !queueField)
        return b.getTrue();
    Place p{queueField == keyField ? nullptr : b.CreateStructGEP(taskType, taskState(task), taskIndex.at(queueField)), task, nullptr, {TypeKind::Int}};
    return b.CreateICmpEQ(load(p), m.num(q.index));
}

void Lowering::putDsq(const QueueDecl &q, llvm::Value *task, llvm::Value *id, llvm::Value *slice) {
    llvm::Value *flags = frame.enqFlags ? frame.enqFlags : m.num(0);
    if (ordered(q))
        m.callEither("scx_bpf_dsq_insert_vtime", "scx_bpf_dispatch_vtime", {task, id, slice, keyFor(q, task), flags});
    else
        m.callEither("scx_bpf_dsq_insert", "scx_bpf_dispatch", {task, id, slice, flags});
}

/// The task's CPU does not serve the queue: nothing would wake an idle one that does. The kick of a CPU that is not idle closes the
/// race with one that is about to go idle.
void Lowering::wakeServer(const QueueDecl &q, llvm::Value *task, llvm::Value *instance) {
    llvm::Value *own = taskCpu(task);
    // Where an instance was named, its CPUs serve it; elsewhere those of the set do, for they steal from each other.
    auto serves = [&](llvm::Value *cpu) { return q.on ? inSet(*q.on, cpu) : b.CreateICmpEQ(instanceOf(q, cpu), instance); };
    m.ifThen(b.CreateXor(serves(own), b.getTrue()), [&] {
        llvm::AllocaInst *server = m.local(m.i64(), "server");
        b.CreateStore(m.num(-1), server);
        forNear(own, [&](llvm::Value *cpu) {
            llvm::BasicBlock *candidate = m.block("serves"), *idle = m.block("idle"), *busy = m.block("busy");
            b.CreateCondBr(b.CreateAnd(serves(cpu), mayRun(task, cpu)), candidate, loopStack.back().next);
            b.SetInsertPoint(candidate);
            b.CreateCondBr(m.call("scx_bpf_test_and_clear_cpu_idle", {cpu}), idle, busy);
            b.SetInsertPoint(idle);
            b.CreateStore(cpu, server);
            leaveTo(loopStack.back().leave, loopCleanups.back());
            b.SetInsertPoint(busy);
            llvm::Value *first = b.CreateLoad(m.i64(), server);
            b.CreateStore(b.CreateSelect(b.CreateICmpSLT(first, m.num(0)), cpu, first), server);
        });
        llvm::Value *cpu = b.CreateLoad(m.i64(), server);
        m.ifThen(b.CreateICmpSGE(cpu, m.num(0)), [&] { kick(cpu, 1); });
    });
}

/// i1: the task may run on some CPU of the queue's set that is online. If on none, it waits in the escape, which all others serve.
llvm::Value *Lowering::hasServer(const QueueDecl &q, llvm::Value *task) {
    llvm::AllocaInst *possible = m.local(m.i1(), "possible");
    llvm::Value *own = taskCpu(task);
    b.CreateStore(b.CreateAnd(inSet(*q.on, own), mayRun(task, own)), possible); // its own CPU is online: mostly all there is to ask
    m.ifThen(b.CreateXor(b.CreateLoad(m.i1(), possible), b.getTrue()), [&] {
        counted(m.num(0), b.CreateSub(cpuCount(), m.num(1)), [&](llvm::Value *cpu) {
            llvm::BasicBlock *yes = m.block("yes");
            llvm::Value *online = m.call("scx_bpf_get_online_cpumask", {});
            llvm::Value *up = m.call("bpf_cpumask_test_cpu", {cpu, online});
            m.call("scx_bpf_put_cpumask", {online});
            b.CreateCondBr(b.CreateAnd(up, b.CreateAnd(inSet(*q.on, cpu), mayRun(task, cpu))), yes, loopStack.back().next);
            b.SetInsertPoint(yes);
            b.CreateStore(b.getTrue(), possible);
            leaveTo(loopStack.back().leave, loopCleanups.back());
        });
    });
    return b.CreateLoad(m.i1(), possible);
}

/// The instance of the CPU that was named, if the task may run there; else of the task's own, where it certainly may.
llvm::Value *Lowering::instanceFor(const QueueDecl &q, const Expr *at, llvm::Value *task) {
    llvm::Value *own = taskCpu(task);
    if (!at)
        return instanceOf(q, own);
    llvm::Value *named = value(*at);
    return instanceOf(q, b.CreateSelect(mayRun(task, named), named, own));
}

/// A loop's task goes over to another queue. Nobody looks at the new one by itself: its CPU may have gone idle because it did
/// not serve the old one.
llvm::Value *Lowering::move(const QueueDecl &q, const Expr *at, llvm::Value *task, llvm::Value *slice) {
    llvm::Value *it = frame.iterators.at(task);
    llvm::Value *instance = instanceFor(q, at, task);
    llvm::Value *id = dsqId(q, instance);
    if (q.on)
        id = b.CreateSelect(hasServer(q, task), id, dsqId(q, instance, true));
    if (slice)
        m.callEither("scx_bpf_dsq_move_set_slice", "scx_bpf_dispatch_from_dsq_set_slice", {it, slice});
    llvm::Value *done;
    if (ordered(q)) {
        m.callEither("scx_bpf_dsq_move_set_vtime", "scx_bpf_dispatch_from_dsq_set_vtime", {it, keyFor(q, task)});
        done = m.callEither("scx_bpf_dsq_move_vtime", "scx_bpf_dispatch_vtime_from_dsq", {it, task, id, m.num(0)});
    } else {
        done = m.callEither("scx_bpf_dsq_move", "scx_bpf_dispatch_from_dsq", {it, task, id, m.num(0)});
    }
    m.ifThen(done, [&] {
        storeMembership(q, task);
        kick(taskCpu(task), 1);
        if (q.on || (at && q.domain != Domain::None))
            wakeServer(q, task, instance);
    });
    return done;
}

void Lowering::storeMembership(const QueueDecl &q, llvm::Value *task) {
    if (!queueField)
        return;
    Place p{queueField == keyField ? nullptr : b.CreateStructGEP(taskType, taskState(task), taskIndex.at(queueField)), task, nullptr, {TypeKind::Int}};
    store(p, m.num(q.index));
}

llvm::Value *Lowering::insert(const QueueDecl &q, const Expr *at, llvm::Value *task, llvm::Value *slice) {
    if (frame.iterators.contains(task))
        return move(q, at, task, slice);
    storeMembership(q, task);
    if (frame.context == kDispatch) // prev runs and cannot wait in a queue: the kernel enqueues it if nobody keeps it
        return b.getFalse();
    if (!slice) {
        slice = sliceFor(q, task);
        if (frame.slice) {
            llvm::Value *assigned = b.CreateLoad(m.i64(), frame.slice);
            slice = b.CreateSelect(b.CreateICmpNE(assigned, m.num(0)), assigned, slice);
        }
    }
    auto enqueue = [&] {
        llvm::Value *instance = instanceFor(q, at, task);
        if (!q.on) {
            putDsq(q, task, dsqId(q, instance), slice);
            if (at && q.domain != Domain::None)
                wakeServer(q, task, instance);
            return;
        }
        m.ifThen(hasServer(q, task),
                 [&] {
                     putDsq(q, task, dsqId(q, instance), slice);
                     wakeServer(q, task, instance);
                 },
                 [&] { putDsq(q, task, dsqId(q, instance, true), slice); });
    };
    if (frame.context != kEnqueue) {
        enqueue();
        return b.getTrue();
    }
    // Per-CPU kernel threads go straight to their CPU; everybody else who is pinned waits in the queue like all.
    llvm::Value *kernel = b.CreateICmpNE(b.CreateAnd(m.loadField(task, "task_struct", "flags"), m.num(0x00200000)), m.num(0));
    llvm::Value *pinned = b.CreateICmpEQ(m.loadField(task, "task_struct", "nr_cpus_allowed"), m.num(1));
    m.ifThen(b.CreateAnd(kernel, pinned), [&] { m.callEither("scx_bpf_dsq_insert", "scx_bpf_dispatch", {task, m.num(static_cast<int64_t>(kDsqLocal)), slice, frame.enqFlags}); }, enqueue);
    return b.getTrue();
}

llvm::Value *Lowering::localInsert(llvm::Value *cpu, llvm::Value *task, llvm::Value *slice) {
    auto local = [&] {
        llvm::Value *given = slice ? slice : m.num(policySlice);
        if (!slice && frame.slice) {
            llvm::Value *assigned = b.CreateLoad(m.i64(), frame.slice);
            given = b.CreateSelect(b.CreateICmpNE(assigned, m.num(0)), assigned, given);
        }
        m.callEither("scx_bpf_dsq_insert", "scx_bpf_dispatch", {task, m.num(static_cast<int64_t>(kDsqLocal)), given, frame.enqFlags ? frame.enqFlags : m.num(0)});
    };
    if (frame.iterators.contains(task)) {
        llvm::Value *it = frame.iterators.at(task);
        return m.choose(mayRun(task, cpu),
                        [&] {
                            if (slice)
                                m.callEither("scx_bpf_dsq_move_set_slice", "scx_bpf_dispatch_from_dsq_set_slice", {it, slice});
                            llvm::Value *done = m.callEither("scx_bpf_dsq_move", "scx_bpf_dispatch_from_dsq", {it, task, b.CreateOr(m.num(static_cast<int64_t>(kDsqLocalOn)), cpu), m.num(0)});
                            llvm::Value *before = b.CreateLoad(m.i1(), frame.dispatched);
                            b.CreateStore(b.CreateOr(before, done), frame.dispatched);
                            return done;
                        },
                        [&]() -> llvm::Value * { return b.getFalse(); });
    }
    if (frame.context == kDispatch) { // only prev is left: it goes on
        return m.choose(b.CreateAnd(frame.prevPresent, b.CreateAnd(b.CreateICmpEQ(cpu, frame.cpu), b.CreateICmpEQ(task, frame.prev))),
                        [&]() -> llvm::Value * { keep(slice ? slice : m.num(policySlice)); return b.getTrue(); }, [&]() -> llvm::Value * { return b.getFalse(); });
    }
    if (frame.context == kEnqueue) // LOCAL_ON from enqueue aborts for tasks that cannot follow; the task's own CPU is always right
        return m.choose(b.CreateICmpEQ(cpu, taskCpu(task)), [&]() -> llvm::Value * { local(); return b.getTrue(); }, [&]() -> llvm::Value * { return b.getFalse(); });
    local();
    return b.getTrue();
}

llvm::Value *Lowering::consumeDsq(llvm::Value *id) {
    llvm::Value *got = m.callEither("scx_bpf_dsq_move_to_local", "scx_bpf_consume", {id});
    b.CreateStore(b.CreateOr(b.CreateLoad(m.i1(), frame.dispatched), got), frame.dispatched);
    return got;
}

/// The task that just ran goes on with a fresh slice; its running hooks follow at the end of the dispatch.
void Lowering::keep(llvm::Value *slice) {
    m.storeField(frame.prev, "task_struct", "scx.slice", slice);
    b.CreateStore(m.num(0), cpuState(thisCpu(), kSlotTask)); // no enqueue follows that the slot was meant for
    b.CreateStore(b.getTrue(), frame.kept);
    b.CreateStore(b.getTrue(), frame.dispatched);
}

llvm::Value *Lowering::consume(const QueueDecl &q, const Expr *at, bool withPrev) {
    llvm::Value *cpu = at ? value(*at) : frame.cpu;
    llvm::AllocaInst *got = m.local(m.i1(), "got");
    b.CreateStore(b.getFalse(), got);
    llvm::Value *instance = instanceOf(q, cpu);
    llvm::Value *id = dsqId(q, instance);
    if (q.on) // CPUs outside the set serve the escape in the queue's place
        id = b.CreateSelect(inSet(*q.on, cpu), id, dsqId(q, instance, true));
    bool keeps = withPrev && needsKeep && frame.prev;
    auto mine = [&] { return m.choose(frame.prevPresent, [&] { return belongs(q, frame.prev); }, [&]() -> llvm::Value * { return b.getFalse(); }); };
    auto keepPrev = [&] {
        keep(sliceFor(q, frame.prev));
        b.CreateStore(b.getTrue(), got);
    };
    if (keeps && ordered(q)) {
        // The expired task is queued again by its key, so it goes on if its key comes before the head's. 6.12 has no peek.
        m.ifThen(mine(), [&] {
            llvm::AllocaInst *it = m.local(llvm::ArrayType::get(m.i64(), 6), "peek");
            llvm::AllocaInst *first = m.local(m.i1(), "first");
            b.CreateStore(b.getTrue(), first);
            m.call("bpf_iter_scx_dsq_new", {it, id, m.num(0)});
            llvm::BasicBlock *next = m.block("peek.next"), *look = m.block("peek.look"), *eligible = m.block("peek.eligible"), *end = m.block("peek.end");
            b.CreateBr(next);
            b.SetInsertPoint(next);
            llvm::Value *head = m.call("bpf_iter_scx_dsq_next", {it});
            b.CreateCondBr(b.CreateICmpNE(head, llvm::ConstantPointerNull::get(m.ptr())), look, end);
            b.SetInsertPoint(look);
            b.CreateCondBr(mayRun(head, frame.cpu), eligible, next); // consume skips those that may not run here
            b.SetInsertPoint(eligible);
            b.CreateStore(compare(Op::Lt, keyFor(q, frame.prev), m.loadField(head, "task_struct", "scx.dsq_vtime"), true), first);
            b.CreateBr(end);
            b.SetInsertPoint(end);
            m.call("bpf_iter_scx_dsq_destroy", {it});
            m.ifThen(b.CreateLoad(m.i1(), first), keepPrev);
        });
    }
    m.ifThen(b.CreateXor(b.CreateLoad(m.i1(), got), b.getTrue()), [&] { b.CreateStore(consumeDsq(id), got); });
    if (keeps)
        m.ifThen(b.CreateXor(b.CreateLoad(m.i1(), got), b.getTrue()), [&] { m.ifThen(mine(), keepPrev); });
    const Option *steal = optionNamed(q.options, "steal");
    std::string reach = steal && steal->value->kind == ExprKind::Name ? steal->value->name : "any";
    if (q.domain != Domain::None && reach != "none") {
        m.ifThen(b.CreateXor(b.CreateLoad(m.i1(), got), b.getTrue()), [&] {
            llvm::AllocaInst *tried = m.local(m.i64(), "tried");
            b.CreateStore(instance, tried);
            forNear(cpu, [&](llvm::Value *other) {
                llvm::Value *theirs = instanceOf(q, other);
                llvm::Value *fresh = b.CreateICmpNE(theirs, b.CreateLoad(m.i64(), tried));
                if (reach != "any") {
                    const char *level = reach == "core" ? "raw_core__" : reach == "llc" ? "llc__" : "node__";
                    fresh = b.CreateAnd(fresh, b.CreateICmpEQ(topology(level, other), topology(level, cpu)));
                }
                llvm::BasicBlock *go = m.block("steal"), *done = m.block("stolen");
                b.CreateCondBr(fresh, go, loopStack.back().next);
                b.SetInsertPoint(go);
                b.CreateStore(theirs, tried);
                llvm::Value *took = consumeDsq(dsqId(q, theirs));
                b.CreateStore(took, got);
                b.CreateCondBr(took, done, loopStack.back().next);
                b.SetInsertPoint(done);
                leaveTo(loopStack.back().leave, loopCleanups.back());
            });
        });
    }
    return b.CreateLoad(m.i1(), got);
}

/// The tasks of an instance, head first. In dispatch an expired task of the queue is visited as if it were queued, first.
void Lowering::forTasks(const QueueDecl &q, const Expr *at, const Local &local, const Block &body) {
    llvm::Value *cpu = at ? value(*at) : frame.cpu ? frame.cpu : m.num(0);
    llvm::Value *id = dsqId(q, instanceOf(q, cpu));
    llvm::BasicBlock *after = m.block("tasks.after");
    if (frame.prev && frame.context == kDispatch) {
        llvm::BasicBlock *visit = m.block("prev"), *rest = m.block("rest");
        llvm::Value *mine = m.choose(frame.prevPresent, [&] { return belongs(q, frame.prev); }, [&]() -> llvm::Value * { return b.getFalse(); });
        b.CreateCondBr(mine, visit, rest);
        b.SetInsertPoint(visit);
        locals[&local] = {frame.prev};
        loopStack.push_back({rest, after});
        loopCleanups.push_back(cleanups.size());
        block(body);
        loopCleanups.pop_back();
        loopStack.pop_back();
        if (!m.terminated())
            b.CreateBr(rest);
        b.SetInsertPoint(rest);
    }
    llvm::AllocaInst *it = m.local(llvm::ArrayType::get(m.i64(), 6), "tasks");
    bool guarded = frame.context == kTimer;
    if (guarded)
        m.call("bpf_rcu_read_lock", {});
    auto destroy = [this, it, guarded] {
        m.call("bpf_iter_scx_dsq_destroy", {it});
        if (guarded)
            m.call("bpf_rcu_read_unlock", {});
    };
    m.call("bpf_iter_scx_dsq_new", {it, id, m.num(0)});
    llvm::BasicBlock *head = m.block("tasks"), *inside = m.block("tasks.body"), *end = m.block("tasks.end");
    b.CreateBr(head);
    b.SetInsertPoint(head);
    llvm::Value *task = m.call("bpf_iter_scx_dsq_next", {it});
    b.CreateCondBr(b.CreateICmpEQ(task, llvm::ConstantPointerNull::get(m.ptr())), end, inside);
    b.SetInsertPoint(inside);
    locals[&local] = {task};
    frame.iterators[task] = it;
    size_t outer = cleanups.size();
    cleanups.push_back(destroy);
    loopStack.push_back({head, end});
    loopCleanups.push_back(cleanups.size());
    block(body);
    loopCleanups.pop_back();
    loopStack.pop_back();
    cleanups.resize(outer);
    if (!m.terminated())
        b.CreateBr(head);
    b.SetInsertPoint(end);
    destroy();
    b.CreateBr(after);
    b.SetInsertPoint(after);
}

} // namespace scx
