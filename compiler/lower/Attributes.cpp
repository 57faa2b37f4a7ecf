// SPDX-License-Identifier: GPL-2.0-only
// How is each attribute read? And patterns over a task's names.
#include "lower/Lowering.h"

#include <cstring>

namespace scx {

llvm::Value *Lowering::taskCpu(llvm::Value *task) {
    if (frame.context == kDispatch && task == frame.prev)
        return frame.cpu;
    // Two loads where the kernel keeps the number in thread_info, a call elsewhere; CO-RE decides at load.
    return m.choose(m.fieldExists(task, "task_struct", "thread_info.cpu"), [&] { return m.loadField(task, "task_struct", "thread_info.cpu"); },
                    [&] { return m.call("scx_bpf_task_cpu", {task}); });
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
    case Read::Field: case Read::SignedField: return {field(path.c_str())};
    case Read::Nice: return {b.CreateSub(field("static_prio"), m.num(120))};
    case Read::PolicyOf: return {field("policy")};
    case Read::Kthread: return flag(0x00200000);  // PF_KTHREAD
    case Read::Exiting: return flag(0x00000004);  // PF_EXITING
    case Read::Leader: return {b.CreateICmpEQ(field("pid"), field("tgid"))};
    case Read::Pinned: return {b.CreateICmpEQ(field("nr_cpus_allowed"), m.num(1))};
    case Read::MigrationDisabled: {
        // BPF itself disables migration, so the current task counts one less.
        llvm::Value *current = b.CreateZExt(b.CreateICmpEQ(b.CreatePtrToInt(x, m.i64()), m.helper(35, m.i64(), {})), m.i64());
        return {b.CreateICmpSGT(b.CreateSub(field("migration_disabled"), current), m.num(0))};
    }
    case Read::TaskCpu: return {taskCpu(x)};
    case Read::TaskQueue: {
        if (!queueField)
            return {m.num(0)};
        Place p{queueField == keyField ? nullptr : b.CreateStructGEP(taskType, taskState(x), taskIndex.at(queueField)), x, nullptr, {TypeKind::Int}};
        return {load(p)};
    }
    case Read::Slice: return {field("scx.slice")};
    case Read::Ran: {
        llvm::Value *start = b.CreateLoad(m.i64(), cpuState(taskCpu(x), kStart));
        return {b.CreateSub(field("se.sum_exec_runtime"), start)};
    }
    case Read::Forked: return {frame.forked ? frame.forked : b.getFalse()};
    case Read::Sleeping: return {frame.sleeping ? frame.sleeping : b.getFalse()};
    case Read::WakeSync: return wakeFlag(0x10); // WF_SYNC
    case Read::WakeFork: return wakeFlag(0x04); // WF_FORK
    case Read::CpuId: return {x};
    case Read::CpuLlc: return {topology("llc__", x)};
    case Read::CpuCore: return {topology("raw_core__", x)};
    case Read::CpuNode: return {topology("node__", x)};
    case Read::CpuCapacity: { // 0: no loader filled it in, all CPUs count as equal
        llvm::Value *capacity = topology("raw_capacity__", x);
        return {b.CreateSelect(b.CreateICmpEQ(capacity, m.num(0)), m.num(1024), capacity)};
    }
    case Read::CpuIdle: {
        llvm::Value *mask = m.call("scx_bpf_get_idle_cpumask", {});
        llvm::Value *idle = m.call("bpf_cpumask_test_cpu", {x, mask});
        m.call("scx_bpf_put_idle_cpumask", {mask});
        return {idle};
    }
    case Read::Waker: { // who runs now, if this is a wakeup (WF_TTWU) and not from an idle CPU's interrupt
        llvm::Value *current = m.helper(158, m.ptr(), {});
        if (!frame.wakeFlags)
            return {current, b.getFalse()};
        llvm::Value *wakeup = b.CreateICmpNE(b.CreateAnd(frame.wakeFlags, m.num(8)), m.num(0));
        return {current, b.CreateAnd(wakeup, b.CreateICmpNE(m.loadField(current, "task_struct", "pid"), m.num(0)))};
    }
    case Read::QueueLen: case Read::QueueEmpty: {
        const Expr *at = nullptr;
        const QueueDecl &q = queueOf(base, at);
        llvm::Value *cpu = at ? value(*at) : frame.cpu ? frame.cpu : frame.task ? taskCpu(frame.task) : m.num(0);
        llvm::Value *n = m.call("scx_bpf_dsq_nr_queued", {dsqId(q, instanceOf(q, cpu))});
        if (row.read == Read::QueueEmpty)
            return {b.CreateICmpSLE(n, m.num(0))};
        return {b.CreateSelect(b.CreateICmpSLT(n, m.num(0)), m.num(0), n)};
    }
    case Read::CpusCount: return {cpuCount()};
    default: break;
    }
    diags.report(Diag::NotYet, base.span, "the attribute `" + std::string(row.name) + "`", "leave it out");
    return {m.num(0), b.getFalse()};
}

