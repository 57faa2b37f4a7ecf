// SPDX-License-Identifier: GPL-2.0-only
// What does scxrun tell the policy while it runs, and how is it read? Maps that user space writes: which regular expressions a cgroup's path matches,
// a task's hint, who uses a GPU. Without scxrun they stay empty.
#include "lower/Lowering.h"
#include "syntax/Visit.h"

#include <algorithm>

namespace scx {
namespace {

constexpr int kMostTold = 16384; // entries of a map; scxrun says so when one is full

} // namespace

/// The regular expressions that cgroups are compared with, each once; the place of one is its bit.
std::vector<std::string> cgroupExpressions(const Program &core) {
    std::vector<std::string> found;
    anyExpr(core, [&](const Expr &e) {
        if (e.kind == ExprKind::Matches && std::find(found.begin(), found.end(), e.args[1]->name) == found.end())
            found.push_back(e.args[1]->name);
        return false;
    });
    return found;
}

/// The word that user space has put there for this key; 0 if none.
llvm::Value *Lowering::told(llvm::GlobalVariable *map, llvm::Value *number) {
    Module::Scratch key(m, 1);
    b.CreateStore(number, key);
    llvm::Value *found = m.helper(helper::MapLookup, m.ptr(), {map, key});
    return m.choose(b.CreateICmpNE(found, llvm::ConstantPointerNull::get(m.ptr())), [&]() -> llvm::Value * { return b.CreateLoad(m.i64(), found); },
                    [&]() -> llvm::Value * { return m.num(0); });
}

llvm::GlobalVariable *Lowering::toldMap(const char *name) {
    if (llvm::GlobalVariable *there = m.ir->getNamedGlobal(name))
        return there;
    return m.map(name, mapType::Hash, kMostTold, kNoPrealloc, m.diInt(64, false), m.diInt(64, false));
}

/// One look-up a hook for all expressions of a policy.
llvm::Value *Lowering::matchesExpression(const Expr &e) {
    llvm::Value *task = value(*e.args[0]->args[0]);
    std::vector<std::string> all = cgroupExpressions(core);
    auto bit = std::find(all.begin(), all.end(), e.args[1]->name) - all.begin();
    llvm::AllocaInst *bits = memo(frame.cgroupBits, task, m.num(-1));
    m.ifThen(b.CreateICmpEQ(b.CreateLoad(m.i64(), bits), m.num(-1)),
             [&] { b.CreateStore(told(toldMap("cgroup_bits__"), m.loadField(task, "task_struct", "cgroups.dfl_cgrp.kn.id")), bits); });
    return b.CreateICmpNE(b.CreateAnd(b.CreateLoad(m.i64(), bits), m.num(int64_t(1) << bit)), m.num(0));
}

llvm::Value *Lowering::usesGpu(llvm::Value *task) { return b.CreateICmpNE(told(toldMap("gpu_users__"), m.loadField(task, "task_struct", "tgid")), m.num(0)); }

llvm::Value *Lowering::hintOf(llvm::Value *task, bool make) {
    if (!hintMap)
        hintMap = m.map("hints__", mapType::TaskStorage, 0, kNoPrealloc, m.diInt(32, true), m.diInt(64, true));
    return m.helper(helper::TaskStorage, m.ptr(), {hintMap, task, llvm::ConstantPointerNull::get(m.ptr()), m.num(make)});
}

llvm::Value *Lowering::hint(llvm::Value *task) {
    llvm::Value *found = hintOf(task, false);
    return m.choose(b.CreateICmpNE(found, llvm::ConstantPointerNull::get(m.ptr())), [&]() -> llvm::Value * { return b.CreateLoad(m.i64(), found); },
                    [&]() -> llvm::Value * { return m.num(0); });
}

/// A child begins with the hint of the task that forks it, which runs now.
void Lowering::inheritHint() {
    llvm::Value *null = llvm::ConstantPointerNull::get(m.ptr());
    m.ifThen(frame.forked, [&] {
        llvm::Value *given = hint(m.helper(helper::CurrentTrustedTask, m.ptr(), {}));
        m.ifThen(b.CreateICmpNE(given, m.num(0)), [&] {
            llvm::Value *own = hintOf(frame.task, true);
            m.ifThen(b.CreateICmpNE(own, null), [&] { b.CreateStore(given, own); });
        });
    });
}

} // namespace scx
