// SPDX-License-Identifier: GPL-2.0-only
// Queues as dispatch queues (DSQs) of the kernel: their numbers, keys and slices, consume, keep, loops. Insert.cpp puts tasks in.
#include "lower/Lowering.h"
#include "sema/Check.h"
#include "sema/Checker.h"

namespace scx {
namespace {

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

/// Queue number, part, instance. Ids below 2^63 are a policy's own.
llvm::Value *Lowering::dsqId(const QueueDecl &q, llvm::Value *instance, Part part) {
    return b.CreateOr(m.num(firstDsq(q) | static_cast<int64_t>(part) << 30), instance);
}

/// CPUs outside the set serve the escape in the queue's place. `inside`: whether the CPU is in it, or null where there is no set.
llvm::Value *Lowering::servedDsq(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside, bool aged) {
    llvm::Value *id = dsqId(q, instance, aged ? Part::Aged : Part::Queue);
    return inside ? b.CreateSelect(inside, id, dsqId(q, instance, aged ? Part::AgedEscape : Part::Escape)) : id;
}

llvm::Value *Lowering::instanceOf(const QueueDecl &q, llvm::Value *cpu) {
    switch (q.domain) {
    case Domain::Cpu: return masked(cpu);
    case Domain::Core: return topology("raw_core__", cpu);
    case Domain::Llc: return topology("llc__", cpu);
    case Domain::Node: return topology("node__", cpu);
    default: return m.num(0);
    }
}

/// The instance that `q` or `q[at]` is for this task or CPU: a CPU's, or its cgroup's where there is one for each.
llvm::Value *Lowering::instanceFor(const QueueDecl &q, const Expr *at, llvm::Value *task, llvm::Value *cpu) {
    if (q.domain != Domain::Cgroup)
        return instanceOf(q, cpu);
    return masked(at ? value(*at) : taskCgroup(task));
}

/// How far a CPU looks into other instances of a per-domain queue.
std::string Lowering::reach(const QueueDecl &q) {
    const Option *steal = optionNamed(q.options, "steal");
    return q.domain == Domain::None || q.domain == Domain::Cgroup || !steal || steal->value->kind != ExprKind::Name ? "any" : steal->value->name;
}

/// i1: CPU `cpu` takes tasks from the instance of CPU `home`, its own or by stealing.
llvm::Value *Lowering::withinReach(const QueueDecl &q, llvm::Value *cpu, llvm::Value *home) {
    std::string far = reach(q);
    if (far == "any")
        return b.getTrue();
    llvm::Value *same = b.CreateICmpEQ(instanceOf(q, cpu), instanceOf(q, home));
    if (far == "none")
        return same;
    const char *level = far == "core" ? "raw_core__" : far == "llc" ? "llc__" : "node__";
    return b.CreateOr(same, b.CreateICmpEQ(topology(level, cpu), topology(level, home)));
}

/// The value of an expression of a declaration (a key, a slice, a condition over CPUs) about something at hand here.
llvm::Value *Lowering::about(const Local &what, llvm::Value *meaning, const Expr &e) {
    auto saved = locals;
    locals[&what] = {meaning};
    llvm::Value *v = value(e);
    locals = std::move(saved);
    return v;
}

/// What is said of a task where none is at hand by that name.
llvm::Value *Lowering::about(llvm::Value *task, const std::function<llvm::Value *()> &said) {
    auto saved = locals;
    locals[&implicitTask] = {task};
    llvm::Value *v = said();
    locals = std::move(saved);
    return v;
}

bool Lowering::ordered(const QueueDecl &q) { return q.ordering != Ordering::Fifo && !userSpaceTime(q); }

llvm::Value *Lowering::sliceFor(const QueueDecl &q, llvm::Value *task) {
    const Expr *slice = sliceOf(q);
    return slice ? sliceValue(*slice, task) : defaultSlice(task);
}

const Expr *Lowering::sliceOf(const QueueDecl &q) const {
    const Option *slice = optionNamed(q.options, "slice");
    return slice ? slice->value.get() : policySlice;
}

llvm::Value *Lowering::defaultSlice(llvm::Value *task) { return policySlice ? sliceValue(*policySlice, task) : m.num(kDefaultSlice); }

llvm::Value *Lowering::sliceValue(const Expr &slice, llvm::Value *task) {
    if (slice.kind == ExprKind::Name && slice.ref.kind == RefKind::None && slice.name == "forever")
        return m.num(-1); // SCX_SLICE_INF
    return about(implicitTask, task, slice);
}

/// What the hook at hand has assigned to `p.slice`, if it has.
llvm::Value *Lowering::unlessAssigned(llvm::Value *slice) {
    if (!frame.slice)
        return slice;
    llvm::Value *assigned = b.CreateLoad(m.i64(), frame.slice);
    return b.CreateSelect(b.CreateICmpNE(assigned, m.num(0)), assigned, slice);
}

llvm::Value *Lowering::keyFor(const QueueDecl &q, llvm::Value *task) {
    if (q.ordering == Ordering::Lifo) // the latest first: the kernel compares keys as points on a clock
        return b.CreateSub(m.num(0), m.helper(helper::KtimeNs, m.i64(), {}));
    return about(implicitTask, task, *q.keys[0]);
}

llvm::Value *Lowering::belongs(const QueueDecl &q, llvm::Value *task) {
    if (core.queues.size() == 1 || !queueField)
        return b.getTrue();
    Place p{queueField == keyField ? nullptr : b.CreateStructGEP(taskType, taskState(task), taskIndex.at(queueField)), task, nullptr, {TypeKind::Int}};
    return b.CreateICmpEQ(load(p), m.num(q.index));
}

void Lowering::storeMembership(const QueueDecl &q, llvm::Value *task) {
    if (!queueField)
        return;
    Place p{queueField == keyField ? nullptr : b.CreateStructGEP(taskType, taskState(task), taskIndex.at(queueField)), task, nullptr, {TypeKind::Int}};
    store(p, m.num(q.index));
}

llvm::Value *Lowering::consumeDsq(llvm::Value *id) {
    llvm::Value *got = m.callEither("scx_bpf_dsq_move_to_local", "scx_bpf_consume", {id});
    b.CreateStore(b.CreateOr(b.CreateLoad(m.i1(), frame.dispatched), got), frame.dispatched);
    return got;
}

/// Kernels that have the kfunc warn about plain stores.
void Lowering::setSlice(llvm::Value *task, llvm::Value *slice) {
    m.ifThen(b.CreateICmpNE(m.kfunc("scx_bpf_task_set_slice"), llvm::ConstantPointerNull::get(m.ptr())),
             [&] { m.rarely([&] { m.call("scx_bpf_task_set_slice", {task, slice}); }); }, [&] { m.storeField(task, "task_struct", "scx.slice", slice); });
}

/// The task that just ran goes on with a fresh slice; its running hooks follow at the end of the dispatch.
void Lowering::keep(llvm::Value *slice) {
    setSlice(frame.prev, unlessAssigned(slice));
    b.CreateStore(m.num(0), cpuState(thisCpu(), kSlotTask)); // no enqueue follows that the slot was meant for
    b.CreateStore(b.getTrue(), frame.kept);
    b.CreateStore(b.getTrue(), frame.dispatched);
}

llvm::Value *Lowering::consume(const QueueDecl &q, const Expr *at, bool withPrev) {
    bool grouped = q.domain == Domain::Cgroup; // then `at` is there, and any CPU takes any cgroup's tasks
    llvm::Value *cpu = at && !grouped ? value(*at) : frame.cpu;
    llvm::AllocaInst *got = m.local(m.i1(), "got");
    b.CreateStore(b.getFalse(), got);
    llvm::Value *instance = instanceFor(q, at, nullptr, cpu), *inside = q.on ? inSet(*q.on, cpu) : nullptr;
    llvm::Value *id = servedDsq(q, instance, inside);
    bool keeps = withPrev && needsKeep && frame.prev;
    auto mine = [&] {
        return m.choose(frame.prevPresent, [&]() -> llvm::Value * {
            llvm::Value *here = belongs(q, frame.prev);
            return grouped ? b.CreateAnd(here, b.CreateICmpEQ(taskCgroup(frame.prev), instance)) : here;
        }, [&]() -> llvm::Value * { return b.getFalse(); });
    };
    auto keepPrev = [&] {
        llvm::Value *slice = sliceFor(q, frame.prev);
        keep(userSpaceTime(q) ? untilAnswered(q, slice) : slice);
        b.CreateStore(b.getTrue(), got);
    };
    if (unfair(q))
        b.CreateStore(consumeAged(q, instance, inside), got);
    auto unlessGot = [&](const std::function<void()> &then) { m.ifThen(b.CreateXor(b.CreateLoad(m.i1(), got), b.getTrue()), then); };
    auto take = [&] {
        auto whereServed = [&](const std::function<void()> &then) { inside ? m.ifThen(inside, then) : then(); };
        if (ringSize(q))
            whereServed([&] { b.CreateCall(flushFunction(q), {frame.cpu}); });
        if (userSpaceTime(q))
            whereServed([&] { b.CreateCall(serveFunction(q), {frame.cpu}); });
        // What these two have put in is not in the DSQ before it is consumed.
        auto consumed = [&] { return consumeDsq(id); };
        bool filled = ringSize(q) || userSpaceTime(q);
        llvm::Value *found = filled ? consumed() : m.choose(seemsEmpty(q, instance, inside), [&]() -> llvm::Value * { return b.getFalse(); }, consumed);
        b.CreateStore(found, got);
        if (userSpaceTime(q))
            whereServed([&] { b.CreateCall(askFunction(q), {b.CreateZExt(b.CreateXor(found, b.getTrue()), m.i64())}); });
    };
    auto takeOrKeep = [&] {
        if (ordered(q)) // it is queued again by its key
            m.ifThen(comesFirst(q, instance, inside), keepPrev);
        unlessGot(take);
        unlessGot(keepPrev);
    };
    // Apart from the first, so that a CPU whose task has gone has nothing else to do.
    unlessGot([&] { keeps ? m.ifThen(mine(), takeOrKeep, take) : take(); });
    if (q.domain != Domain::None && !grouped && reach(q) != "none") {
        unlessGot([&] {
            llvm::Value *stolen = b.CreateTrunc(b.CreateCall(stealFunction(q), {cpu, instance}), m.i1());
            b.CreateStore(stolen, got);
            b.CreateStore(b.CreateOr(b.CreateLoad(m.i1(), frame.dispatched), stolen), frame.dispatched);
        });
    }
    return b.CreateLoad(m.i1(), got);
}

/// The other instances are tried, the nearest first.
llvm::Function *Lowering::stealFunction(const QueueDecl &q) {
    return apart(q.name + "__steal__", {"cpu", "instance"}, [&](const auto &given) {
        llvm::Value *cpu = given[0], *inside = q.on ? inSet(*q.on, cpu) : nullptr;
        llvm::AllocaInst *tried = m.local(m.i64(), "tried");
        b.CreateStore(given[1], tried);
        forNear(cpu, [&](llvm::Value *other) {
            llvm::Value *theirs = instanceOf(q, other);
            llvm::Value *fresh = b.CreateAnd(b.CreateICmpNE(theirs, b.CreateLoad(m.i64(), tried)), withinReach(q, cpu, other));
            llvm::BasicBlock *go = m.block("steal"), *done = m.block("stolen");
            b.CreateCondBr(fresh, go, loopStack.back().next);
            b.SetInsertPoint(go);
            b.CreateStore(theirs, tried);
            llvm::Value *took = m.choose(seemsEmpty(q, theirs, inside), [&]() -> llvm::Value * { return b.getFalse(); },
                                         [&] { return consumeDsq(servedDsq(q, theirs, inside)); });
            if (unfair(q))
                took = m.choose(took, [&]() -> llvm::Value * { return b.getTrue(); }, [&] { return consumeAged(q, theirs, inside); });
            b.CreateCondBr(took, done, loopStack.back().next);
            b.SetInsertPoint(done);
            leaveTo(loopStack.back().leave, loopCleanups.back());
        });
        return m.unbounded(b.CreateZExt(b.CreateLoad(m.i1(), frame.dispatched), m.i64()));
    });
}

/// The order may let somebody wait for ever: it is no virtual time, in which everybody's turn comes.
bool Lowering::unfair(const QueueDecl &q) {
    return (q.ordering == Ordering::Lifo && ordered(q)) || (!q.keys.empty() && q.keys[0]->type.kind != TypeKind::Time);
}

/// Of an array with an element for each instance, and after these one for each instance's escape: the element's number. `count`: how many there are.
llvm::Value *Lowering::instanceSlot(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside, uint64_t &count) {
    uint64_t instances = q.domain == Domain::None ? 1 : q.domain == Domain::Cgroup ? kMaxCgroups : kMaxCpus;
    count = instances * (inside ? 2 : 1);
    llvm::Value *at = instances == 1 ? m.num(0) : masked(instance);
    return inside ? b.CreateSelect(inside, at, b.CreateAdd(at, m.num(static_cast<int64_t>(instances)))) : at;
}

llvm::Value *Lowering::agedFlag(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside) {
    llvm::GlobalVariable *&flags = agedFlags[&q];
    uint64_t count;
    llvm::Value *at = instanceSlot(q, instance, inside, count);
    if (!flags)
        flags = m.global(q.name + "__aged_flag", llvm::ArrayType::get(m.i8(), count), m.diArray(m.diBool(), count), ".bss");
    return b.CreateGEP(m.i8(), flags, at);
}

/// Those who were swept aside come first, while there are any. The flag spares everybody else the look.
llvm::Value *Lowering::consumeAged(const QueueDecl &q, llvm::Value *instance, llvm::Value *inside) {
    return m.choose(b.CreateICmpNE(b.CreateLoad(m.i8(), agedFlag(q, instance, inside)), b.getInt8(0)), [&] {
        llvm::Value *id = servedDsq(q, instance, inside, true), *got = consumeDsq(id);
        m.ifThen(b.CreateXor(got, b.getTrue()), [&] {
            m.ifThen(b.CreateICmpSLE(m.call("scx_bpf_dsq_nr_queued", {id}), m.num(0)), [&] { b.CreateStore(b.getInt8(0), agedFlag(q, instance, inside)); });
        });
        return got;
    }, [&]() -> llvm::Value * { return b.getFalse(); });
}

/// All who wait in the instance of this CPU now go to a FIFO of their own, which is served before the queue: each of them has a turn
/// before anybody who comes later, whatever the keys say. Not while the last ones so moved still wait.
void Lowering::sweep(const QueueDecl &q, const Expr *at) {
    if (!unfair(q))
        return;
    llvm::Value *instance = instanceFor(q, at, nullptr, frame.cpu), *inside = q.on ? inSet(*q.on, frame.cpu) : nullptr,
                *aged = servedDsq(q, instance, inside, true);
    m.ifThen(b.CreateICmpSLE(m.call("scx_bpf_dsq_nr_queued", {aged}), m.num(0)), [&] {
        Module::Scratch it(m, kDsqIterator);
        m.call("bpf_iter_scx_dsq_new", {it, servedDsq(q, instance, inside), m.num(0)});
        llvm::BasicBlock *next = m.block("sweep"), *one = m.block("sweep.one"), *end = m.block("sweep.end");
        b.CreateBr(next);
        b.SetInsertPoint(next);
        llvm::Value *task = m.call("bpf_iter_scx_dsq_next", {it});
        b.CreateCondBr(b.CreateICmpNE(task, llvm::ConstantPointerNull::get(m.ptr())), one, end);
        b.SetInsertPoint(one);
        m.callEither("scx_bpf_dsq_move", "scx_bpf_dispatch_from_dsq", {it, task, aged, m.num(0)});
        b.CreateBr(next);
        b.SetInsertPoint(end);
        m.call("bpf_iter_scx_dsq_destroy", {it});
    });
    b.CreateStore(b.getInt8(1), agedFlag(q, instance, inside));
}

/// The tasks of an instance, head first. In dispatch an expired task of the queue is visited as if it were queued, first.
void Lowering::forTasks(const QueueDecl &q, const Expr *at, const Local &local, const Block &body) {
    bool grouped = q.domain == Domain::Cgroup;
    llvm::Value *cpu = at && !grouped ? value(*at) : frame.cpu ? frame.cpu : m.num(0);
    llvm::Value *instance = instanceFor(q, at, nullptr, cpu), *id = dsqId(q, instance);
    llvm::BasicBlock *after = m.block("tasks.after");
    if (frame.prev && frame.context == kDispatch) {
        llvm::BasicBlock *visit = m.block("prev"), *rest = m.block("rest");
        llvm::Value *mine = m.choose(frame.prevPresent, [&]() -> llvm::Value * {
            llvm::Value *here = belongs(q, frame.prev);
            return grouped ? b.CreateAnd(here, b.CreateICmpEQ(taskCgroup(frame.prev), instance)) : here;
        }, [&]() -> llvm::Value * { return b.getFalse(); });
        b.CreateCondBr(mine, visit, rest);
        b.SetInsertPoint(visit);
        locals[&local] = {frame.prev};
        loopStack.push_back({rest, after, false});
        loopCleanups.push_back(cleanups.size());
        block(body);
        loopCleanups.pop_back();
        loopStack.pop_back();
        if (!m.terminated())
            b.CreateBr(rest);
        b.SetInsertPoint(rest);
    }
    Module::Scratch memory(m, kDsqIterator);
    llvm::AllocaInst *it = memory;
    m.call("bpf_iter_scx_dsq_new", {it, id, m.num(0)});
    eachNext("scx_dsq", it, after, [&](llvm::Value *task) {
        locals[&local] = {task};
        frame.iterators[task] = it;
        block(body);
    });
}

} // namespace scx
