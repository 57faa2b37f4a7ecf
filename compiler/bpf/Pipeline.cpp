// SPDX-License-Identifier: GPL-2.0-only
// From the module as lowered to the module that is worth being turned into code: debug info, LLVM's verifier, the passes a policy gains from.
#include "bpf/LlvmCompat.h"
#include "bpf/Module.h"

#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/Analysis/AssumptionCache.h>
#include <llvm/Analysis/BasicAliasAnalysis.h>
#include <llvm/Analysis/BlockFrequencyInfo.h>
#include <llvm/Analysis/BranchProbabilityInfo.h>
#include <llvm/Analysis/DemandedBits.h>
#include <llvm/Analysis/LazyValueInfo.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/Analysis/PostDominators.h>
#include <llvm/Analysis/ProfileSummaryInfo.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/BDCE.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/JumpThreading.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Transforms/Utils/ModuleUtils.h>

namespace scx {
namespace {

/// CO-RE leaves calls of an intrinsic behind that LLVM would not dare to drop where nobody uses the address.
struct DroppableAddresses : llvm::PassInfoMixin<DroppableAddresses> {
    llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &) {
        for (llvm::Function &function : module)
            if (function.getName().starts_with("llvm.bpf.passthrough")) {
                function.addFnAttr(llvm::Attribute::WillReturn);
                function.addFnAttr(llvm::Attribute::NoUnwind);
            }
        return llvm::PreservedAnalyses::all();
    }
};

/// What the passes below ask for. `PassBuilder` would register all analyses there are, and so link them (compiler/PassBuilder.cpp).
struct Analyses {
    llvm::FunctionAnalysisManager functions;
    llvm::ModuleAnalysisManager modules; // goes first: it looks into the other as it does

    explicit Analyses(llvm::TargetMachine &target) {
        modules.registerPass([] { return llvm::PassInstrumentationAnalysis(); });
        modules.registerPass([] { return llvm::ProfileSummaryAnalysis(); });
        modules.registerPass([this] { return llvm::FunctionAnalysisManagerModuleProxy(functions); });
        functions.registerPass([this] { return llvm::ModuleAnalysisManagerFunctionProxy(modules); });
        functions.registerPass([&target] { return target.getTargetIRAnalysis(); });
        functions.registerPass([] {
            llvm::AAManager aliases; // what our IR does not have tells nothing: types of memory, scopes without aliases
            aliases.registerFunctionAnalysis<llvm::BasicAA>();
            return aliases;
        });
        add<llvm::AssumptionAnalysis, llvm::BasicAA, llvm::BlockFrequencyAnalysis, llvm::BranchProbabilityAnalysis, llvm::DemandedBitsAnalysis,
            llvm::DominatorTreeAnalysis, llvm::LazyValueAnalysis, llvm::LoopAnalysis, llvm::OptimizationRemarkEmitterAnalysis,
            llvm::PassInstrumentationAnalysis, llvm::PostDominatorTreeAnalysis, llvm::TargetLibraryAnalysis>();
        compat::addAnalyses(functions);
    }

  private:
    template <typename... Analysis> void add() {
        (functions.registerPass([] { return Analysis(); }), ...);
    }
};

/// What a policy gains from, or with `full` false only what the back end cannot do without. LLVM's own O2 takes twice the time for the same code: it looks for callees
/// to inline, where all is in place already, and for loops to change, which the verifier would rather see unchanged. The back end's passes come in where O2 has them.
llvm::ModulePassManager pipeline(llvm::PassBuilder &passes, bool full) {
    const llvm::OptimizationLevel level = full ? llvm::OptimizationLevel::O2 : llvm::OptimizationLevel::O0;
    llvm::ModulePassManager manager;
    passes.invokePipelineStartEPCallbacks(manager, level); // CO-RE
    manager.addPass(DroppableAddresses());
    compat::earlyPasses(passes, manager, level);
    // Each pass sees all functions before the next pass sees any: there is less of a policy than of a pass to be fetched.
    auto add = [&](auto pass) { manager.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(pass))); };
    if (full) {
        // Variables become values, and what is known at compile time falls away.
        add(llvm::SROAPass(llvm::SROAOptions::ModifyCFG));
        add(llvm::EarlyCSEPass());
        add(llvm::SimplifyCFGPass());
        add(llvm::InstCombinePass());
        // Tests whose outcome is known on some ways to them.
        add(llvm::JumpThreadingPass());
        // What is computed or loaded twice, or for nothing. GVN takes three times as long for code that is no shorter, as a second InstCombine behind all does for none.
        add(llvm::EarlyCSEPass());
        add(llvm::BDCEPass());
    }
    llvm::FunctionPassManager late;
    passes.invokeScalarOptimizerLateEPCallbacks(late, level);
    add(std::move(late));
    if (full)
        add(llvm::SimplifyCFGPass(llvm::SimplifyCFGOptions().convertSwitchRangeToICmp(true).hoistCommonInsts(true).sinkCommonInsts(true)));
    return manager;
}

