// SPDX-License-Identifier: GPL-2.0-only
// From the module to bytes: verification, LLVM's own pipeline with the BPF passes, the object or assembly.
#include "bpf/LlvmCompat.h"
#include "bpf/Module.h"

#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/ADCE.h>
#include <llvm/Transforms/Scalar/BDCE.h>
#include <llvm/Transforms/Scalar/CorrelatedValuePropagation.h>
#include <llvm/Transforms/Scalar/DeadStoreElimination.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/GVN.h>
#include <llvm/Transforms/Scalar/JumpThreading.h>
#include <llvm/Transforms/Scalar/SCCP.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>
#include <llvm/Transforms/Utils/ModuleUtils.h>

namespace scx {
namespace {

struct Collector : llvm::DiagnosticHandler {
    Diagnostics *diags;
    const Module *module;
    std::set<std::string> told; // LLVM repeats itself at each instruction
    std::map<std::string, uint64_t> *stack;

    bool handleDiagnostics(const llvm::DiagnosticInfo &info) override {
        if (auto *frame = llvm::dyn_cast<llvm::DiagnosticInfoStackSize>(&info))
            (*stack)[frame->getFunction().getName().str()] = frame->getStackSize();
        if (info.getSeverity() != llvm::DS_Error)
            return true;
        std::string text;
        llvm::raw_string_ostream stream(text);
        llvm::DiagnosticPrinterRawOStream printer(stream);
        info.print(printer);
        Span at;
        if (info.getKind() == llvm::DK_Unsupported) {
            auto &located = static_cast<const llvm::DiagnosticInfoUnsupported &>(info);
            if (located.isLocationAvailable())
                at = module->lineOf(located.getLocation().getRelativePath().str(), located.getLocation().getLine());
            text = located.getMessage().str();
            if (text.find("stack limit") != std::string::npos)
                text = "its values take more than 512 bytes of stack";
            if (!told.insert(located.getFunction().getName().str() + text).second)
                return true;
        }
        diags->report(Diag::BackEnd, at, text.substr(0, text.find('\n')));
        return true;
    }
};

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

/// What a policy gains from. LLVM's own O2 takes twice the time for the same code: it looks for callees to inline, where all is in place already, and
/// for loops to change, which the verifier would rather see unchanged. The BPF back end's passes come in where O2 has them.
llvm::ModulePassManager shortPipeline(llvm::PassBuilder &passes) {
    const llvm::OptimizationLevel level = llvm::OptimizationLevel::O2;
    llvm::ModulePassManager manager;
    passes.invokePipelineStartEPCallbacks(manager, level); // CO-RE
    manager.addPass(DroppableAddresses());
    compat::earlyPasses(passes, manager, level);
    llvm::FunctionPassManager function;
    // Variables become values, and what is known at compile time falls away.
    function.addPass(llvm::SROAPass(llvm::SROAOptions::ModifyCFG));
    function.addPass(llvm::EarlyCSEPass(true));
    function.addPass(llvm::SimplifyCFGPass());
    function.addPass(llvm::InstCombinePass());
    // Tests whose outcome is known on some ways to them.
    function.addPass(llvm::JumpThreadingPass());
    function.addPass(llvm::CorrelatedValuePropagationPass());
    function.addPass(llvm::SimplifyCFGPass());
    // What is computed or loaded twice, or for nothing.
    function.addPass(llvm::GVNPass());
    function.addPass(llvm::SCCPPass());
    function.addPass(llvm::BDCEPass());
    function.addPass(llvm::InstCombinePass());
    passes.invokePeepholeEPCallbacks(function, level);
    function.addPass(llvm::JumpThreadingPass());
    function.addPass(llvm::ADCEPass());
    function.addPass(llvm::DSEPass());
    passes.invokeScalarOptimizerLateEPCallbacks(function, level);
    function.addPass(llvm::SimplifyCFGPass(llvm::SimplifyCFGOptions().convertSwitchRangeToICmp(true).hoistCommonInsts(true).sinkCommonInsts(true)));
    function.addPass(llvm::InstCombinePass());
    manager.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(function)));
    return manager;
}

} // namespace

std::string Module::finish() {
    // Not llvm.used: that sets SHF_GNU_RETAIN, which gives every variable a section of its own, and libbpf lays out only one `.bss`.
    llvm::appendToCompilerUsed(*ir, kept);
    debug.finalize();
    std::string error;
    llvm::raw_string_ostream stream(error);
    llvm::verifyModule(*ir, &stream);
    return error;
}

void Module::optimise(bool full) {
    llvm::LoopAnalysisManager loops;
    llvm::FunctionAnalysisManager functions;
    llvm::CGSCCAnalysisManager graphs;
    llvm::ModuleAnalysisManager modules;
    llvm::PassBuilder passes(target.get());
    passes.registerModuleAnalyses(modules);
    passes.registerCGSCCAnalyses(graphs);
    passes.registerFunctionAnalyses(functions);
    passes.registerLoopAnalyses(loops);
    passes.crossRegisterProxies(loops, functions, graphs, modules);
    llvm::ModulePassManager manager = full ? shortPipeline(passes) : passes.buildO0DefaultPipeline(llvm::OptimizationLevel::O0);
    manager.run(*ir, modules);
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
    }
    // A kernel symbol that nothing uses any more would still be an extern of the object, but one without BTF, which libbpf refuses.
    for (llvm::Function &function : llvm::make_early_inc_range(*ir))
        if (function.isDeclaration() && function.use_empty())
            function.eraseFromParent();
    for (llvm::GlobalVariable &variable : llvm::make_early_inc_range(ir->globals()))
        if (variable.isDeclaration() && variable.use_empty())
            variable.eraseFromParent();
}

Span Module::lineOf(const std::string &file, unsigned wanted) const {
    for (FileId id = 1; id <= sources.count(); ++id) {
        if (sources.name(id) != file)
            continue;
        Span at{id, 0, 0};
        std::string_view whole = sources.text(id);
        unsigned line = 1;
        for (uint32_t i = 0; i < whole.size() && line < wanted; ++i)
            if (whole[i] == '\n') {
                ++line;
                at.begin = at.end = i + 1;
            }
        return at;
    }
    return {};
}

std::string Module::irText() {
    std::string text;
    llvm::raw_string_ostream stream(text);
    ir->print(stream, nullptr);
    return text;
}

std::string Module::emit(bool assembly, Diagnostics &diags) {
    std::map<std::string, uint64_t> stack; // of each function, which LLVM tells of one that takes more than this
    for (llvm::Function &function : *ir)
        function.addFnAttr("warn-stack-size", "0");
    auto collector = std::make_unique<Collector>();
    collector->stack = &stack;
    collector->diags = &diags;
    collector->module = this;
    context.setDiagnosticHandler(std::move(collector));
    llvm::SmallString<0> bytes;
    llvm::raw_svector_ostream stream(bytes);
    llvm::legacy::PassManager manager;
    if (target->addPassesToEmitFile(manager, stream, nullptr, assembly ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile)) {
        diags.report(Diag::Internal, {}, "the BPF back end cannot write this kind of file");
        return {};
    }
    manager.run(*ir);
    if (diags.ok())
        checkStack(stack, diags);
    return std::string(bytes.str());
}

} // namespace scx
