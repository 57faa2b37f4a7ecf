// SPDX-License-Identifier: GPL-2.0-only
// What does `scxrun top` know? Looks at the policy that runs, one after the other, and what became different between two of them.
#pragma once

#include "kernel/LookOn.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace scx {

class Conversation;

/// All that was seen at one moment.
struct TopLook {
    std::chrono::steady_clock::time_point at;
    nlohmann::json list, stats; // stats: null if none are kept
    std::vector<TaskRow> tasks;
    bool partial = false;
    std::map<int, std::pair<uint64_t, uint64_t>> cpus; // busy and all ticks of each CPU, from /proc/stat
};

/// A cell is a text, and where its column is one of numbers, the number it is sorted by.
struct TopCell {
    std::string text;
    double number = 0;
};

struct TopRow {
    std::string key; // names it from look to look
    std::vector<TopCell> cells;
    std::vector<double> history; // the oldest first
};

struct TopColumn {
    std::string title;
    int width; // of the screen; the last one has what is left
    bool isNumber;
};

/// One table of the view.
struct TopTable {
    std::string title;
    std::vector<TopColumn> columns;
    std::vector<TopRow> rows;
    static constexpr size_t kAsGiven = ~size_t(0);
    size_t sortedBy = kAsGiven; // a column, at first
    bool descending = false;
    double full = 0; // what a whole bar of a sparkline is; 0: the largest that is shown
};

class TopModel {
  public:
    TopModel();
    ~TopModel();
    /// Looks once more. Throws std::runtime_error with one line if nobody answers; what was seen stays.
    void look();
    /// Two looks were taken, at the policy that runs.
    bool complete() const { return before && now; }
    std::string heading() const;
    /// Queues, rules, CPUs, tasks, parameters: those there are.
    std::vector<TopTable> tables() const;

  private:
    std::unique_ptr<Conversation> scxrun;
    std::unique_ptr<TopLook> before, now;
    std::map<std::string, std::deque<double>> histories; // by the key of a row
    std::map<int, uint64_t> ranBefore;                   // ns, by thread

    double seconds() const;
    int widestQueue() const;
    std::string queueOf(const TaskRow &task) const;
    void remember();
    TopTable queues() const, rules() const, cpus() const, tasks() const, parameters() const;
    std::vector<double> historyOf(const std::string &key) const;
};

} // namespace scx