/// x86 divides in two registers, which are BPF's r0 and r3, and for any others the kernel's JIT saves these and moves the operands in and out. So a quotient is
/// computed in r0, a rest in r3, where it comes out.
void placeDivisions(llvm::Function &function) {
    for (llvm::Instruction &i : llvm::make_early_inc_range(llvm::instructions(function))) {
        unsigned op = i.getOpcode();
        bool isSigned = op == llvm::Instruction::SDiv || op == llvm::Instruction::SRem, rest = op == llvm::Instruction::URem || op == llvm::Instruction::SRem;
        if ((op != llvm::Instruction::UDiv && !isSigned && !rest) || !i.getType()->isIntegerTy(64))
            continue;
        llvm::IRBuilder<> b(&i);
        llvm::Value *x = i.getOperand(0), *y = i.getOperand(1);
        auto *number = llvm::dyn_cast<llvm::ConstantInt>(y);
        if (number && number->getValue().isPowerOf2())
            continue; // shifts
        bool immediate = number && llvm::isInt<32>(number->getSExtValue());
        std::string text = std::string("$0 ") + (isSigned ? "s" : "") + (rest ? "%= $2" : "/= $2"),
                    constraints = std::string(rest ? "={r3}" : "={r0}") + (immediate ? ",0,i" : ",0,r");
        llvm::CallInst *call =
            b.CreateCall(llvm::InlineAsm::get(llvm::FunctionType::get(i.getType(), {i.getType(), i.getType()}, false), text, constraints, false), {x, y});
        call->setDoesNotAccessMemory();
        call->setDebugLoc(i.getDebugLoc());
        i.replaceAllUsesWith(call);
        i.eraseFromParent();
    }
}

/// Of a monotonic sum the back end makes the instruction that gives nothing back, and takes the operand for the result. So one whose result is used is of the other kind.
void keepOldValues(llvm::Function &function) {
    for (llvm::Instruction &i : llvm::instructions(function))
        if (auto *change = llvm::dyn_cast<llvm::AtomicRMWInst>(&i); change && !change->use_empty())
            change->setOrdering(llvm::AtomicOrdering::SequentiallyConsistent);
}

} // namespace

void Module::finish() {
    // Not llvm.used: that sets SHF_GNU_RETAIN, which gives every variable a section of its own, and libbpf lays out only one `.bss`.
    llvm::appendToCompilerUsed(*ir, kept);
    debug.finalize();
}

std::string Module::verify() {
    std::string error;
    llvm::raw_string_ostream stream(error);
    llvm::verifyModule(*ir, &stream);
    return error;
}

void Module::optimise(bool full) {
    llvm::PassBuilder passes(target.get());
    Analyses analyses(*target);
    pipeline(passes, full).run(*ir, analyses.modules);
    // The back end cannot turn a test round once it has chosen one, so each block stands before those it leads to: then it falls through to one of them.
    for (llvm::Function &function : *ir) {
        if (function.isDeclaration())
            continue;
        llvm::BasicBlock *before = nullptr;
        for (llvm::BasicBlock *block : llvm::ReversePostOrderTraversal<llvm::Function *>(&function)) {
            if (before)
                block->moveAfter(before);
            before = block;
        }
        if (!forHost)
            placeDivisions(function);
        keepOldValues(function);
    }
    // A kernel symbol that nothing uses any more would still be an extern of the object, but one without BTF, which libbpf refuses.
    for (llvm::Function &function : llvm::make_early_inc_range(*ir))
        if (function.isDeclaration() && function.use_empty())
            function.eraseFromParent();
    for (llvm::GlobalVariable &variable : llvm::make_early_inc_range(ir->globals()))
        if (variable.isDeclaration() && variable.use_empty())
            variable.eraseFromParent();
}

std::string Module::irText() {
    std::string text;
    llvm::raw_string_ostream stream(text);
    ir->print(stream, nullptr);
    return text;
}

} // namespace scx
