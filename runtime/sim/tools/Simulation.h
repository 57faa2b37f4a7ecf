// SPDX-License-Identifier: GPL-2.0-only
// One simulation: an object, a machine and a workload, from the policy's begin to its end.
#pragma once

#include "object/Object.h"
#include "sim/kernel/Machine.h"
#include "sim/user/UserOrder.h"
#include "sim/view/Event.h"
#include "sim/view/Names.h"
#include "sim/workload/Behaviour.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scx::sim {

/// An object file, and what it says about itself if it is one of ours.
struct Policy {
    std::string path;
    scx::ObjectFile file;
    std::optional<ObjectInfo> info; // none: a scheduler of another compiler
    Names names;
};
/// Throws std::runtime_error with one line if there is no such file, or if it is one of ours and damaged.
Policy openPolicy(const std::string &path);

struct Setup {
    Machine machine;
    Workload workload;
    std::string kernel = "6.12";
    Settings sets;         // --set name=value
    uint64_t duration = 0; // ns of virtual time
    uint64_t seed = 1;
    bool statistics = true; // the object's own
    UserOrderSetup user;
    bool traceCalls = false; // each callback and what it called, to standard output
};

struct Outcome {
    ExitFacts exit;    // kind 0: the policy scheduled to the end
    std::string fault; // what a program did that no verifier lets pass; empty: nothing
    uint64_t time = 0; // ns, at which it ended
    uint64_t events = 0, switches = 0;
    std::vector<std::string> notes; // what else the user should know, a line each
    unsigned restarts = 0;          // the policy ended since a CPU came or went, and was loaded again, as scxrun does
    bool failed() const { return !fault.empty() || exit.kind >= 1024; }
};

/// `view` may be null. Equal setups give equal outcomes and tell the view the same events, on every machine.
/// Throws std::runtime_error with one line for an object or settings that cannot be used.
Outcome simulate(const Policy &policy, const Setup &setup, View *view);

} // namespace scx::sim
