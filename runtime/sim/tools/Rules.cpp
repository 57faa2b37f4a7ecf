// SPDX-License-Identifier: GPL-2.0-only
#include "sim/tools/Rules.h"

namespace scx::sim {

Rules::Rules(const ObjectInfo &info, const Object &object) {
    for (const RuleInfo &rule : info.rules) {
        Object::PerCpu counter = object.perCpu(rule.hits);
        counters.push_back({reinterpret_cast<const uint64_t *>(counter.first), counter.stride / sizeof(uint64_t)});
    }
}

int Rules::hit(int cpu) {
    auto at = static_cast<size_t>(cpu);
    if (seen.size() <= at)
        seen.resize(at + 1, std::vector<uint64_t>(counters.size()));
    int found = -1;
    for (size_t i = 0; i < counters.size(); ++i) {
        if (!counters[i].first)
            continue;
        uint64_t count = counters[i].first[at * counters[i].stride];
        if (count != seen[at][i])
            found = static_cast<int>(i);
        seen[at][i] = count;
    }
    return found;
}

} // namespace scx::sim
