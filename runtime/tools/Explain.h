// SPDX-License-Identifier: GPL-2.0-only
// `scxrun explain`: where does the policy put a task now, and why not elsewhere?
#pragma once

#include "object/Object.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

namespace scx {

struct ExplainOptions {
    int tid = 0;
    bool json = false;
    std::chrono::nanoseconds watch{std::chrono::seconds(1)}; // how long its waits are watched
};

/// What the policy's own program reported of a thread, in words; `bytes` as it wrote them (docs/internals/object.md). Throws std::runtime_error with one line if there is no such thread.
nlohmann::json explanation(const ObjectInfo &info, int tid, const std::string &bytes);

class Conversation;

/// Asks for it, and reads what no program reports. Throws likewise, also where it is refused.
nlohmann::json askExplanation(Conversation &scxrun, int tid);
/// For people, some lines.
std::string explanationText(const nlohmann::json &explanation);

/// The exit code: 0 done, 1 nobody runs, it refused, or there is no such thread.
int runExplain(const ExplainOptions &options);

} // namespace scx
