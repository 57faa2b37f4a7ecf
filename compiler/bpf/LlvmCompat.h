// SPDX-License-Identifier: GPL-2.0-only
// Where do LLVM 19 and 22 differ for us?
#pragma once

#include <llvm/Config/llvm-config.h>
#if LLVM_VERSION_MAJOR >= 20
#include <llvm/Analysis/LastRunTrackingAnalysis.h>
#endif
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/Module.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Triple.h>

namespace scx::compat {

inline const llvm::Target *lookupTarget(const llvm::Triple &triple, std::string &error) {
#if LLVM_VERSION_MAJOR >= 22
    return llvm::TargetRegistry::lookupTarget(triple, error);
#else
    return llvm::TargetRegistry::lookupTarget(triple.str(), error);
#endif
}

inline llvm::TargetMachine *createMachine(const llvm::Target &target, const llvm::Triple &triple, llvm::StringRef cpu, llvm::StringRef features) {
#if LLVM_VERSION_MAJOR >= 21
    return target.createTargetMachine(triple, cpu, features, llvm::TargetOptions(), llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Less);
#else
    return target.createTargetMachine(triple.str(), cpu, features, llvm::TargetOptions(), llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Less);
#endif
}

inline void setTriple(llvm::Module &module, const llvm::Triple &triple) {
#if LLVM_VERSION_MAJOR >= 21
    module.setTargetTriple(triple);
#else
    module.setTargetTriple(triple.str());
#endif
}

inline void earlyPasses(llvm::PassBuilder &passes, llvm::ModulePassManager &manager, llvm::OptimizationLevel level) {
#if LLVM_VERSION_MAJOR >= 20
    passes.invokePipelineEarlySimplificationEPCallbacks(manager, level, llvm::ThinOrFullLTOPhase::None);
#else
    passes.invokePipelineEarlySimplificationEPCallbacks(manager, level);
#endif
}

/// Those that the same passes ask for in some versions only.
inline void addAnalyses([[maybe_unused]] llvm::FunctionAnalysisManager &functions) {
#if LLVM_VERSION_MAJOR >= 20
    functions.registerPass([] { return llvm::LastRunTrackingAnalysis(); });
#endif
}

inline llvm::Function *intrinsic(llvm::Module &module, llvm::Intrinsic::ID id, llvm::ArrayRef<llvm::Type *> types) {
#if LLVM_VERSION_MAJOR >= 20
    return llvm::Intrinsic::getOrInsertDeclaration(&module, id, types);
#else
    return llvm::Intrinsic::getDeclaration(&module, id, types);
#endif
}

} // namespace scx::compat
