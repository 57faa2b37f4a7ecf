// SPDX-License-Identifier: GPL-2.0-only
// How is a pattern compared with a path, that of a task's cgroup or of its executable? The kernel keeps a path as a chain of names.
#include "lower/Lowering.h"

#include <cstring>

namespace scx {
namespace {

constexpr int kNameBytes = 64; // of a component, with its zero

} // namespace

/// Level 1 is the first component below the root.
struct Lowering::Path {
    llvm::Value *levels;                              // how many there are
    unsigned depth;                                   // at how many of them a pattern may begin that has no place
    std::function<llvm::Value *(llvm::Value *)> name; // level → where the kernel keeps its name
};

llvm::Value *Lowering::peekPointer(llvm::Value *address) {
    Module::Scratch pointer(m, 1);
    b.CreateStore(m.num(0), pointer);
    m.helper(helper::ReadKernel, m.i64(), {pointer, m.num32(8), address});
    return b.CreateIntToPtr(b.CreateLoad(m.i64(), pointer), m.ptr());
}

llvm::Value *Lowering::cgroupPathMatches(llvm::Value *task, const std::string &pattern) {
    llvm::Value *cgroup = m.loadField(task, "task_struct", "cgroups.dfl_cgrp");
    // To the verifier a number, since it lets nobody add one that it does not know to a pointer.
    llvm::Value *ancestors = peek(peek(task, "task_struct", "cgroups"), "css_set", "dfl_cgrp");
    return pathMatches({m.loadField(cgroup, "cgroup", "level"), 8,
                        [&](llvm::Value *level) {
        llvm::Value *group = peekPointer(b.CreateGEP(m.i64(), m.fieldAddress(ancestors, "cgroup", "ancestors"), level));
        return peek(peek(group, "cgroup", "kn"), "kernfs_node", "name");
    }},
                       pattern);
}

llvm::Value *Lowering::exeMatches(llvm::Value *task, const std::string &pattern) {
    constexpr unsigned kDepth = 16; // a power of two
    // From the file up to the root, which is its own parent. Kernel threads have no executable, and may have borrowed somebody's memory.
    // The verifier must not tell chains of different lengths apart, or it would walk all that follows for each: nothing here is a constant to it.
    Module::Scratch chain(m, kDepth);
    for (unsigned i = 0; i < kDepth; ++i)
        b.CreateStore(m.unbounded(m.num(0)), b.CreateConstInBoundsGEP1_64(m.i64(), chain, i));
    llvm::AllocaInst *levels = m.local(m.i64(), "levels");
    b.CreateStore(m.unbounded(m.num(0)), levels);
    llvm::Value *kthread = b.CreateAnd(m.loadField(task, "task_struct", "flags"), m.num(0x00200000)); // PF_KTHREAD
    llvm::Value *file = peek(peek(task, "task_struct", "mm"), "mm_struct", "exe_file");
    llvm::Value *entry = b.CreateSelect(b.CreateICmpEQ(kthread, m.num(0)), peek(file, "file", "f_path.dentry"), llvm::ConstantPointerNull::get(m.ptr()));
    llvm::BasicBlock *root = m.block("root");
    for (unsigned i = 0; i < kDepth; ++i) {
        llvm::Value *parent = peek(entry, "dentry", "d_parent");
        llvm::BasicBlock *up = m.block("up");
        b.CreateCondBr(b.CreateICmpEQ(parent, entry), root, up);
        b.SetInsertPoint(up);
        b.CreateStore(b.CreatePtrToInt(entry, m.i64()), b.CreateConstInBoundsGEP1_64(m.i64(), chain, i));
        b.CreateStore(m.unbounded(m.num(i + 1)), levels);
        entry = parent;
    }
    b.CreateStore(m.unbounded(m.num(0)), levels); // too deep: it matches nothing
    b.CreateBr(root);
    b.SetInsertPoint(root);
    llvm::Value *count = b.CreateLoad(m.i64(), levels);
    return pathMatches({count, kDepth,
                        [&](llvm::Value *level) {
        llvm::Value *at = b.CreateAnd(m.opaque(b.CreateSub(count, level)), m.num(kDepth - 1));
        llvm::Value *dentry = b.CreateIntToPtr(b.CreateLoad(m.i64(), b.CreateGEP(m.i64(), static_cast<llvm::AllocaInst *>(chain), at)), m.ptr());
        return peek(dentry, "dentry", "d_name.name");
    }},
                       pattern);
}

/// A pattern that starts with `/` fixes its components to levels 1, 2, …; another may begin at any.
llvm::Value *Lowering::pathMatches(const Path &path, const std::string &pattern) {
    std::vector<std::string> components;
    for (size_t begin = pattern[0] == '/' ? 1 : 0; begin < pattern.size();) {
        size_t end = std::min(pattern.find('/', begin), pattern.size());
        components.push_back(pattern.substr(begin, end - begin));
        begin = end + 1;
    }
    if (components.empty())
        return b.getTrue(); // "/": everything
    Module::Scratch text(m, kNameBytes / 8);
    auto matchesFrom = [&](llvm::Value *first) {
        llvm::Value *all = b.CreateICmpSGE(path.levels, b.CreateAdd(first, m.num(static_cast<int64_t>(components.size()) - 1)));
        for (size_t i = 0; i < components.size(); ++i)
            all = m.choose(all, [&] {
                llvm::Value *name = path.name(b.CreateAdd(first, m.num(static_cast<int64_t>(i))));
                for (uint64_t w = 0; w < kNameBytes / 8; ++w)
                    b.CreateStore(m.num(0), b.CreateConstInBoundsGEP1_64(m.i64(), text, w));
                llvm::Value *bytes = m.helper(helper::ReadKernelText, m.i64(), {static_cast<llvm::AllocaInst *>(text), m.num32(kNameBytes), name});
                return componentMatches(text, bytes, components[i]);
            }, [&]() -> llvm::Value * { return b.getFalse(); });
        return all;
    };
    if (pattern[0] == '/')
        return matchesFrom(m.num(1));
    llvm::AllocaInst *found = m.local(m.i1(), "found");
    b.CreateStore(b.getFalse(), found);
    llvm::Value *last = m.num(path.depth);
    last = b.CreateSelect(b.CreateICmpSLT(path.levels, last), path.levels, last);
    iterate(m.num(1), b.CreateAdd(last, m.num(1)), [&](llvm::Value *level) {
        llvm::BasicBlock *here = m.block("here");
        b.CreateCondBr(matchesFrom(level), here, loopStack.back().next);
        b.SetInsertPoint(here);
        b.CreateStore(b.getTrue(), found);
        leaveTo(loopStack.back().leave, loopCleanups.back());
    });
    return b.CreateLoad(m.i1(), found);
}

/// `bytes`: of the text, with its zero. Each test leaves at once where it fails: joined by `and` they would be branches all the same, and the verifier
/// would walk every combination.
llvm::Value *Lowering::componentMatches(llvm::Value *text, llvm::Value *bytes, const std::string &component) {
    if (component == "*")
        return b.getTrue();
    bool anyEnd = component.size() > 1 && component.back() == '*', anyStart = component[0] == '*';
    std::string wanted = component.substr(anyStart, component.size() - anyStart - anyEnd);
    if (wanted.size() >= kNameBytes)
        return b.getFalse();
    auto both = [&](llvm::Value *first, const std::function<llvm::Value *()> &second) {
        return m.choose(first, second, [&]() -> llvm::Value * { return b.getFalse(); });
    };
    auto matchesAt = [&](size_t start, bool end) -> llvm::Value * {
        llvm::Value *all = b.getTrue();
        unsigned char want[kNameBytes] = {}, mask[kNameBytes] = {};
        for (size_t i = 0; i < wanted.size(); ++i) {
            want[start + i] = static_cast<unsigned char>(wanted[i]);
            mask[start + i] = 0xff;
        }
        if (end)
            mask[start + wanted.size()] = 0xff;
        for (size_t w = 0; w < kNameBytes / 8; ++w) {
            int64_t value, care;
            std::memcpy(&value, want + w * 8, 8);
            std::memcpy(&care, mask + w * 8, 8);
            if (care)
                all = both(all, [&] {
                    return b.CreateICmpEQ(b.CreateAnd(b.CreateLoad(m.i64(), b.CreateConstInBoundsGEP1_64(m.i64(), text, w)), m.num(care)), m.num(value));
                });
        }
        return all;
    };
    if (!anyStart)
        return matchesAt(0, !anyEnd);
    if (anyEnd)
        return anyOf(kNameBytes - wanted.size(), [&](size_t start) { return matchesAt(start, false); });
    // Where an end begins is known from the length.
    llvm::Value *start = m.opaque(b.CreateSub(bytes, m.num(static_cast<int64_t>(wanted.size()) + 1)));
    llvm::Value *all = b.CreateICmpULT(start, m.num(kNameBytes - static_cast<int64_t>(wanted.size())));
    for (size_t i = 0; i < wanted.size(); ++i)
        all = both(all, [&] {
            llvm::Value *at = b.CreateGEP(m.i8(), text, {b.CreateAdd(start, m.num(static_cast<int64_t>(i)))});
            return b.CreateICmpEQ(b.CreateLoad(m.i8(), at), b.getInt8(static_cast<uint8_t>(wanted[i])));
        });
    return all;
}

} // namespace scx
