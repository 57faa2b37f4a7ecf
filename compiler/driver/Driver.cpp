// SPDX-License-Identifier: GPL-2.0-only
// The pipeline: whoever reads `compile` knows the compiler.
#include "driver/Driver.h"
#include "driver/CommandLine.h"
#include "driver/Defines.h"
#include "driver/Files.h"

#include "bpf/Module.h"
#include "core/Desugar.h"
#include "lower/Lower.h"
#include "sema/Check.h"
#include "sema/Modules.h"
#include "syntax/Parse.h"
#include "syntax/Print.h"

#include <llvm/Support/ErrorHandling.h>

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace scx {
namespace {

/// The first line of what --emit=core prints. Names of the compiler are legal in such a file, and nothing is left to desugar.
constexpr std::string_view kCoreMark = "// scx core";

/// What the command line asks for, or nothing after an error. No stage runs after one that reported an error.
/// `read` gets the files that the result depends on.
std::optional<std::string> compile(const CommandLine &options, SourceManager &sources, Diagnostics &diags, std::vector<std::string> &read) {
    // Text
    std::string text;
    if (std::string error = readFile(options.input, text); !error.empty()) {
        diags.report(Diag::CannotRead, {}, options.input, error);
        return {};
    }
    bool isCore = options.inputIsCore || text.starts_with(kCoreMark);
    FileId file = sources.add(options.input == "-" ? "<stdin>" : options.input, std::move(text));
    if (options.input != "-")
        read.push_back(options.input);

    // Text → tree
    std::unique_ptr<Program> policy = parse(file, sources, diags);
    if (!diags.ok())
        return {};
    if (options.emit == Emit::Ast)
        return printTree(*policy, sources);
    if (options.emit == Emit::Source)
        return printSource(*policy);

    // Tree → checked tree, with its modules
    if (!isCore)
        for (std::string &module : loadModules(*policy, sources, diags))
            read.push_back(std::move(module));
    applyDefines(*policy, options.defines, sources, diags);
    if (!diags.ok() || !check(*policy, isCore ? CheckMode::Core : CheckMode::Surface, diags))
        return {};

    // Checked tree → core
    std::unique_ptr<Program> desugared;
    if (!isCore) {
        desugared = desugar(*policy, sources, diags);
        if (!diags.ok())
            return {};
    }
    Program &core = isCore ? *policy : *desugared;
    if (options.emit == Emit::Core)
        return std::string(kCoreMark) + " of " + policy->policy.name + "\n" + printSource(core);
    if (!isCore) {
        diags.onlyErrors();
        if (!check(core, CheckMode::Core, diags))
            return {};
    }

    // Core → LLVM module
    // Never deleted, see main.
    Module &module = *new Module(std::string(sources.name(file)), sources);
    module.context.setDiscardValueNames(options.emit == Emit::Obj); // nobody reads the names
    lower(core, *policy, sources, module, diags);
    if (!diags.ok())
        return {};
    module.finish();
    auto verified = [&] { // the suite asks for it in each compile; a user's need not pay for it
        if (std::string error = options.verifyIr ? module.verify() : std::string(); !error.empty())
            diags.report(Diag::Internal, {}, error);
        return diags.ok();
    };
    if (!verified())
        return {};
    if (options.emit == Emit::Ir)
        return module.irText();
    module.optimise(options.optimise);
    if (!verified())
        return {};
    if (options.emit == Emit::IrOpt)
        return module.irText();

    module.checkLimits(diags);
    if (!diags.ok())
        return {};

    // LLVM module → object
    std::string bytes = module.emit(options.emit == Emit::Asm, diags);
    if (!diags.ok())
        return {};
    return options.emit == Emit::Btf ? dumpBtf(bytes) : bytes;
}

/// LLVM ends the process on what it cannot handle; nothing has been written then, since output is written last.
void onFatalError(void *, const char *reason, bool) {
    fprintf(stderr, "scxc: error[SCX0802]: internal error in the compiler: %s; please report it with this policy\n", reason);
    _exit(1);
}

} // namespace

int runCompiler(int argc, char **argv) {
    CommandLine options;
    if (std::optional<int> code = readCommandLine(argc, argv, options))
        return *code;
    llvm::install_fatal_error_handler(onFatalError);

    SourceManager sources;
    Diagnostics diags;
    if (options.warningsAreErrors)
        diags.warningsAreErrors();
    std::vector<std::string> read;
    try {
        std::optional<std::string> result = compile(options, sources, diags, read);
        if (result && diags.ok()) {
            // The rule comes first: make takes an output that is there for done.
            auto write = [&](const std::string &path, const std::string &bytes) {
                std::string error = writeFile(path, bytes);
                if (!error.empty())
                    diags.report(Diag::CannotWrite, {}, path, error);
                return error.empty();
            };
            if (options.dependencyFile.empty() || write(options.dependencyFile, dependencyRule(options.output, read)))
                write(options.output, *result);
        }
    } catch (const std::exception &error) { diags.report(Diag::Internal, {}, std::string(error.what())); }
    bool color = isatty(STDERR_FILENO) && !getenv("NO_COLOR");
    std::string text = render(diags, sources, options.diagnostics, color);
    fwrite(text.data(), 1, text.size(), stderr);
    return diags.ok() ? 0 : 1;
}

} // namespace scx
