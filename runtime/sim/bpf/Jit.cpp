// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/Jit.h"

#include "sim/bpf/Expander.h"
#include "sim/bpf/Translator.h"

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h>
#include <llvm/ExecutionEngine/SectionMemoryManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/SCCP.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>

#include <stdexcept>

namespace scx::sim {
namespace {

template <typename T> T must(llvm::Expected<T> value) {
    if (!value)
        throw std::runtime_error("the programs cannot be made machine code: " + llvm::toString(value.takeError()));
    return std::move(*value);
}

void must(llvm::Error error) {
    if (error)
        throw std::runtime_error("the programs cannot be made machine code: " + llvm::toString(std::move(error)));
}

class Optimizer {
  public:
    Optimizer() {
        llvm::PassBuilder builder;
        builder.registerModuleAnalyses(modules);
        builder.registerCGSCCAnalyses(components);
        builder.registerFunctionAnalyses(functions);
        builder.registerLoopAnalyses(loops);
        builder.crossRegisterProxies(loops, functions, components, modules);
    }

    template <typename... Pass> void run(llvm::Module &module, Pass &&...passes) {
        llvm::FunctionPassManager list;
        (list.addPass(std::forward<Pass>(passes)), ...);
        for (llvm::Function &function : module)
            if (!function.isDeclaration()) {
                list.run(function, functions);
                functions.clear(function, function.getName());
            }
    }

  private:
    llvm::LoopAnalysisManager loops;
    llvm::FunctionAnalysisManager functions;
    llvm::CGSCCAnalysisManager components;
    llvm::ModuleAnalysisManager modules;
};

/// First what is known of addresses and variables comes to light, then the tests are put in, then both are made short.
void optimize(const Execution &execution, llvm::Module &module) {
    Optimizer optimizer;
    optimizer.run(module, llvm::SROAPass(llvm::SROAOptions::PreserveCFG), llvm::EarlyCSEPass(), llvm::InstCombinePass(), llvm::SCCPPass(),
                  llvm::SimplifyCFGPass());
    foldConstants(execution, module);
    optimizer.run(module, llvm::SCCPPass(), llvm::InstCombinePass(), llvm::SimplifyCFGPass());
    expand(execution, module);
    optimizer.run(module, llvm::EarlyCSEPass(true), llvm::SimplifyCFGPass());
}

} // namespace

struct Code::Inside {
    std::unique_ptr<llvm::orc::LLJIT> jit;
};

Code::Code(const Execution &execution, const CodeOptions &options) : inside(std::make_unique<Inside>()) {
    static const bool ready = !llvm::InitializeNativeTarget() && !llvm::InitializeNativeTargetAsmPrinter();
    if (!ready)
        throw std::runtime_error("the machine of this computer is not known to LLVM; build LLVM with it");
    auto machine = must(llvm::orc::JITTargetMachineBuilder::detectHost());
    machine.setCodeGenOptLevel(options.quick ? llvm::CodeGenOptLevel::None : llvm::CodeGenOptLevel::Less);
    auto context = std::make_unique<llvm::LLVMContext>();
    std::unique_ptr<llvm::Module> module = translate(execution, {options.traced}, *context);
    optimize(execution, *module);
    std::string problem;
    if (llvm::raw_string_ostream text(problem); llvm::verifyModule(*module, &text))
        throw std::logic_error("a program was translated wrongly: " + problem);
    inside->jit = must(llvm::orc::LLJITBuilder()
                           .setJITTargetMachineBuilder(std::move(machine))
                           .setObjectLinkingLayerCreator([](llvm::orc::ExecutionSession &session, auto &&...) { // LLVM 19 tells the triple, too
        return std::make_unique<llvm::orc::RTDyldObjectLinkingLayer>(session, [](auto &&...) { return std::make_unique<llvm::SectionMemoryManager>(); });
    })
                           .create());
    must(inside->jit->addIRModule(llvm::orc::ThreadSafeModule(std::move(module), std::move(context))));
    for (size_t i = 0; i < execution.image.functions.size(); ++i)
        functions.push_back(execution.image.functions[i].used ? must(inside->jit->lookup("f" + std::to_string(i))).toPtr<Native>() : nullptr);
}

Code::~Code() = default;

} // namespace scx::sim
