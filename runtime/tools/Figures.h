// SPDX-License-Identifier: GPL-2.0-only
// What did each queue, rule and counter do so far?
#pragma once

#include "kernel/Scheduler.h"

#include <nlohmann/json.hpp>

namespace scx {

/// The value below which `part` (0..1) of the values of a histogram (docs/internals/object.md) lie: the middle of the bucket that holds it; of a
/// linear one's last, where that begins. Less than nothing: the histogram is empty. `width`: of a linear one's buckets, 0: log-linear.
double percentile(const std::vector<uint64_t> &buckets, double part, int64_t width = 0);

/// One document: queues, rules, counters, histograms; times in ns, null where nothing was measured. `buckets`: also those of waits, for who looks twice.
nlohmann::json figures(const Scheduler &scheduler, const ObjectInfo &info, bool buckets = false);

/// The same for people, aligned, on standard output.
void printTable(const nlohmann::json &figures);

} // namespace scx
