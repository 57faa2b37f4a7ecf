// SPDX-License-Identifier: GPL-2.0-only
// What does a running scxrun answer? (docs/operations/control.md)
#pragma once

#include "tools/Control.h"
#include "tools/Runner.h"

namespace scx {

/// Whoever may end this process may change what it does: root, and its own user. Everybody may ask how things are.
bool mayChange(const Peer &peer);
/// And who may look closely at a thread: the same, and its owner.
bool mayExamine(const Peer &peer, int tid);

class Answers {
  public:
    /// `statistics`: they are kept.
    Answers(Runner &runner, bool statistics) : runner(runner), statistics(statistics) {}

    /// The answer to one request, its line null if it comes later; what is wrong is `error`, in one line. `say`: for what is known only later, to that client.
    using Say = std::function<void(const nlohmann::json &)>;
    Said answer(const nlohmann::json &request, int file, const Peer &peer, int client, const Say &say);
    void gone(int client) { traces.erase(client); }
    /// The policy that ran does so no more: what looks on is ended, and who traces is told.
    void policyEnded();

  private:
    Runner &runner;
    bool statistics;
    std::unique_ptr<LookOn> tasks; // as soon as somebody has asked
    struct Trace {
        std::unique_ptr<LookOn> look;
        Say say;
    };
    std::map<int, Trace> traces; // by client

    Said listTasks();
    nlohmann::json explain(const nlohmann::json &request, const Peer &peer);
    Said trace(const nlohmann::json &request, const Peer &peer, int client, const Say &say);
};

} // namespace scx
