// SPDX-License-Identifier: GPL-2.0-only
// How is each attribute read? And patterns over a task's names.
#include "lower/Lowering.h"
#include "sema/Checker.h"

#include <cstring>

namespace scx {

llvm::Value *Lowering::taskCpu(llvm::Value *task) {
    if (frame.context == kDispatch && task == frame.prev)
        return frame.cpu;
    if (frame.taskCpu && task == frame.task)
        return frame.taskCpu;
    // Two loads where the kernel keeps the number in thread_info, a call elsewhere; CO-RE decides at load.
    return m.choose(m.fieldExists(task, "task_struct", "thread_info.cpu"), [&] { return m.loadField(task, "task_struct", "thread_info.cpu"); },
                    [&] { return m.rarely([&] { return m.call("scx_bpf_task_cpu", {task}); }); });
}

/// A field behind a pointer of which the verifier knows nothing; 0 if nothing is there. Costs a call: other fields are plain loads.
llvm::Value *Lowering::peek(llvm::Value *base, const char *structName, const char *field) {
    KernelField leaf;
    llvm::Value *address = m.fieldAddress(base, structName, field, &leaf);
    Module::Scratch word(m, 1);
    b.CreateStore(m.num(0), word);
    m.helper(helper::ReadKernel, m.i64(), {word, m.num32(leaf.code == 'p' || leaf.code == 'L' ? 8 : 4), address});
    llvm::Value *read = b.CreateLoad(m.i64(), word);
    return leaf.code == 'p' ? b.CreateIntToPtr(read, m.ptr()) : read;
}

/// A task's number in its own pid namespace, and the namespace: the last of `numbers`.
llvm::Value *Lowering::innermostPid(llvm::Value *task) {
    constexpr int64_t kUpidBytes = 16;
    llvm::Value *pid = peek(task, "task_struct", "thread_pid"); // null for one that is gone; a number to the verifier, which lets nothing be added to a pointer
    llvm::Value *offset = b.CreateMul(peek(pid, "pid", "level"), m.num(kUpidBytes));
    return b.CreateIntToPtr(b.CreateAdd(b.CreatePtrToInt(m.fieldAddress(pid, "pid", "numbers"), m.i64()), offset), m.ptr());
}

/// The number of the queue it belongs to.
llvm::Value *Lowering::taskQueue(llvm::Value *task) {
    if (!queueField)
        return m.num(0);
    return load({queueField == keyField ? nullptr : b.CreateStructGEP(taskType, taskState(task), taskIndex.at(queueField)), task, nullptr, {TypeKind::Int}});
}

Val Lowering::attribute(const Expr &base, const AttributeRow &row) {
    llvm::Value *x = row.owner == TypeKind::Queue || row.read == Read::CpusCount ? nullptr : value(base);
    std::string path(row.path);
    auto field = [&](const char *name) { return m.loadField(x, "task_struct", name); };
    auto flag = [&](uint64_t bit) -> Val { return {b.CreateICmpNE(b.CreateAnd(field("flags"), m.num(static_cast<int64_t>(bit))), m.num(0))}; };
    auto wakeFlag = [&](int bit) -> Val { // of the wakeup at hand, in select_cpu and in the enqueue that follows
        return {frame.wakeFlags ? b.CreateICmpNE(b.CreateAnd(frame.wakeFlags, m.num(bit)), m.num(0)) : b.getFalse()};
    };
    switch (row.read) {
    case Read::Field:
    case Read::SignedField: return {field(path.c_str())};
    case Read::Nice: return {b.CreateSub(field("static_prio"), m.num(120))};
    case Read::PolicyOf: return {field("policy")};
    case Read::NsPid: return {peek(innermostPid(x), "upid", "nr")};
    case Read::PidNs: return {peek(m.fieldAddress(peek(innermostPid(x), "upid", "ns"), "pid_namespace", "ns"), "ns_common", "inum")};
    case Read::CgroupWeight: {
        auto none = [&]() -> llvm::Value * { return m.num(100); }; // a kernel without cgroups, or without theirs for sched_ext
        return {m.choose(m.fieldExists(x, "task_struct", "sched_task_group"), [&] {
            llvm::Value *group = m.loadField(x, "task_struct", "sched_task_group");
            return m.choose(m.fieldExists(group, "task_group", "scx_weight"), [&] { return m.loadField(group, "task_group", "scx_weight"); }, [&] {
                return m.choose(m.fieldExists(group, "task_group", "scx.weight"), [&] { return m.loadField(group, "task_group", "scx.weight"); }, none);
            });
        }, none)};
    }
    case Read::CgroupOf: return {taskCgroup(x)};
    case Read::GroupWeight:
    case Read::GroupParent:
    case Read::GroupTasks:
    case Read::GroupNumber: return cgroupAttribute(x, row);
    case Read::Kthread: return flag(kPfKthread);
    case Read::Exiting: return flag(kPfExiting);
    case Read::Serves: return {serves(x)};
    case Read::Leader: return {b.CreateICmpEQ(field("pid"), field("tgid"))};
    case Read::Pinned: return {b.CreateICmpEQ(field("nr_cpus_allowed"), m.num(1))};
    case Read::MigrationDisabled: {
        // BPF itself disables migration, so the current task counts one less.
        llvm::Value *current = b.CreateZExt(b.CreateICmpEQ(b.CreatePtrToInt(x, m.i64()), m.helper(helper::CurrentTask, m.i64(), {})), m.i64());
        return {b.CreateICmpSGT(b.CreateSub(field("migration_disabled"), current), m.num(0))};
    }
    case Read::TaskCpu: return {taskCpu(x)};
    case Read::TaskQueue: return {taskQueue(x)};
    case Read::Slice: return {field("scx.slice")};
    case Read::Ran: return {ranSince(x, b.CreateLoad(m.i64(), cpuState(taskCpu(x), kStart)))};
    case Read::Forked: return {frame.forked ? frame.forked : b.getFalse()};
    case Read::Sleeping: return {frame.sleeping ? frame.sleeping : b.getFalse()};
    case Read::WakeSync: return wakeFlag(0x10); // WF_SYNC
    case Read::WakeFork: return wakeFlag(0x04); // WF_FORK
    case Read::CpuId: return {hidden(x)};
    case Read::CpuLlc: return {topology("llc__", x)};
    case Read::CpuCore: return {topology("raw_core__", x)};
    case Read::CpuNode: return {topology("node__", x)};
    case Read::CpuCapacity: { // 0: no loader filled it in, all CPUs count as equal
        llvm::Value *capacity = topology("raw_capacity__", x);
        return {b.CreateSelect(b.CreateICmpEQ(capacity, m.num(0)), m.num(1024), capacity)};
    }
    case Read::CpuIdle:
    case Read::CpuOnline: {
        bool idle = row.read == Read::CpuIdle;
        llvm::Value *mask = m.call(idle ? "scx_bpf_get_idle_cpumask" : "scx_bpf_get_online_cpumask", {});
        llvm::Value *in = m.call("bpf_cpumask_test_cpu", {x, mask});
        m.call(idle ? "scx_bpf_put_idle_cpumask" : "scx_bpf_put_cpumask", {mask});
        return {in};
    }
    case Read::Waker: { // who runs now, if this is a wakeup (WF_TTWU) and not from an idle CPU's interrupt
        llvm::Value *current = m.helper(helper::CurrentTrustedTask, m.ptr(), {});
        if (!frame.wakeFlags)
            return {current, b.getFalse()};
        llvm::Value *wakeup = b.CreateICmpNE(b.CreateAnd(frame.wakeFlags, m.num(8)), m.num(0));
        return {current, b.CreateAnd(wakeup, b.CreateICmpNE(m.loadField(current, "task_struct", "pid"), m.num(0)))};
    }
    case Read::LocalLen: {
        llvm::Value *n = m.call("scx_bpf_dsq_nr_queued", {b.CreateOr(m.num(static_cast<int64_t>(kDsqLocalOn)), x)});
        return {b.CreateSelect(b.CreateICmpSLT(n, m.num(0)), m.num(0), n)};
    }
    case Read::QueueLen:
    case Read::QueueEmpty: {
        const Expr *at = nullptr;
        const QueueDecl &q = queueOf(base, at);
        llvm::Value *cpu = at && q.domain != Domain::Cgroup ? value(*at) : frame.cpu ? frame.cpu : frame.task ? taskCpu(frame.task) : m.num(0);
        llvm::Value *n = m.call("scx_bpf_dsq_nr_queued", {dsqId(q, instanceFor(q, at, nullptr, cpu))});
        if (ringSize(q))
            n = b.CreateAdd(n, ringLength(q));
        if (userSpaceTime(q))
            n = b.CreateAdd(n, userLength(q));
        if (row.read == Read::QueueEmpty)
            return {b.CreateICmpSLE(n, m.num(0))};
        return {b.CreateSelect(b.CreateICmpSLT(n, m.num(0)), m.num(0), n)};
    }
    case Read::CpuRunningPid: {
        auto pid = [&](llvm::Value *task) { return m.loadField(task, "task_struct", "pid"); };
        llvm::Value *null = llvm::ConstantPointerNull::get(m.ptr());
        return {m.choose(b.CreateICmpNE(m.kfunc("scx_bpf_cpu_curr"), null), [&] {
            llvm::Value *current = m.call("scx_bpf_cpu_curr", {x});
            return m.choose(b.CreateICmpNE(current, null), [&] { return pid(current); }, [&]() -> llvm::Value * { return m.num(0); });
        }, [&] { return pid(m.loadField(m.call("scx_bpf_cpu_rq", {x}), "rq", "curr")); })};
    }
    case Read::CpusCount: return {cpuCount()};
    case Read::Hint: return {hint(x)};
    case Read::UsesGpu: return {usesGpu(x)};
    default: break;
    }
    diags.report(Diag::Internal, base.span, "the attribute `" + std::string(row.name) + "` has no code");
    return {m.num(0), b.getFalse()};
}

/// `comm` and the like, not a path.
bool Lowering::isName(const AttributeRow &row) { return row.read != Read::CgroupPath && row.read != Read::ExePath; }

llvm::Value *Lowering::textMatches(llvm::Value *task, const AttributeRow &row, const std::vector<std::string> &patterns) {
    return anyOf(patterns.size(), [&](size_t i) {
        if (row.read == Read::CgroupPath)
            return cgroupMatches(task, patterns[i]);
        if (row.read == Read::ExePath)
            return exeMatches(task, patterns[i]);
        // The kernel keeps the 16 bytes of a name zero-padded, so two words hold all of it.
        llvm::Value *address = m.fieldAddress(task, "task_struct", std::string(row.path));
        llvm::Value *words[2];
        for (uint64_t w = 0; w < 2; ++w)
            words[w] = b.CreateLoad(m.i64(), b.CreateConstInBoundsGEP1_64(m.i8(), address, w * 8));
        return commMatches(words, patterns[i]);
    });
}

/// The same in a function of its own: for paths, whose names take much of the stack, and in loops. What a test leaves in registers the verifier compares in a
/// loop although nobody reads it again, so that each test would multiply what it walks.
llvm::Value *Lowering::textMatchesApart(llvm::Value *task, const AttributeRow &row, const std::vector<std::string> &patterns) {
    std::string key(row.path);
    for (const std::string &pattern : patterns)
        key += "|" + pattern;
    const std::string &name = textFunctions.try_emplace(key, "text_" + std::to_string(textFunctions.size()) + "__").first->second;
    llvm::Function *function =
        apart(name, {"task"}, [&](const auto &given) { return m.unbounded(b.CreateZExt(textMatches(asPointer(given[0]), row, patterns), m.i64())); });
    return b.CreateTrunc(b.CreateCall(function, {b.CreatePtrToInt(task, m.i64())}), m.i1());
}

llvm::Value *Lowering::commMatches(llvm::Value *words[2], const std::string &pattern) {
    bool anyStart = !pattern.empty() && pattern.front() == '*', anyEnd = pattern.size() > 1 && pattern.back() == '*';
    std::string text = pattern.substr(anyStart, pattern.size() - anyStart - (anyEnd && pattern.size() > 1));
    if (pattern == "*" || text.empty())
        return b.getTrue();
    if (text.size() > 15)
        return b.getFalse();
    // Is `text` at byte `at`? With `end`, a zero byte must follow.
    auto matchesAt = [&](size_t at, bool end) -> llvm::Value * {
        unsigned char bytes[16] = {}, mask[16] = {};
        for (size_t i = 0; i < text.size(); ++i) {
            bytes[at + i] = static_cast<unsigned char>(text[i]);
            mask[at + i] = 0xff;
        }
        if (end)
            mask[at + text.size()] = 0xff;
        llvm::Value *all = b.getTrue();
        for (size_t w = 0; w < 2; ++w) {
            int64_t want, care;
            std::memcpy(&want, bytes + w * 8, 8);
            std::memcpy(&care, mask + w * 8, 8);
            if (care)
                all = b.CreateAnd(all, b.CreateICmpEQ(care == -1 ? words[w] : b.CreateAnd(words[w], m.num(care)), m.num(want)));
        }
        return all;
    };
    if (!anyStart)
        return matchesAt(0, !anyEnd);
    return anyOf(16 - text.size(), [&](size_t at) { return matchesAt(at, !anyEnd); });
}

} // namespace scx
