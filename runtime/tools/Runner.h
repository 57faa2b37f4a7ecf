// SPDX-License-Identifier: GPL-2.0-only
// Which policy runs, which is to follow it, and which is put back if that one fails?
#pragma once

#include "kernel/Scheduler.h"

#include <chrono>
#include <functional>
#include <optional>

namespace scx {

/// An object and what its parameters are, in the form of memory: those that are not at their defaults.
struct Policy {
    ObjectFile file;
    ObjectInfo info;
    std::map<std::string, int64_t> values;
};

/// Checks all of it. Throws likewise.
Policy readPolicy(ObjectFile file, const Settings &settings);

class Runner {
  public:
    using Clock = std::chrono::steady_clock;
    /// Who wants to know what becomes of a replacement: that it runs, after so long without a policy; and, once its time of grace is over, whether it is kept or
    /// why it was put back, which may come alone.
    struct Witness {
        std::function<void(Clock::duration gap)> followed;
        std::function<void(bool kept, const std::string &why)> judged;
    };

    Runner(Policy first, LoadOptions options);
    /// Loads what is to run, and attaches it: at the start, and again when CPUs come or go. Throws std::runtime_error with one line.
    void begin();
    const Policy &policy() const { return now; }
    Scheduler &scheduler() const { return *running; }
    Clock::time_point since() const { return began; } // when it was attached
    uint64_t loads() const { return loaded; }         // policies that were attached so far

    struct Change {
        std::string name, from, to;
    };
    /// Live parameters: all of them, or, if one is wrong, none. Throws likewise.
    std::vector<Change> set(const Settings &settings);

    /// Loads a policy beside the one that runs, so that the verifier has said its word before anything is given up. Throws likewise, and nothing has changed.
    void prepare(Policy policy, std::chrono::seconds grace, Witness witness);
    bool prepared() const { return next != nullptr; }
    /// The one that runs ends, the prepared one begins, on trial: gives the one that ran, for its closing figures. If the new one cannot be attached, the old one
    /// is put back. Throws as begin if neither can be.
    std::unique_ptr<Scheduler> follow();
    /// The time of grace is not over.
    bool onTrial() const { return before.has_value(); }
    std::chrono::seconds trialLeft() const;
    /// Ends the trial if its time is over.
    void judge();
    /// The policy before the trial runs again, loaded anew, with the values it had. Throws as begin.
    void putBack(const std::string &why);

  private:
    LoadOptions options;
    Policy now;
    std::unique_ptr<Scheduler> running, next;
    Clock::time_point began, trialEnds;
    uint64_t loaded = 0;
    Policy following;
    std::chrono::seconds grace{0};
    std::optional<Policy> before;
    Witness witness;

    std::unique_ptr<Scheduler> load(const Policy &policy);
    void attached();
    void closeTrial(bool kept, const std::string &why);
};

} // namespace scx
