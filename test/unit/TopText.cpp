// SPDX-License-Identifier: GPL-2.0-only
// Lines of `scxrun top`: exactly so wide whatever stands in them, bars, order, filter.
#include "tools/TopText.h"

#include <cstdio>

static int failed = 0;

static void expect(const std::string &got, const std::string &wanted) {
    if (got != wanted) {
        std::printf("got      |%s|\nexpected |%s|\n", got.c_str(), wanted.c_str());
        failed = 1;
    }
}

static std::string keys(const std::vector<scx::TopRow> &rows) {
    std::string all;
    for (const scx::TopRow &row : rows)
        all += row.key;
    return all;
}

int main() {
    using namespace scx;
    expect(fitted("abc", 5, false, true), "abc  ");
    expect(fitted("abc", 5, true, true), "  abc");
    expect(fitted("abcdef", 3, true, true), "abc");
    expect(fitted("", 0, true, true), "");
    expect(fitted("größe", 6, false, true), "größe ");
    expect(fitted("größe", 6, false, false), "gr??e ");
    expect(fitted("a\xff\xc3", 4, false, true), "a?? ");
    expect(sparkline({}, 3, 0, true), "   ");
    expect(sparkline({0, 4, 8}, 4, 0, true), "  ▄█");
    expect(sparkline({9, 0, 0.001, 1}, 3, 1, false), " .@"); // the last three; what is not nothing is seen
    expect(sparkline({0.5, 2}, 2, 1, false), "=@");
    TopTable table{"T",
                   {{"n", 4, true}, {"name", 6, false}},
                   {{"a", {{"10", 10}, {"xylo"}}, {1}}, {"b", {{"9", 9}, {"Anna"}}, {0}}, {"c", {{"100", 100}, {"mid"}}, {}}},
                   0,
                   true};
    expect(keys(arranged(table, {})), "cab"); // by number, not by text
    expect(keys(arranged(table, {1, false, true, ""})), "bca");
    expect(keys(arranged(table, {TopTable::kAsGiven, false, true, ""})), "abc");
    expect(keys(arranged(table, {0, false, true, "N"}, {})), "b");
    expect(keys(arranged(table, {}, {"b"})), "bca");
    expect(lineOf(table, nullptr, 14, 0, {}, true), "  n- name     ");
    expect(lineOf(table, &table.rows[0], 14, 3, {}, true), "  10 xylo    █");
    for (size_t width = 0; width < 40; ++width)
        for (const TopRow &row : table.rows)
            expect(std::to_string(lineOf(table, &row, width, 8, {}, false).size()), std::to_string(width));
    return failed;
}
