// SPDX-License-Identifier: GPL-2.0-only
// A cgroup is a small number here: it indexes the state of cgroups and names their instances of a queue. This file gives the numbers, those of the cpu
// controller's cgroups: sched_ext tells of each by cgroup_init before it tells of any task in it (scx_cgroup_init in kernel/sched/ext.c).
// A number is used again when its cgroup is gone and so are its tasks: one that is dying may run and wait after its cgroup was removed.
#include "lower/Lowering.h"
#include "syntax/Visit.h"

#include <algorithm>

namespace scx {
namespace {

constexpr int64_t kFree = 0, kLive = 1, kGone = 2;
constexpr int64_t kShared = int64_t(1) << 32; // in an entry: the number is that of the cgroup it is in

} // namespace

bool Lowering::usesCgroups() const {
    auto any = [](const auto &list, const auto &test) { return std::any_of(list.begin(), list.end(), test); };
    return any(core.queues, [](const auto &q) { return q->domain == Domain::Cgroup; }) ||
           any(core.states, [](const StateDecl &s) { return s.kind == StateKind::Cgroup; }) ||
           anyExpr(core, [](const Expr &e) { return e.type.kind == TypeKind::Cgroup || e.type.kind == TypeKind::CgroupSet; });
}

/// The hooks without which there are no numbers.
bool Lowering::numbersCgroups(std::string_view event) {
    for (const char *one : {"cgroup_init", "cgroup_exit", "cgroup_move", "cgroup_weight", "init_task", "exit_task"})
        if (event == one)
            return true;
    return false;
}

void Lowering::declareCgroups() {
    std::vector<llvm::Type *> types(kFirstCgroupField, m.i64());
    std::vector<Module::Member> members = {
        {"use__", m.diInt(64, true)}, {"tasks__", m.diInt(64, true)}, {"weight__", m.diInt(64, true)}, {"parent__", m.diInt(64, true)}};
    for (const StateDecl &s : core.states)
        if (s.kind == StateKind::Cgroup)
            for (const auto &f : s.fields) {
                cgroupIndex[f.get()] = static_cast<unsigned>(types.size());
                types.push_back(memoryType(m, f->type));
                members.push_back({f->name, memoryDi(f->type)});
            }
    cgroupType = llvm::StructType::create(m.context, types, "cgroup_state__");
    cgroupState =
        m.global("cgroup__", llvm::ArrayType::get(cgroupType, kMaxCgroups), m.diArray(m.diStruct("cgroup_state__", members), kMaxCgroups), ".bss", nullptr, 64);
    cgroupCount = m.global("cgroups__", m.i64(), m.diInt(64, true), ".bss");
    cgroupMap = m.map("cgroup_numbers__", mapType::Hash, 4 * kMaxCgroups, 0, m.diInt(64, false), m.diInt(64, true));
}

llvm::Value *Lowering::cgroupSlot(llvm::Value *number, unsigned member) {
    static_assert(kMaxCgroups == kMaxCpus, "they share the mask");
    return b.CreateGEP(cgroupType, cgroupState, {masked(number), m.num32(static_cast<int>(member))});
}

/// The entry of the cgroup of that id in the map of numbers; the root's for one that nobody told of, as on kernels without CONFIG_EXT_GROUP_SCHED.
llvm::Value *Lowering::cgroupEntry(llvm::Value *id) {
    Module::Scratch key(m, 1);
    b.CreateStore(id, key);
    llvm::Value *found = m.helper(helper::MapLookup, m.ptr(), {cgroupMap, key});
    return m.choose(b.CreateICmpNE(found, llvm::ConstantPointerNull::get(m.ptr())), [&]() -> llvm::Value * { return b.CreateLoad(m.i64(), found); },
                    [&]() -> llvm::Value * { return m.num(0); });
}

llvm::Value *Lowering::cgroupId(llvm::Value *cgroup) { return m.loadField(cgroup, "cgroup", "kn.id"); }

llvm::Value *Lowering::cgroupNumber(llvm::Value *cgroup) { return b.CreateAnd(cgroupEntry(cgroupId(cgroup)), m.num(kMaxCgroups - 1)); }

llvm::Value *Lowering::taskCgroup(llvm::Value *task) { return b.CreateLoad(m.i64(), b.CreateStructGEP(taskType, taskState(task), taskCgroupMember)); }

void Lowering::countTask(llvm::Value *number, int by) { m.atomicAdd(cgroupSlot(number, kGroupTasks), m.num(by)); }

/// A number's state as that of a cgroup without a past, and its instances of queues, which stay when the number is used again.
void Lowering::beginCgroup(llvm::Value *number, llvm::Value *weight, llvm::Value *parent, llvm::AllocaInst *error) {
    llvm::Value *use = cgroupSlot(number, kGroupUse);
    m.ifThen(b.CreateICmpEQ(b.CreateLoad(m.i64(), use), m.num(kFree)), [&] {
        for (const auto &q : core.queues)
            if (q->domain == Domain::Cgroup)
                createDsqs(*q, number, error);
    });
    b.CreateStore(weight, cgroupSlot(number, kGroupWeight));
    b.CreateStore(parent, cgroupSlot(number, kGroupParent));
    for (const StateDecl &s : core.states)
        if (s.kind == StateKind::Cgroup)
            for (const auto &f : s.fields)
                if (!f->type.isArray())
                    b.CreateStore(llvm::ConstantInt::get(memoryType(m, f->type), static_cast<uint64_t>(f->evaluated), true),
                                  cgroupSlot(number, cgroupIndex.at(f.get())));
    b.CreateStore(m.num(kLive), use);
    llvm::Value *count = b.CreateLoad(m.i64(), cgroupCount), *above = b.CreateAdd(number, m.num(1));
    b.CreateStore(b.CreateSelect(b.CreateICmpSLT(count, above), above, count), cgroupCount);
}

/// The kernel calls this for one cgroup at a time (cgroup_mutex).
void Lowering::cgroupInit(llvm::Value *cgroup, llvm::Value *arguments) {
    llvm::AllocaInst *error = m.local(m.i64(), "error"), *number = m.local(m.i64(), "number"), *entry = m.local(m.i64(), "entry");
    b.CreateStore(m.num(0), error);
    llvm::Value *level = m.loadField(cgroup, "cgroup", "level");
    llvm::Value *weight = m.loadField(arguments, "scx_cgroup_init_args", "weight");
    auto add = [&] {
        Module::Scratch key(m, 1), value(m, 1);
        b.CreateStore(cgroupId(cgroup), key);
        b.CreateStore(b.CreateLoad(m.i64(), entry), value);
        llvm::Value *failed = m.helper(helper::MapUpdate, m.i64(), {cgroupMap, key, value, m.num(0)});
        b.CreateStore(b.CreateSelect(b.CreateICmpSLT(failed, m.num(0)), failed, b.CreateLoad(m.i64(), error)), error);
    };
    b.CreateStore(m.num(0), number);
    m.ifThen(b.CreateICmpSLE(level, m.num(0)), [&] {
        b.CreateStore(m.num(0), entry);
        beginCgroup(m.num(0), weight, m.num(-1), error);
    }, [&] {
        llvm::Value *above = b.CreateAnd(b.CreateSub(level, m.num(1)), m.num(255));
        llvm::Value *ancestor = peekPointer(b.CreateGEP(m.i64(), m.fieldAddress(cgroup, "cgroup", "ancestors"), above));
        llvm::Value *parent = b.CreateAnd(cgroupEntry(peek(peek(ancestor, "cgroup", "kn"), "kernfs_node", "id")), m.num(kMaxCgroups - 1));
        counted(m.num(1), m.num(kMaxCgroups - 1), [&](llvm::Value *i) {
            llvm::BasicBlock *free = m.block("free");
            llvm::Value *use = b.CreateLoad(m.i64(), cgroupSlot(i, kGroupUse)), *tasks = b.CreateLoad(m.i64(), cgroupSlot(i, kGroupTasks));
            b.CreateCondBr(b.CreateAnd(b.CreateICmpNE(use, m.num(kLive)), b.CreateICmpSLE(tasks, m.num(0))), free, loopStack.back().next);
            b.SetInsertPoint(free);
            b.CreateStore(i, number);
            leaveTo(loopStack.back().leave, loopCleanups.back());
        });
        llvm::Value *found = b.CreateLoad(m.i64(), number);
        m.ifThen(b.CreateICmpSGT(found, m.num(0)), [&] {
            b.CreateStore(found, entry);
            beginCgroup(found, weight, parent, error);
        }, [&] { b.CreateStore(b.CreateOr(parent, m.num(kShared)), entry); });
    });
    add();
    llvm::Value *failed = b.CreateLoad(m.i64(), error);
    llvm::BasicBlock *bad = m.block("bad"), *good = m.block("good");
    b.CreateCondBr(b.CreateICmpSLT(failed, m.num(0)), bad, good);
    b.SetInsertPoint(bad);
    b.CreateRet(b.CreateTrunc(failed, m.i32())); // the cgroup is not created, or the policy not enabled
    b.SetInsertPoint(good);
}

void Lowering::cgroupExit(llvm::Value *cgroup) {
    llvm::Value *entry = cgroupEntry(cgroupId(cgroup)), *number = b.CreateAnd(entry, m.num(kMaxCgroups - 1));
    m.ifThen(b.CreateAnd(b.CreateICmpSGT(number, m.num(0)), b.CreateICmpSLT(entry, m.num(kShared))),
             [&] { b.CreateStore(m.num(kGone), cgroupSlot(number, kGroupUse)); });
    Module::Scratch key(m, 1);
    b.CreateStore(cgroupId(cgroup), key);
    m.helper(helper::MapDelete, m.i64(), {cgroupMap, key});
}

/// What the numbers need before the policy's own hook runs.
void Lowering::cgroupHook(const std::string &event, std::span<llvm::Value *const> slot) {
    auto setTask = [&](llvm::Value *number) {
        b.CreateStore(number, b.CreateStructGEP(taskType, taskState(frame.task), taskCgroupMember));
        countTask(number, 1);
    };
    if (event == "init_task") {
        llvm::Value *arguments = asPointer(slot[1]);
        setTask(m.choose(m.fieldExists(arguments, "scx_init_task_args", "cgroup"),
                         [&] { return cgroupNumber(m.loadField(arguments, "scx_init_task_args", "cgroup")); }, [&]() -> llvm::Value * { return m.num(0); }));
    } else if (event == "cgroup_move") {
        countTask(taskCgroup(frame.task), -1);
        setTask(cgroupNumber(asPointer(slot[2])));
    } else if (event == "exit_task")
        countTask(taskCgroup(frame.task), -1);
    else if (event == "cgroup_weight") {
        llvm::Value *entry = cgroupEntry(cgroupId(asPointer(slot[0])));
        m.ifThen(b.CreateICmpSLT(entry, m.num(kShared)), [&] { b.CreateStore(b.CreateAnd(slot[1], m.num(0xffffffff)), cgroupSlot(entry, kGroupWeight)); });
    }
}

/// The cgroups there are, and those gone that tasks are still in.
void Lowering::forCgroups(const std::function<void(llvm::Value *)> &body) {
    counted(m.num(0), b.CreateSub(b.CreateLoad(m.i64(), cgroupCount), m.num(1)), [&](llvm::Value *i) {
        llvm::Value *number = b.CreateAnd(i, m.num(kMaxCgroups - 1));
        llvm::Value *use = b.CreateLoad(m.i64(), cgroupSlot(number, kGroupUse)), *tasks = b.CreateLoad(m.i64(), cgroupSlot(number, kGroupTasks));
        llvm::BasicBlock *there = m.block("cgroup");
        b.CreateCondBr(b.CreateOr(b.CreateICmpEQ(use, m.num(kLive)), b.CreateICmpSGT(tasks, m.num(0))), there, loopStack.back().next);
        b.SetInsertPoint(there);
        body(number);
    });
}

Val Lowering::cgroupAttribute(llvm::Value *number, const AttributeRow &row) {
    switch (row.read) {
    case Read::GroupWeight: return {b.CreateLoad(m.i64(), cgroupSlot(number, kGroupWeight))};
    case Read::GroupTasks: return {b.CreateLoad(m.i64(), cgroupSlot(number, kGroupTasks))};
    case Read::GroupParent: {
        llvm::Value *parent = b.CreateLoad(m.i64(), cgroupSlot(number, kGroupParent));
        return {parent, b.CreateICmpSGE(parent, m.num(0))};
    }
    default: return {number};
    }
}

} // namespace scx
