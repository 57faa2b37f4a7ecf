// SPDX-License-Identifier: GPL-2.0-only
// What does a running scxrun answer? (docs/operations/control.md)
#pragma once

#include "tools/Control.h"
#include "tools/Runner.h"

namespace scx {

/// Whoever may end this process may change what it does: root, and its own user. Everybody may ask how things are.
bool mayChange(const Peer &peer);

/// The answer to one request, null if it comes later; what is wrong is `error`, in one line. `say`: for what is known only later. `statistics`: they are kept.
nlohmann::json answerTo(Runner &runner, bool statistics, const nlohmann::json &request, int file, const Peer &peer, const std::function<void(const nlohmann::json &)> &say);

} // namespace scx
