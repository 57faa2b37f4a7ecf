// SPDX-License-Identifier: GPL-2.0-only
// Would the verifier's own limits refuse a program, however well it walks it? What is counted here it meets at least.
#include "bpf/Module.h"

#include <llvm/IR/CFG.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>

#include <set>

namespace scx {
namespace {

constexpr size_t kMostTests = 8192, kMostInstructions = 1'000'000;
constexpr uint64_t kStack = 512, kFrame = 16; // MAX_BPF_STACK, and what check_max_stack_depth counts in

/// What the verifier knows when it meets the test, so that it walks one side only: read-only data, a field or kernel function that is there or not.
bool decided(const llvm::Value *condition) {
    for (;;) {
        auto *instruction = llvm::dyn_cast<llvm::Instruction>(condition);
        if (!instruction)
            return true;
        if (auto *load = llvm::dyn_cast<llvm::LoadInst>(instruction)) {
            auto *from = llvm::dyn_cast<llvm::GlobalVariable>(load->getPointerOperand()->stripInBoundsOffsets());
            return from && (from->getSection() == ".rodata" || from->getName().starts_with("llvm."));
        }
        if (auto *compare = llvm::dyn_cast<llvm::ICmpInst>(instruction)) {
            if (!llvm::isa<llvm::Constant>(compare->getOperand(1)))
                return false;
        } else if (auto *call = llvm::dyn_cast<llvm::CallInst>(instruction)) { // what keeps the relocation of a field where it is
            if (!call->getCalledFunction() || !call->getCalledFunction()->getName().starts_with("llvm.bpf.passthrough"))
                return false;
            condition = call->getArgOperand(1);
            continue;
        } else if (!llvm::isa<llvm::CastInst>(instruction))
            return false;
        condition = instruction->getOperand(0);
    }
}

/// Walks a program as the verifier does, but each block once, as if it always saw that it has been there: at a test it goes on at the side that follows and
/// keeps the other one for later.
class Walk {
  public:
    Walk(llvm::Function &function, Diagnostics &diags, const std::function<Span(const llvm::DebugLoc &)> &placeOf) : diags(diags), placeOf(placeOf) {
        known.push_back(&function.getEntryBlock());
        while (!known.empty() && !told) {
            pending.push_back(known.back());
            known.pop_back();
            while (!pending.empty() && !told) {
                llvm::BasicBlock *next = pending.back();
                pending.pop_back();
                while (next && seen.insert(next).second && !told)
                    next = block(*next);
            }
        }
    }

  private:
    Diagnostics &diags;
    const std::function<Span(const llvm::DebugLoc &)> &placeOf;
    std::vector<llvm::BasicBlock *> pending, known; // other sides of tests, and of those with a known outcome
    std::set<llvm::BasicBlock *> seen;
    size_t instructions = 0;
    bool told = false;

    void tell(const llvm::Instruction &at, const char *what) {
        diags.report(Diag::BackEnd, placeOf(at.getDebugLoc()), what);
        told = true;
    }
    void keep(llvm::BasicBlock *other, const llvm::Instruction &at) {
        pending.push_back(other);
        if (pending.size() > kMostTests && !told)
            tell(at, "more than 8192 tests, one behind the other");
    }
    llvm::BasicBlock *block(llvm::BasicBlock &here) {
        for (llvm::Instruction &i : here) {
            if (llvm::isa<llvm::IntrinsicInst, llvm::PHINode, llvm::CastInst, llvm::GetElementPtrInst>(i))
                continue;
            if (++instructions > kMostInstructions && !told)
                tell(i, "more than a million instructions");
            if (auto *select = llvm::dyn_cast<llvm::SelectInst>(&i); select && !decided(select->getCondition()))
                keep(&here, i);
        }
        llvm::Instruction *end = here.getTerminator();
        if (end->getNumSuccessors() == 0)
            return nullptr;
        llvm::BasicBlock *next = end->getSuccessor(0);
        for (unsigned i = 1; i < end->getNumSuccessors(); ++i) {
            llvm::BasicBlock *other = end->getSuccessor(i);
            if (other == here.getNextNode())
                std::swap(next, other);
            auto *branch = llvm::dyn_cast<llvm::BranchInst>(end);
            if (!branch || !decided(branch->getCondition()))
                keep(other, *end);
            else
                known.push_back(other);
        }
        return next;
    }
};

} // namespace

void Module::checkStack(const std::map<std::string, uint64_t> &frames, Diagnostics &diags) {
    struct Depth {
        uint64_t bytes = 0;
        unsigned functions = 0;
    };
    std::map<const llvm::Function *, Depth> depths; // with what the function calls
    std::function<Depth(const llvm::Function &)> depth = [&](const llvm::Function &function) {
        auto [known, fresh] = depths.try_emplace(&function);
        if (!fresh)
            return known->second;
        Depth below;
        for (const llvm::BasicBlock &block : function)
            for (const llvm::Instruction &i : block)
                if (auto *call = llvm::dyn_cast<llvm::CallInst>(&i); call && call->getCalledFunction() && !call->getCalledFunction()->isDeclaration()) {
                    Depth one = depth(*call->getCalledFunction());
                    below = {std::max(below.bytes, one.bytes), std::max(below.functions, one.functions)};
                }
        auto own = frames.find(function.getName().str());
        uint64_t bytes = own == frames.end() ? 0 : (own->second + kFrame - 1) / kFrame * kFrame;
        return depths[&function] = {bytes + below.bytes, 1 + below.functions};
    };
    for (const llvm::Function &function : *ir) {
        if (function.isDeclaration() || !(function.hasSection() || function.hasLocalLinkage())) // programs and callbacks: nobody calls them
            continue;
        Depth deepest = depth(function);
        const llvm::DISubprogram *at = function.getSubprogram();
        auto tell = [&](const char *what) { diags.report(Diag::BackEnd, lineOf(at->getFile()->getFilename().str(), at->getLine()), what); };
        if (deepest.bytes > kStack)
            tell("its values take more than 512 bytes of stack, together with those of what it calls");
        if (deepest.functions > kCallFrames)
            tell("functions of numbers call each other in loops, more than 8 deep");
    }
}

void Module::checkLimits(Diagnostics &diags) {
    std::function<Span(const llvm::DebugLoc &)> placeOf = [&](const llvm::DebugLoc &at) {
        return at ? lineOf(at->getFilename().str(), at->getLine()) : Span{};
    };
    for (llvm::Function &function : *ir)
        if (!function.isDeclaration())
            Walk(function, diags, placeOf);
}

} // namespace scx
