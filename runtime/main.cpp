// SPDX-License-Identifier: GPL-2.0-only
#include "tools/CommandLine.h"

int main(int argc, char **argv) {
    scx::Command command;
    if (std::optional<int> code = scx::readCommand(argc, argv, command))
        return *code;
    switch (command.verb) {
    case scx::Command::Verb::Check: return scx::runCheck(command.check);
    case scx::Command::Verb::List: return scx::askList(command.ask);
    case scx::Command::Verb::Stats: return scx::askStats(command.ask);
    case scx::Command::Verb::Top: return scx::runTop(command.top);
    case scx::Command::Verb::Trace: return scx::runTrace(command.trace);
    case scx::Command::Verb::Explain: return scx::runExplain(command.explain);
    case scx::Command::Verb::Set: return scx::askSet(command.ask);
    case scx::Command::Verb::Replace: return scx::askReplace(command.ask);
    case scx::Command::Verb::Hint: return scx::runHint(command.hint);
    case scx::Command::Verb::Run: break;
    }
    return scx::runPolicy(command.run);
}
