// SPDX-License-Identifier: GPL-2.0-only
// A task starts to wait: in which DSQ, and who is woken for it? The rules that no task is ever lost live here.
// A task's home is the CPU in whose instance it waits; with an `on` set, -1 says that it may run on no online CPU of it and waits
// in the escape, which the CPUs outside the set serve in the queue's place.
#include "lower/Lowering.h"
#include "sema/Checker.h"

namespace scx {
namespace {

constexpr uint64_t kDsqLocal = (1ull << 63) | 2;

} // namespace

void Lowering::putDsq(const QueueDecl &q, llvm::Value *task, llvm::Value *id, llvm::Value *slice) {
    llvm::Value *flags = frame.enqFlags ? frame.enqFlags : m.num(0);
    if (ordered(q))
        m.callEither("scx_bpf_dsq_insert_vtime", "scx_bpf_dispatch_vtime", {task, id, slice, keyFor(q, task), flags});
    else
        m.callEither("scx_bpf_dsq_insert", "scx_bpf_dispatch", {task, id, slice, flags});
}

/// The CPU that was named, if the task may run there, else the task's own, where it certainly may. Outside the queue's set: the nearest
/// online CPU of the set that the task may use, or -1. Nothing is asked for a queue that every CPU serves.
llvm::Value *Lowering::homeFor(const QueueDecl &q, const Expr *at, llvm::Value *task) {
    if (!q.on && (q.domain == Domain::None || q.domain == Domain::Cgroup))
        return m.num(0);
    llvm::Value *wanted = taskCpu(task);
    if (at && q.domain != Domain::Cgroup) {
        llvm::Value *named = value(*at);
        wanted = b.CreateSelect(mayRun(task, named), named, wanted);
    }
    if (!q.on)
        return wanted;
    llvm::AllocaInst *home = m.local(m.i64(), "home");
    b.CreateStore(wanted, home);
    m.ifThen(b.CreateXor(inSet(*q.on, wanted), b.getTrue()), [&] {
        llvm::Function *search = apart(q.name + "__home__", {"p", "from"}, [&](const auto &given) {
            llvm::AllocaInst *found = m.local(m.i64(), "found");
            b.CreateStore(m.num(-1), found);
            forNear(given[1], [&](llvm::Value *cpu) {
                llvm::BasicBlock *there = m.block("home"), *next = loopStack.back().next;
                llvm::Value *online = m.call("scx_bpf_get_online_cpumask", {});
                llvm::Value *up = m.call("bpf_cpumask_test_cpu", {cpu, online});
                m.call("scx_bpf_put_cpumask", {online});
                b.CreateCondBr(b.CreateAnd(up, b.CreateAnd(inSet(*q.on, cpu), mayRun(asPointer(given[0]), cpu))), there, next);
                b.SetInsertPoint(there);
                b.CreateStore(cpu, found);
                leaveTo(loopStack.back().leave, loopCleanups.back());
            });
            return m.unbounded(b.CreateLoad(m.i64(), found));
        });
        b.CreateStore(b.CreateCall(search, {b.CreatePtrToInt(task, m.i64()), wanted}), home);
    });
    return b.CreateLoad(m.i64(), home);
}

llvm::Value *Lowering::dsqFor(const QueueDecl &q, const Expr *at, llvm::Value *home, llvm::Value *task) {
    llvm::Value *inside = dsqId(q, instanceFor(q, at, task, home));
    return q.on ? b.CreateSelect(b.CreateICmpSLT(home, m.num(0)), dsqId(q, instanceFor(q, at, task, taskCpu(task)), Part::Escape), inside) : inside;
}

/// The kernel wakes the task's own CPU, nobody else. So an idle CPU that serves the task is looked for, unless select_cpu has just
/// done so, and woken. Where the task's own CPU does not serve it and none is idle, one that does is kicked all the same:
/// it may be about to go idle.
void Lowering::wakeServer(const QueueDecl &q, llvm::Value *task, llvm::Value *home) {
    llvm::Value *searched = frame.searched ? frame.searched : b.getFalse();
    if (frame.searchedAll)
        searched = b.CreateLoad(m.i1(), frame.searchedAll);
    auto unlessPinned = [&](const std::function<void()> &then) {
        m.ifThen(b.CreateICmpNE(m.loadField(task, "task_struct", "nr_cpus_allowed"), m.num(1)), then);
    };
    if (!q.on && (q.domain == Domain::None || q.domain == Domain::Cgroup)) { // every CPU serves it
        m.ifThen(b.CreateXor(searched, b.getTrue()), [&] {
            unlessPinned([&] {
                llvm::Value *idle = m.call("scx_bpf_pick_idle_cpu", {m.loadField(task, "task_struct", "cpus_ptr"), m.num(0)});
                m.ifThen(b.CreateICmpSGE(idle, m.num(0)), [&] { kick(idle, kKickIdle); });
            });
        });
        return;
    }
    auto serves = [&](llvm::Value *cpu, llvm::Value *own, llvm::Value *home) {
        if (!q.on)
            return withinReach(q, cpu, home);
        llvm::Value *escaped = b.CreateICmpSLT(home, m.num(0));
        return b.CreateAnd(withinReach(q, cpu, b.CreateSelect(escaped, own, home)), b.CreateXor(inSet(*q.on, cpu), escaped));
    };
    llvm::Value *own = taskCpu(task);
    m.ifThen(b.CreateXor(b.CreateAnd(serves(own, own, home), searched), b.getTrue()), [&] {
        unlessPinned([&] {
            llvm::Function *search = apart(q.name + "__server__", {"p", "own", "home"}, [&](const auto &given) {
                llvm::AllocaInst *server = m.local(m.i64(), "server");
                b.CreateStore(m.num(-1), server);
                forNear(given[1], [&](llvm::Value *cpu) {
                    llvm::BasicBlock *candidate = m.block("serves"), *idle = m.block("idle"), *busy = m.block("busy");
                    b.CreateCondBr(b.CreateAnd(serves(cpu, given[1], given[2]), mayRun(asPointer(given[0]), cpu)), candidate, loopStack.back().next);
                    b.SetInsertPoint(candidate);
                    b.CreateCondBr(m.call("scx_bpf_test_and_clear_cpu_idle", {cpu}), idle, busy);
                    b.SetInsertPoint(idle);
                    b.CreateStore(cpu, server);
                    leaveTo(loopStack.back().leave, loopCleanups.back());
                    b.SetInsertPoint(busy);
                    llvm::Value *first = b.CreateLoad(m.i64(), server);
                    b.CreateStore(b.CreateSelect(b.CreateICmpSLT(first, m.num(0)), cpu, first), server);
                });
                return m.unbounded(b.CreateLoad(m.i64(), server));
            });
            llvm::Value *cpu = b.CreateCall(search, {b.CreatePtrToInt(task, m.i64()), own, home});
            m.ifThen(b.CreateICmpSGE(cpu, m.num(0)), [&] { kick(cpu, kKickIdle); });
        });
    });
}

/// A loop's task goes over to another queue. Nobody looks at the new one by itself: its CPU may have gone idle because it did
/// not serve the old one.
llvm::Value *Lowering::move(const QueueDecl &q, const Expr *at, llvm::Value *task, llvm::Value *slice) {
    llvm::Value *it = frame.iterators.at(task);
    llvm::Value *home = homeFor(q, at, task), *id = dsqFor(q, at, home, task);
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
        kick(taskCpu(task), kKickIdle);
        wakeServer(q, task, home);
    });
    return done;
}

