// SPDX-License-Identifier: GPL-2.0-only
// What happened, one line an event? `      1.234567 ms  cpu 2  run      1003 (web-3) from web, slice 20 ms`
#pragma once

#include "sim/view/Names.h"

#include <cstdio>
#include <unordered_map>

namespace scx::sim {

/// An exact duration for people: `20 ms`, `1.234567 ms`, `forever` for the kernel's SCX_SLICE_INF.
std::string exactDuration(uint64_t ns);

/// Stable: equal runs give equal text, and tests compare it.
class Trace : public View {
  public:
    /// `names` outlives it, and so does `out`, which it does not close.
    Trace(const Names &names, FILE *out) : names(names), out(out) {}

    void begin(const Machine &machine) override;
    void task(const TaskFacts &facts) override;
    void on(const Event &event) override;
    void print(uint64_t time, int cpu, const std::string &line) override { write(time, cpu, "print", line); }
    void ended(const ExitFacts &facts) override;

    /// A line of one's own among the others; cpu -1: of none.
    void write(uint64_t time, int cpu, const char *what, const std::string &rest);

  private:
    std::string text(uint32_t pid) const;
    std::string details(const Event &event) const;

    const Names &names;
    FILE *out;
    int cpuDigits = 1;
    std::unordered_map<uint32_t, TaskFacts> tasks;
};

} // namespace scx::sim
