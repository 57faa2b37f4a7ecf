// SPDX-License-Identifier: GPL-2.0-only
// `scxrun explain`: where does the policy put a task now, and why not elsewhere?
#pragma once

#include "kernel/LookOn.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace scx {

struct ExplainOptions {
    int tid = 0;
    bool json = false;
    std::chrono::nanoseconds watch{std::chrono::seconds(1)}; // how long its waits are watched
};

/// What is known of a thread, and what the policy's own program reported of it, in words.
nlohmann::json explanation(const ObjectInfo &info, const TaskRow &row, const std::vector<ReportRow> &reports);

class Conversation;

/// Asks for it, and reads what no program reports. Throws std::runtime_error with one line where it is refused, or there is no such thread.
nlohmann::json askExplanation(Conversation &scxrun, int tid);
/// For people, some lines.
std::string explanationText(const nlohmann::json &explanation);

/// The exit code: 0 done, 1 nobody runs, it refused, or there is no such thread.
int runExplain(const ExplainOptions &options);

} // namespace scx