llvm::Value *Lowering::insert(const QueueDecl &q, const Expr *at, llvm::Value *task, llvm::Value *slice) {
    if (frame.iterators.contains(task))
        return move(q, at, task, slice);
    storeMembership(q, task);
    if (frame.context == kDispatch) // prev runs and cannot wait in a queue: the kernel enqueues it if nobody keeps it
        return b.getFalse();
    if (frame.placed)
        b.CreateStore(b.getTrue(), frame.placed);
    if (!slice)
        slice = unlessAssigned(sliceFor(q, task));
    auto enqueue = [&] {
        llvm::Value *home = homeFor(q, at, task);
        auto put = [&] { putDsq(q, task, dsqFor(q, at, home, task), slice); };
        if (ringSize(q) && frame.context == kEnqueue)
            ringPut(q, task, slice, q.on ? b.CreateICmpSGE(home, m.num(0)) : nullptr, put);
        else if (userSpaceTime(q) && frame.context == kEnqueue)
            userPut(q, task, slice, q.on ? b.CreateICmpSGE(home, m.num(0)) : nullptr, put);
        else
            put();
        wakeServer(q, task, home);
    };
    if (frame.context != kEnqueue) {
        enqueue();
        return b.getTrue();
    }
    // Per-CPU kernel threads go straight to their CPU; everybody else who is pinned waits in the queue like all.
    llvm::Value *kernel = b.CreateICmpNE(b.CreateAnd(m.loadField(task, "task_struct", "flags"), m.num(0x00200000)), m.num(0));
    llvm::Value *pinned = b.CreateICmpEQ(m.loadField(task, "task_struct", "nr_cpus_allowed"), m.num(1));
    m.ifThen(b.CreateAnd(kernel, pinned),
             [&] { m.callEither("scx_bpf_dsq_insert", "scx_bpf_dispatch", {task, m.num(static_cast<int64_t>(kDsqLocal)), slice, frame.enqFlags}); }, enqueue);
    return b.getTrue();
}

