// SPDX-License-Identifier: GPL-2.0-only
// What did a simulation count, as a document and as tables for people? docs/simulator.md says what each figure means.
#pragma once

#include "sim/view/Statistics.h"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace scx::sim {

/// One document, after finish(): machine, groups, tasks, queues, exit. Times in ns, parts of a whole as numbers of which 1 is all, null where nothing was measured.
nlohmann::json figures(const Statistics &statistics);
/// The same for people, on standard output; by group, or for `eachTask` of its own.
void printTable(const nlohmann::json &figures, bool eachTask);

/// Results of one workload under several schedulers, each with the name to show it under: what figures() gave.
using Results = std::vector<std::pair<std::string, nlohmann::json>>;
/// One document: the results in their order, each with its `name`.
nlohmann::json comparison(const Results &results);
/// Side by side on standard output: a column for each result, a row for each figure of the machine, the groups and the queues that have the same name.
void printComparison(const Results &results);

} // namespace scx::sim
