// SPDX-License-Identifier: GPL-2.0-only
// What can `scxrun` be asked? Every command and option is declared in one place, from which help, manual page and completions come.
#pragma once

#include "tools/Ask.h"
#include "tools/Check.h"
#include "tools/Explain.h"
#include "tools/Hint.h"
#include "tools/Run.h"
#include "tools/Top.h"
#include "tools/Trace.h"

#include <memory>
#include <optional>

namespace CLI {
class App;
}

namespace scx {

struct Command {
    enum class Verb { Run, Check, List, Stats, Top, Trace, Explain, Set, Replace, Hint } verb = Verb::Run;
    RunOptions run;
    CheckOptions check;
    AskOptions ask;
    TopOptions top;
    TraceOptions trace;
    ExplainOptions explain;
    HintOptions hint;
};

/// The declaration; what is parsed with it goes to `into`, which has to outlive it.
std::unique_ptr<CLI::App> commandLine(Command &into);

/// Gives the exit code that ends the program at once: help, version, or a command line that is wrong, which is told in one line.
std::optional<int> readCommand(int argc, char **argv, Command &into);

} // namespace scx