llvm::Value *Lowering::localInsert(llvm::Value *cpu, llvm::Value *task, llvm::Value *slice) {
    auto local = [&] {
        llvm::Value *given = slice ? slice : unlessAssigned(defaultSlice(task));
        m.callEither("scx_bpf_dsq_insert", "scx_bpf_dispatch",
                     {task, m.num(static_cast<int64_t>(kDsqLocal)), given, frame.enqFlags ? frame.enqFlags : m.num(0)});
    };
    if (frame.iterators.contains(task)) {
        llvm::Value *it = frame.iterators.at(task);
        return m.choose(mayRun(task, cpu), [&] {
            if (slice)
                m.callEither("scx_bpf_dsq_move_set_slice", "scx_bpf_dispatch_from_dsq_set_slice", {it, slice});
            llvm::Value *done =
                m.callEither("scx_bpf_dsq_move", "scx_bpf_dispatch_from_dsq", {it, task, b.CreateOr(m.num(static_cast<int64_t>(kDsqLocalOn)), cpu), m.num(0)});
            if (frame.context == kDispatch) { // for another CPU, it is no work for this one
                llvm::Value *before = b.CreateLoad(m.i1(), frame.dispatched);
                b.CreateStore(b.CreateOr(before, b.CreateAnd(done, b.CreateICmpEQ(cpu, frame.cpu))), frame.dispatched);
            }
            return done;
        }, [&]() -> llvm::Value * { return b.getFalse(); });
    }
    if (frame.context == kDispatch) { // only prev is left: it goes on
        return m.choose(b.CreateAnd(frame.prevPresent, b.CreateAnd(b.CreateICmpEQ(cpu, frame.cpu), b.CreateICmpEQ(task, frame.prev))), [&]() -> llvm::Value * {
            keep(slice ? slice : defaultSlice(task));
            return b.getTrue();
        }, [&]() -> llvm::Value * { return b.getFalse(); });
    }
    if (frame.placed)
        b.CreateStore(b.getTrue(), frame.placed);
    if (frame.context == kEnqueue) // LOCAL_ON from enqueue aborts for tasks that cannot follow; the task's own CPU is always right
        return m.choose(b.CreateICmpEQ(cpu, taskCpu(task)), [&]() -> llvm::Value * {
            local();
            return b.getTrue();
        }, [&]() -> llvm::Value * { return b.getFalse(); });
    local();
    return b.getTrue();
}

/// All who wait in this CPU's local DSQ go through enqueue again. The kernel's function counted them; since 6.19 there is one without a result, whose suffix
/// goes when the old one does (7.3).
void Lowering::reenqueueLocal() {
    m.ifThen(b.CreateICmpNE(m.kfunc("scx_bpf_reenqueue_local"), llvm::ConstantPointerNull::get(m.ptr())), [&] { m.call("scx_bpf_reenqueue_local", {}); },
             [&] { m.callEither("scx_bpf_reenqueue_local___v2___void", "scx_bpf_reenqueue_local___void", {}); });
}

} // namespace scx
