// SPDX-License-Identifier: GPL-2.0-only
#include "tools/TopText.h"

#include <algorithm>
#include <cctype>

namespace scx {
namespace {

/// The bytes of the character that begins here, 0 if it is none.
size_t characterAt(const std::string &text, size_t at) {
    auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
    size_t length = byte(at) < 0x80 ? 1 : (byte(at) & 0xe0) == 0xc0 ? 2 : (byte(at) & 0xf0) == 0xe0 ? 3 : (byte(at) & 0xf8) == 0xf0 ? 4 : 0;
    if (!length || at + length > text.size())
        return 0;
    for (size_t i = 1; i < length; ++i)
        if ((byte(at + i) & 0xc0) != 0x80)
            return 0;
    return length;
}

} // namespace

std::string fitted(const std::string &text, size_t width, bool right, bool utf8) {
    std::string out;
    size_t columns = 0;
    for (size_t at = 0; at < text.size() && columns < width; ++columns) {
        size_t length = characterAt(text, at);
        if (length == 1 || (length && utf8))
            out += text.substr(at, length);
        else
            out += '?';
        at += std::max<size_t>(length, 1);
    }
    std::string space(width - columns, ' ');
    return right ? space + out : out + space;
}

std::string sparkline(const std::vector<double> &history, size_t width, double full, bool utf8) {
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const letters[] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
    size_t from = history.size() - std::min(history.size(), width);
    double most = full;
    for (size_t i = from; i < history.size() && full == 0; ++i)
        most = std::max(most, history[i]);
    std::string out(width - (history.size() - from), ' ');
    for (size_t i = from; i < history.size(); ++i) {
        double part = most > 0 ? std::clamp(history[i] / most, 0.0, 1.0) : 0;
        int height = part > 0 ? std::max(1, static_cast<int>(part * 8 + 0.5)) : 0; // what is not nothing is seen
        out += (utf8 ? blocks : letters)[height];
    }
    return out;
}

std::string plainText(const TopRow &row) {
    std::string all;
    for (const TopCell &cell : row.cells)
        all += cell.text + " ";
    return all;
}

bool contains(const std::string &text, const std::string &part) {
    auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b)); };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

std::vector<TopRow> arranged(const TopTable &table, const TopChoice &choice, const std::set<std::string> &tagged) {
    std::vector<TopRow> rows;
    std::copy_if(table.rows.begin(), table.rows.end(), std::back_inserter(rows),
                 [&](const TopRow &row) { return choice.filter.empty() || contains(plainText(row), choice.filter); });
    size_t by = choice.chosen ? choice.sortedBy : table.sortedBy;
    bool descending = choice.chosen ? choice.descending : table.descending;
    if (by < table.columns.size())
        std::stable_sort(rows.begin(), rows.end(), [&](const TopRow &a, const TopRow &b) {
            const TopCell &x = descending ? b.cells[by] : a.cells[by], &y = descending ? a.cells[by] : b.cells[by];
            return table.columns[by].isNumber ? x.number < y.number : x.text < y.text;
        });
    std::stable_partition(rows.begin(), rows.end(), [&](const TopRow &row) { return tagged.contains(row.key); });
    return rows;
}

std::string lineOf(const TopTable &table, const TopRow *row, size_t width, size_t spark, const TopChoice &choice, bool utf8) {
    size_t by = choice.chosen ? choice.sortedBy : table.sortedBy;
    bool descending = choice.chosen ? choice.descending : table.descending;
    size_t room = spark && width > spark + 1 ? width - spark - 1 : width;
    std::string line;
    size_t used = 0;
    for (size_t i = 0; i < table.columns.size() && used < room; ++i) {
        const TopColumn &column = table.columns[i];
        auto own = static_cast<size_t>(column.width);
        if (i + 1 == table.columns.size() && !column.isNumber)
            own = room - used;
        own = std::min(own, room - used);
        std::string text = row ? row->cells.at(i).text : column.title + (i == by ? descending ? "-" : "+" : "");
        line += fitted(text, own, column.isNumber, utf8);
        used += own;
        if (used < room && i + 1 < table.columns.size()) {
            line += ' ';
            ++used;
        }
    }
    line += std::string(room - used, ' ');
    if (room < width)
        line += " " + (row ? sparkline(row->history, spark, table.full, utf8) : std::string(spark, ' '));
    return line;
}

} // namespace scx
