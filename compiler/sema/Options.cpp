// SPDX-License-Identifier: GPL-2.0-only
#include "sema/Options.h"

namespace scx {
namespace {

using enum OptionValue;
constexpr OptionRow kOptions[] = {
    {"policy", "slice", Slice, "", "how long a task runs at a time where nothing else says so; 20ms"},
    {"policy", "timeout", Timeout, "", "the kernel ends the policy if a task waits longer than this; 30s"},
    {"policy", "switch", Switch, "", "all tasks, or (partial) only those of scheduling class SCHED_EXT"},
    {"policy", "exiting", Flag, "SCX_OPS_ENQ_EXITING", "tasks on their way out are queued like others, not run at once"},
    {"queue", "slice", Slice, "", "how long a task of the queue runs at a time"},
    {"queue", "preempts", Queues, "", "whose tasks make room when one of this queue finds no idle CPU"},
    {"queue", "wait_limit", Limit, "", "at least this often each CPU offers itself to the queue; a quarter of the timeout"},
    {"queue", "steal", Steal, "", "how far a CPU looks for work in other instances; any"},
    {"queue", "capacity", Capacity, "", "most tasks that wait in it, and where match sends those who come then"},
    {"queue", "backing", Backing, "", "where its tasks are held, and by whom they are ordered; dsq"},
    {"queue", "exclusive", Flag, "", "while a task of the queue runs, the SMT siblings of its CPU run nothing else"},
    {"queue", "at_most", Share, "", "the largest share of its CPUs' time that it gets, even if they idle"},
    {"queue", "at_least", Share, "", "the share of its CPUs' time up to which it is served before all others"},
    {"queue", "performance", Share, "", "how fast a CPU is to run while it runs a task of the queue, as a part of its fastest; 100%"},
    {"rule", "slice", Slice, "", "how long a task of this rule runs at a time"},
    {"rule", "preempts", Queues, "", "whose tasks make room for a task of this rule"},
    {"rule", "place", Place, "", "where a waking task of this rule goes"},
};

} // namespace

const OptionRow *findOption(std::string_view of, std::string_view name) {
    for (const OptionRow &row : kOptions)
        if (row.of == of && row.name == name)
            return &row;
    return nullptr;
}

std::vector<std::string> optionNames(std::string_view of) {
    std::vector<std::string> names;
    for (const OptionRow &row : kOptions)
        if (row.of == of)
            names.emplace_back(row.name);
    return names;
}

} // namespace scx
