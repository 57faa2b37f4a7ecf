// SPDX-License-Identifier: GPL-2.0-only
// Which patterns does the path of a task's cgroup match? In the default hierarchy a cgroup keeps its path as long as it lives, and its number is never another's:
// so it is compared once, and a bit for each pattern stays in a map. A task that is moved has another number.
#include "lower/Lowering.h"
#include "syntax/Visit.h"

#include <algorithm>

namespace scx {
namespace {

constexpr int kKept = 1024;          // cgroups; the kernel gives up those that were asked for longest ago
constexpr size_t kMostPatterns = 62; // bits of a word; -1 says that it is not known

/// The patterns that paths of cgroups are compared with, each once; the place of one is its bit.
std::vector<std::string> cgroupPatterns(const Program &core) {
    std::vector<std::string> found;
    anyExpr(core, [&](const Expr &e) {
        if (e.kind != ExprKind::Is || e.args[0]->ref.kind != RefKind::Attribute ||
            static_cast<const AttributeRow *>(e.args[0]->ref.decl)->read != Read::CgroupPath)
            return false;
        for (size_t i = 1; i < e.args.size(); ++i)
            if (std::find(found.begin(), found.end(), e.args[i]->name) == found.end())
                found.push_back(e.args[i]->name);
        return false;
    });
    return found;
}

} // namespace

llvm::Value *Lowering::cgroupMatches(llvm::Value *task, const std::string &pattern) {
    std::vector<std::string> patterns = cgroupPatterns(core);
    auto place = std::find(patterns.begin(), patterns.end(), pattern);
    if (place == patterns.end() || patterns.size() > kMostPatterns)
        return cgroupPathMatches(task, pattern);
    llvm::AllocaInst *verdict = memo(frame.cgroupVerdict, task, m.num(-1));
    m.ifThen(b.CreateICmpEQ(b.CreateLoad(m.i64(), verdict), m.num(-1)), [&] { b.CreateStore(cgroupVerdict(task), verdict); });
    return b.CreateICmpNE(b.CreateAnd(b.CreateLoad(m.i64(), verdict), m.num(int64_t(1) << (place - patterns.begin()))), m.num(0));
}

/// All bits. A cgroup that stands above all patterns is not looked up.
llvm::Value *Lowering::cgroupVerdict(llvm::Value *task) {
    int64_t shallowest = INT64_MAX;
    for (const std::string &pattern : cgroupPatterns(core)) // as many levels as it has components
        shallowest = std::min(shallowest, pattern == "/" ? 0 : int64_t(1) + std::count(pattern.begin() + 1, pattern.end(), '/'));
    llvm::Function *compare = verdictFunction();
    llvm::Value *cgroup = m.loadField(task, "task_struct", "cgroups.dfl_cgrp"), *level = m.loadField(cgroup, "cgroup", "level");
    llvm::Value *verdict = m.choose(b.CreateICmpSGE(level, m.num(shallowest)), [&] {
        Module::Scratch key(m, 1);
        b.CreateStore(m.loadField(cgroup, "cgroup", "kn.id"), key);
        llvm::Value *found = m.helper(helper::MapLookup, m.ptr(), {verdictMap, key});
        return m.choose(b.CreateICmpNE(found, llvm::ConstantPointerNull::get(m.ptr())), [&]() -> llvm::Value * { return b.CreateLoad(m.i64(), found); },
                        [&]() -> llvm::Value * { return m.rarely([&] { return m.marked(b.CreateCall(compare, {b.CreatePtrToInt(task, m.i64())})); }); });
    }, [&]() -> llvm::Value * { return m.num(0); });
    b.CreateAssumption(b.CreateICmpSGE(verdict, m.num(0))); // so that LLVM knows where it is known
    return verdict;
}

/// Compares the path with all patterns, and keeps the verdict.
llvm::Function *Lowering::verdictFunction() {
    if (verdictOf)
        return verdictOf;
    auto saved = b.saveIP();
    auto location = b.getCurrentDebugLocation();
    verdictMap = m.map("cgroup_verdicts__", mapType::LruHash, kKept, 0, m.diInt(64, false), m.diInt(64, false));
    verdictOf = m.beginFunction("cgroup_verdict__", {"p"});
    llvm::Value *task = asPointer(verdictOf->getArg(0));
    Module::Scratch key(m, 1), verdict(m, 1);
    b.CreateStore(m.unbounded(m.num(0)), verdict); // not by its value the verifier is to tell one way from another
    std::vector<std::string> patterns = cgroupPatterns(core);
    for (size_t i = 0; i < patterns.size(); ++i)
        m.ifThen(cgroupPathMatches(task, patterns[i]), [&] { b.CreateStore(b.CreateOr(b.CreateLoad(m.i64(), verdict), m.num(int64_t(1) << i)), verdict); });
    b.CreateStore(m.loadField(task, "task_struct", "cgroups.dfl_cgrp.kn.id"), key);
    m.helper(helper::MapUpdate, m.i64(), {verdictMap, key, verdict, m.num(0)});
    b.CreateRet(b.CreateLoad(m.i64(), verdict));
    m.resume(saved, location);
    return verdictOf;
}

} // namespace scx
