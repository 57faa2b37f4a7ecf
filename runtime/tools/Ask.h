// SPDX-License-Identifier: GPL-2.0-only
// The other end of Control.h: `scxrun list`, `stats`, `set` and `replace` ask the scxrun that runs.
#pragma once

#include <string>
#include <vector>

namespace scx {

struct AskOptions {
    bool json = false;
    std::vector<std::string> sets; // name=value
    std::string path, grace;       // of the object that is to follow
    bool wait = true;              // until the time of grace is over
};

/// Exit codes of all: 0 done, 1 nobody runs, it refused or could not be asked.
int askList(const AskOptions &options);
int askStats(const AskOptions &options);
int askSet(const AskOptions &options);
/// 3 besides: the new policy was ended within the time of grace, and the old one put back.
int askReplace(const AskOptions &options);

} // namespace scx
