// SPDX-License-Identifier: GPL-2.0-only
// What are a scheduler's DSQs and rules called?
#pragma once

#include "object/Object.h"
#include "sim/view/Event.h"

namespace scx::sim {

/// Why a run ended, by Event::Reason and, after these, that the recording ended before it.
extern const char *const reasonTexts[Event::Changed + 2];

/// By an object's description of itself (docs/internals/object.md). A scheduler that has none, as one in C, gets names made of ids: `DSQ 0x3`.
class Names {
  public:
    Names() = default;
    explicit Names(const ObjectInfo &info);

    /// The id that stands for all DSQs that one queue consists of: its instances, and the local DSQs of all CPUs.
    uint64_t queueOf(uint64_t dsq) const;
    /// `web`, `DSQ 0x3`, `local`, `global`; empty for kDsqNone. All DSQs of a queue have its name.
    std::string queue(uint64_t dsq) const;
    /// The same with the instance: `web[3]`, `web[3] aged`, `local[2]`. A queue that is not per domain has one instance only.
    std::string dsq(uint64_t dsq) const;
    /// The policy's queues by their first DSQs, in the order in which they are written.
    std::vector<uint64_t> queueIds() const;
    /// The text of a rule; empty: there is none of this number.
    std::string rule(int number) const;
    const std::string &policy() const { return name; }

  private:
    const QueueInfo *find(uint64_t dsq) const;

    std::string name;
    std::vector<QueueInfo> queues;
    std::vector<RuleInfo> rules;
};

} // namespace scx::sim
