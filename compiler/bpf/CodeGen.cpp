// SPDX-License-Identifier: GPL-2.0-only
// From the optimised module to bytes: the back end's passes, the object or assembly, back-end complaints as diagnostics.
#include "bpf/Module.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/Pass.h>
#include <llvm/PassInfo.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/IPO.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

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
            if (text.find("stack limit") != std::string::npos) { // which is all the hook's fault, not that of the value that LLVM stands at
                text = "its values take more than 512 bytes of stack";
                if (const llvm::DISubprogram *hook = located.getFunction().getSubprogram())
                    at = module->lineOf(hook->getFilename().str(), hook->getLine());
            }
            if (!told.insert(located.getFunction().getName().str() + text).second)
                return true;
        }
        diags->report(Diag::BackEnd, at, text.substr(0, text.find('\n')));
        return true;
    }
};

/// Passes of LLVM's code generator that find nothing worth doing in a BPF program, by the names LLVM gives them. Each would cost its walk over every function, and the
/// processor the fetch of its code, which is what most of a compile is. A name that the LLVM at hand does not know does no harm.
constexpr std::string_view kNeedless[] = {
    // of languages with exceptions, garbage collectors or checked stacks
    "callbrprepare", "dwarf-eh-prepare", "fixup-statepoint-caller-saved", "funclet-layout", "gc-analysis", "gc-lowering", "objc-arc-contract", "safe-stack",
    "shadow-stack-gc-lowering", "stackmap-liveness",
    // for instruments and debuggers: BTF has lines and types, but no places of variables
    "fentry-insert", "livedebugvalues", "machine-sanmd", "patchable-function", "post-inline-ee-instrument", "remove-loads-into-fake-uses",
    "removeredundantdebugvalues", "stack-frame-layout", "xray-instrumentation",
    // for vectors, library calls and numbers of more than 64 bits
    "expand-fp", "expand-ir-insts", "expand-large-div-rem", "expand-memcmp", "expand-reductions", "mergeicmps", "partially-inline-libcalls",
    "replace-with-veclib", "scalarize-masked-mem-intrin",
    // for machines with pipelines, callee-saved registers that a function saves by itself, or parts of registers; for what our IR does not have: marked ends of stack slots,
    // phis in circles, constants that the machine has no instruction for
    "consthoist", "detect-dead-lanes", "init-undef", "localstackalloc", "machine-scheduler", "machinelicm", "opt-phis", "post-RA-sched", "postra-machine-sink",
    "regallocscoringpass", "rename-independent-subregs", "shrink-wrap", "stack-coloring",
    // for what the passes over the IR have done, and blocks already stand in order (`Module::optimise`): with them the code is longer
    "block-placement", "early-tailduplication", "machine-cp", "machine-cse", "machine-latecleanup", "peephole-opt", "tailduplication"};

/// What LLVM puts together to make code, without what is needless here.
class CodeGenPasses : public llvm::legacy::PassManagerBase {
  public:
    explicit CodeGenPasses(llvm::legacy::PassManager &to) : to(to) {}
    void add(llvm::Pass *pass) override {
        const llvm::PassInfo *info = llvm::Pass::lookupPassInfo(pass->getPassID());
        std::string_view name = info ? std::string_view(info->getPassArgument()) : std::string_view();
        if (std::find(std::begin(kNeedless), std::end(kNeedless), name) != std::end(kNeedless)) {
            delete pass;
            return;
        }
        // LLVM takes each function through all passes before it takes the next. Half of the work is the choice of instructions: all functions go through that first,
        // for its code is then at hand for each but the first.
        if (name == "finalize-isel")
            to.add(llvm::createBarrierNoopPass());
        to.add(pass);
    }

  private:
    llvm::legacy::PassManager &to;
};

} // namespace

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
    CodeGenPasses passes(manager);
    if (target->addPassesToEmitFile(passes, stream, nullptr, assembly ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile)) {
        diags.report(Diag::Internal, {}, "the BPF back end cannot write this kind of file");
        return {};
    }
    manager.run(*ir);
    if (diags.ok())
        checkStack(stack, diags);
    return std::string(bytes.str());
}

} // namespace scx
