// SPDX-License-Identifier: GPL-2.0-only
#include "driver/CommandLine.h"
#include "support/Embedded.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <map>

namespace scx {
namespace {

/// Compilers' customary spellings of more than one letter behind one dash; CLI11 knows only one letter.
std::string longSpelling(std::string_view argument) {
    if (argument == "-MD")
        return "--dependencies";
    if (argument == "-MF")
        return "--dependency-file";
    if (argument == "-Werror")
        return "--warnings-are-errors";
    return std::string(argument);
}

int explain(std::string code) {
    for (char &c : code)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (code.rfind("SCX", 0) != 0)
        code = "SCX" + code;
    for (const EmbeddedFile &page : embeddedErrorPages())
        if (page.name == code + ".md") {
            fwrite(page.text.data(), 1, page.text.size(), stdout);
            return 0;
        }
    fprintf(stderr, "scxc: error: nothing is known about `%s`; codes look like SCX0201 and stand in brackets in a message\n", code.c_str());
    return 2;
}

std::string withoutEnding(const std::string &path, std::string_view ending) {
    bool has = path.size() > ending.size() && path.compare(path.size() - ending.size(), ending.size(), ending) == 0;
    return has ? path.substr(0, path.size() - ending.size()) : path;
}

int usageError(const char *text) {
    fprintf(stderr, "scxc: error: %s\n", text);
    return 2;
}

} // namespace

std::optional<int> readCommandLine(int argc, char **argv, CommandLine &into) {
    CLI::App app{"scxc compiles a scheduling policy to a BPF object that `scxrun` makes the system's scheduler", "scxc"};
    std::string emit = "obj", diagnostics = "text", code;
    std::vector<std::string> defines;
    int level = 2;
    bool dependencies = false;
    app.set_version_flag("--version", std::string("scxc ") + SCX_VERSION);
    app.add_option("policy", into.input, "the policy, a .scx file; - reads standard input");
    app.add_option("-o,--output", into.output, "where to write; - is standard output (default: POLICY.bpf.o; what is text goes to standard output)");
    app.add_option("--emit", emit, "what to write")->check(CLI::IsMember({"ast", "source", "core", "ir", "ir-opt", "asm", "btf", "obj"}));
    app.add_option("--explain", code, "the long story of a diagnostic, by its code");
    app.add_option("--diagnostics", diagnostics, "how errors are shown")->check(CLI::IsMember({"text", "line", "json"}));
    app.add_option("-O", level, "0: as lowered, 2: optimised (the default)")->check(CLI::IsMember({0, 2}));
    app.add_option("-D,--define", defines, "NAME=VALUE: another default for a parameter")->take_all()->allow_extra_args(false);
    app.add_flag("--core", into.inputIsCore, "the input is what --emit=core printed (noticed by itself from its first line)");
    app.add_flag("--dependencies", dependencies, "-MD: also write which files were read, for make and ninja, as OUTPUT with .d");
    app.add_option("--dependency-file", into.dependencyFile, "-MF FILE: the same, into FILE");
    app.add_flag("--verify-ir", into.verifyIr, "LLVM checks what it is given, for work on scxc itself; SCXC_VERIFY_IR=1 asks for it too")
        ->envname("SCXC_VERIFY_IR");
    app.add_flag("--warnings-are-errors", into.warningsAreErrors, "-Werror: warnings end the compile");

    std::vector<std::string> arguments;
    for (int i = argc - 1; i > 0; --i) // CLI11 wants them last first
        arguments.push_back(longSpelling(argv[i]));
    try {
        app.parse(arguments);
    } catch (const CLI::ParseError &error) {
        if (error.get_exit_code() == 0) // --help, --version
            return app.exit(error);
        return usageError((std::string(error.what()) + "; see `scxc --help`").c_str());
    }
    if (!code.empty())
        return explain(code);
    if (into.input.empty())
        return usageError("no policy given; write `scxc policy.scx`");

    static const std::map<std::string, Emit> emits = {{"ast", Emit::Ast},      {"source", Emit::Source}, {"core", Emit::Core}, {"ir", Emit::Ir},
                                                      {"ir-opt", Emit::IrOpt}, {"asm", Emit::Asm},       {"btf", Emit::Btf},   {"obj", Emit::Obj}};
    into.emit = emits.at(emit);
    into.diagnostics = diagnostics == "json" ? DiagnosticFormat::Json : diagnostics == "line" ? DiagnosticFormat::Line : DiagnosticFormat::Text;
    into.optimise = level == 2;
    for (const std::string &define : defines) {
        size_t equals = define.find('=');
        if (equals == std::string::npos || equals == 0)
            return usageError(("`-D " + define + "` has no value; write `-D name=value`").c_str());
        into.defines.emplace_back(define.substr(0, equals), define.substr(equals + 1));
    }
    if (into.output.empty()) {
        if (into.emit != Emit::Obj)
            into.output = "-";
        else if (into.input == "-")
            return usageError("an object made from standard input needs a name; add `-o FILE`");
        else
            into.output = withoutEnding(into.input, ".scx") + ".bpf.o";
    }
    if (dependencies && into.dependencyFile.empty()) {
        if (into.output == "-")
            return usageError("-MD needs an output file to name its own after; add `-o FILE` or `-MF FILE`");
        into.dependencyFile = withoutEnding(into.output, ".o") + ".d";
    }
    return std::nullopt;
}

} // namespace scx
