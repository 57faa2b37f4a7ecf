// SPDX-License-Identifier: GPL-2.0-only
// How much of LLVM's PassBuilder does scxc need? It is how the BPF back end hands over its own passes over the IR, those of CO-RE among them, which no header declares.
// LLVM's one can also make any pass from its name, so it links them all, and each registers its options before `main`: a seventh of the start of scxc, a fortieth of
// a compile. These are the few members that scxc calls; as the linker finds them here, it leaves LLVM's in its library. Whatever calls another one fails to link, as
// what is then fetched defines these again. Other programs, and scxc with another version of LLVM, have LLVM's own, and make the same objects.
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/VirtualFileSystem.h>
#include <llvm/Target/TargetMachine.h>

#include <cstring>

namespace llvm {

/// Of pipelines that are not built here.
PipelineTuningOptions::PipelineTuningOptions() { std::memset(static_cast<void *>(this), 0, sizeof *this); }

PassBuilder::PassBuilder(TargetMachine *machine, PipelineTuningOptions tuning, std::optional<PGOOptions> profile, PassInstrumentationCallbacks *instruments,
                         IntrusiveRefCntPtr<vfs::FileSystem> files)
    : TM(machine), PTO(tuning), PGOOpt(std::move(profile)), PIC(instruments), FS(std::move(files)) {
    if (TM)
        TM->registerPassBuilderCallbacks(*this);
}

void PassBuilder::invokePipelineStartEPCallbacks(ModulePassManager &passes, OptimizationLevel level) {
    for (auto &add : PipelineStartEPCallbacks)
        add(passes, level);
}

void PassBuilder::invokePipelineEarlySimplificationEPCallbacks(ModulePassManager &passes, OptimizationLevel level, ThinOrFullLTOPhase phase) {
    for (auto &add : PipelineEarlySimplificationEPCallbacks)
        add(passes, level, phase);
}

void PassBuilder::invokeScalarOptimizerLateEPCallbacks(FunctionPassManager &passes, OptimizationLevel level) {
    for (auto &add : ScalarOptimizerLateEPCallbacks)
        add(passes, level);
}

/// The back end would read a pass's options with it, if it were asked for a pass by name.
Expected<bool> PassBuilder::parseSinglePassOption(StringRef, StringRef option, StringRef pass) {
    return createStringError(inconvertibleErrorCode(), "no option " + option + " of " + pass + ": no pass is made from a text here");
}

} // namespace llvm