llvm::Value *Lowering::textMatches(const Expr &subject, const std::string &pattern) {
    llvm::Value *task = value(*subject.args[0]);
    auto *row = static_cast<const AttributeRow *>(subject.ref.decl);
    if (row->read == Read::CgroupPath)
        return cgroupMatches(task, pattern);
    // The kernel keeps the 16 bytes of a name zero-padded, so two words hold all of it.
    llvm::Value *address = m.fieldAddress(task, "task_struct", std::string(row->path));
    llvm::Value *words[2];
    for (int i = 0; i < 2; ++i)
        words[i] = b.CreateLoad(m.i64(), b.CreateConstInBoundsGEP1_64(m.i8(), address, static_cast<uint64_t>(i) * 8));
    return commMatches(words, pattern);
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

llvm::Value *Lowering::cgroupMatches(llvm::Value *task, const std::string &pattern) {
    // The cgroup's ancestors by level: level 1 is the first component below the root. A pattern that starts with `/` fixes its components
    // to levels 1, 2, …; another may begin at any of the first eight.
    std::vector<std::string> components;
    for (size_t begin = pattern[0] == '/' ? 1 : 0; begin < pattern.size();) {
        size_t end = std::min(pattern.find('/', begin), pattern.size());
        components.push_back(pattern.substr(begin, end - begin));
        begin = end + 1;
    }
    if (components.empty())
        return b.getTrue(); // "/": everything
    llvm::Value *cgroup = m.loadField(task, "task_struct", "cgroups.dfl_cgrp");
    llvm::Value *level = m.loadField(cgroup, "cgroup", "level");
    constexpr int kNameBytes = 64, kDepth = 8;
    Module::Scratch name(m, kNameBytes / 8), pointer(m, 1);
    auto read = [&](llvm::Value *into, int bytes, llvm::Value *from) { m.helper(113, m.i64(), {into, m.num32(bytes), from}); };
    auto componentAt = [&](int at, const std::string &component) -> llvm::Value * {
        llvm::Value *ancestors = m.fieldAddress(cgroup, "cgroup", "ancestors");
        b.CreateStore(m.num(0), pointer);
        read(pointer, 8, b.CreateConstInBoundsGEP1_64(m.i64(), ancestors, static_cast<uint64_t>(at)));
        llvm::Value *group = b.CreateIntToPtr(b.CreateLoad(m.i64(), pointer), m.ptr());
        read(pointer, 8, m.fieldAddress(group, "cgroup", "kn"));
        llvm::Value *node = b.CreateIntToPtr(b.CreateLoad(m.i64(), pointer), m.ptr());
        read(pointer, 8, m.fieldAddress(node, "kernfs_node", "name"));
        for (int w = 0; w < kNameBytes / 8; ++w)
            b.CreateStore(m.num(0), b.CreateConstInBoundsGEP1_64(m.i64(), name, static_cast<uint64_t>(w)));
        m.helper(115, m.i64(), {name, m.num32(kNameBytes), b.CreateIntToPtr(b.CreateLoad(m.i64(), pointer), m.ptr())});
        bool anyEnd = component.size() > 1 && component.back() == '*', anyStart = component[0] == '*';
        std::string text = component.substr(anyStart, component.size() - anyStart - anyEnd);
        if (component == "*")
            return b.getTrue();
        auto matchesAt = [&](size_t start, bool end) -> llvm::Value * {
            llvm::Value *all = b.getTrue();
            unsigned char bytes[kNameBytes] = {}, mask[kNameBytes] = {};
            for (size_t i = 0; i < text.size() && start + i < kNameBytes - 1; ++i) {
                bytes[start + i] = static_cast<unsigned char>(text[i]);
                mask[start + i] = 0xff;
            }
            if (end && start + text.size() < kNameBytes)
                mask[start + text.size()] = 0xff;
            for (size_t w = 0; w < kNameBytes / 8; ++w) {
                int64_t want, care;
                std::memcpy(&want, bytes + w * 8, 8);
                std::memcpy(&care, mask + w * 8, 8);
                if (care)
                    all = b.CreateAnd(all, b.CreateICmpEQ(b.CreateAnd(b.CreateLoad(m.i64(), b.CreateConstInBoundsGEP1_64(m.i64(), name, w)), m.num(care)), m.num(want)));
            }
            return all;
        };
        if (!anyStart)
            return matchesAt(0, !anyEnd);
        return anyOf(text.size() < kNameBytes ? kNameBytes - text.size() : 0, [&](size_t start) { return matchesAt(start, !anyEnd); });
    };
    auto matchesFrom = [&](int first) {
        llvm::Value *all = b.CreateICmpSGE(level, m.num(first + static_cast<int>(components.size()) - 1));
        for (size_t i = 0; i < components.size(); ++i)
            all = m.choose(all, [&] { return componentAt(first + static_cast<int>(i), components[i]); }, [&]() -> llvm::Value * { return b.getFalse(); });
        return all;
    };
    if (pattern[0] == '/')
        return matchesFrom(1);
    return anyOf(kDepth, [&](size_t i) { return matchesFrom(static_cast<int>(i) + 1); });
}

} // namespace scx
