// SPDX-License-Identifier: GPL-2.0-only
// How does a table of `scxrun top` read, line by line?
#pragma once

#include "tools/TopModel.h"

#include <map>
#include <set>

namespace scx {

/// What whoever looks has chosen for one table.
struct TopChoice {
    size_t sortedBy = TopTable::kAsGiven;
    bool descending = false, chosen = false; // chosen: not the table's own order
    std::string filter;
};

/// Exactly so many columns: cut, or filled up with spaces. Bytes that are no UTF-8, and without `utf8` all that is not ASCII, become `?`.
std::string fitted(const std::string &text, size_t width, bool right, bool utf8);

/// The last values as so many bars.
std::string sparkline(const std::vector<double> &history, size_t width, double full, bool utf8);

/// All cells, separated by a space; what is searched.
std::string plainText(const TopRow &row);
/// Without regard to case.
bool contains(const std::string &text, const std::string &part);

/// Rows in their order, those that are tagged first, filtered.
std::vector<TopRow> arranged(const TopTable &table, const TopChoice &choice, const std::set<std::string> &tagged = {});

/// One line of so many columns; a row of null: the titles. `spark`: columns of the sparkline, 0: none.
std::string lineOf(const TopTable &table, const TopRow *row, size_t width, size_t spark, const TopChoice &choice, bool utf8);

} // namespace scx
