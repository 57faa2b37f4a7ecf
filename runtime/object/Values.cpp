// SPDX-License-Identifier: GPL-2.0-only
// How are values of parameters written, read and shown?
#include "object/Object.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace scx {
namespace {

struct UnitRow {
    const char *name;
    int64_t scale;
};
constexpr UnitRow kDurations[] = {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}};

/// A decimal number in front of `text`, kept exact: whole + billionths / 10^9. `used` 0: there is none.
struct Decimal {
    bool negative = false;
    uint64_t whole = 0, billionths = 0;
    size_t used = 0;
};

Decimal readDecimal(const std::string &text) {
    Decimal d;
    size_t at = 0;
    if (at < text.size() && text[at] == '-') {
        d.negative = true;
        ++at;
    }
    auto digit = [&](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
    if (!digit(at))
        return d;
    for (size_t first = at; digit(at); ++at) {
        if (at - first >= 19)
            return d;
        d.whole = d.whole * 10 + static_cast<uint64_t>(text[at] - '0');
    }
    if (at < text.size() && text[at] == '.') {
        uint64_t place = 100'000'000;
        for (++at; digit(at); ++at, place /= 10)
            d.billionths += static_cast<uint64_t>(text[at] - '0') * place; // digits beyond the ninth add nothing
        if (text[at - 1] == '.')
            return d;
    }
    d.used = at;
    return d;
}

/// `d` times `scale`, truncated; nothing if it does not fit.
std::optional<int64_t> scaled(const Decimal &d, int64_t scale) {
    __extension__ typedef __int128 Wide;
    Wide value = static_cast<Wide>(d.whole) * scale + static_cast<Wide>(d.billionths) * scale / 1'000'000'000;
    if (d.negative)
        value = -value;
    if (value > std::numeric_limits<int64_t>::max() || value < std::numeric_limits<int64_t>::min())
        return {};
    return static_cast<int64_t>(value);
}

} // namespace

int64_t parseDuration(const std::string &text) {
    Decimal d = readDecimal(text);
    for (const UnitRow &row : kDurations)
        if (d.used && text.substr(d.used) == row.name) {
            if (std::optional<int64_t> value = scaled(d, row.scale))
                return *value;
            throw std::runtime_error("`" + text + "` is too long a time; the longest is some 292 years");
        }
    throw std::runtime_error("`" + text + "` is not a duration; write a number with its unit, like 5s or 20ms");
}

std::string nearestName(const std::string &name, const std::vector<std::string> &known) {
    std::string best;
    size_t bestDistance = std::max<size_t>(1, name.size() / 3) + 1;
    for (const std::string &candidate : known) {
        std::vector<size_t> row(candidate.size() + 1), above, higher; // edit distance, one row at a time; letters that changed places are one mistake
        std::iota(row.begin(), row.end(), size_t{0});
        for (size_t i = 1; i <= name.size(); ++i) {
            higher = std::exchange(above, row);
            row[0] = i;
            for (size_t j = 1; j < row.size(); ++j) {
                row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (name[i - 1] != candidate[j - 1])});
                if (i > 1 && j > 1 && name[i - 1] == candidate[j - 2] && name[i - 2] == candidate[j - 1])
                    row[j] = std::min(row[j], higher[j - 2] + 1);
            }
        }
        if (row.back() < bestDistance) {
            bestDistance = row.back();
            best = candidate;
        }
    }
    return best;
}

std::string rangeText(const ObjectInfo &object, const Parameter &p) {
    if (p.minimum && p.maximum)
        return valueText(object, p.type, *p.minimum) + ".." + valueText(object, p.type, *p.maximum);
    if (p.minimum)
        return "at least " + valueText(object, p.type, *p.minimum);
    return p.maximum ? "at most " + valueText(object, p.type, *p.maximum) : "";
}

int64_t parseValue(const ObjectInfo &object, const Parameter &p, const std::string &text) {
    auto bad = [&](const std::string &what) { return std::runtime_error("`" + text + "` is not a value for `" + p.name + "`; it takes " + what); };
    int64_t value = 0;
    if (p.type == "bool") {
        if (text != "true" && text != "false")
            throw bad("true or false");
        value = text == "true";
    } else if (p.type == "duration" || p.type == "time") {
        try {
            value = parseDuration(text);
        } catch (const std::runtime_error &) { throw bad("a duration like 20ms or 1.5s"); }
    } else if (p.type == "ratio") {
        Decimal d = readDecimal(text);
        std::optional<int64_t> ratio = scaled(d, 10'000); // parts per million
        if (!d.used || text.substr(d.used) != "%" || !ratio)
            throw bad("a ratio like 30%");
        value = *ratio;
    } else if (p.type == "int" || p.type == "cpu") {
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size())
            throw bad("a whole number of 64 bits");
    } else {
        std::string all;
        int64_t index = -1;
        for (const auto &[name, values] : object.enums)
            for (size_t i = 0; name == p.type && i < values.size(); ++i) {
                all += (all.empty() ? "" : ", ") + values[i];
                if (values[i] == text)
                    index = static_cast<int64_t>(i);
            }
        if (index < 0)
            throw bad("one of " + all);
        value = index;
    }
    if ((p.minimum && value < *p.minimum) || (p.maximum && value > *p.maximum))
        throw std::runtime_error("`" + text + "` is out of range for `" + p.name + "`; it takes " + rangeText(object, p));
    return value;
}

std::string durationText(double ns) {
    char text[32];
    if (ns >= 1e9)
        snprintf(text, sizeof text, "%.2fs", ns / 1e9);
    else if (ns >= 1e6)
        snprintf(text, sizeof text, "%.2fms", ns / 1e6);
    else if (ns >= 1e3)
        snprintf(text, sizeof text, "%.1fus", ns / 1e3);
    else
        snprintf(text, sizeof text, "%.0fns", ns);
    return text;
}

std::string valueText(const ObjectInfo &object, const std::string &type, int64_t value) {
    if (type == "bool")
        return value ? "true" : "false";
    if (type == "duration" || type == "time") {
        for (const UnitRow &row : kDurations)
            if (value && value % row.scale == 0)
                return std::to_string(value / row.scale) + row.name;
        return "0ns";
    }
    if (type == "ratio") { // parts per million: a percentage has four digits behind the point, of which zeros are left out
        bool negative = value < 0;
        uint64_t parts = negative ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
        std::string fraction = std::to_string(10'000 + parts % 10'000).substr(1);
        fraction.erase(fraction.find_last_not_of('0') + 1);
        return (negative ? "-" : "") + std::to_string(parts / 10'000) + (fraction.empty() ? "" : "." + fraction) + "%";
    }
    for (const auto &[name, values] : object.enums)
        if (name == type && value >= 0 && static_cast<size_t>(value) < values.size())
            return values[static_cast<size_t>(value)];
    return std::to_string(value);
}

Settings splitSettings(const std::vector<std::string> &words, const std::string &option) {
    Settings settings;
    for (const std::string &word : words) {
        size_t equals = word.find('=');
        if (equals == std::string::npos)
            throw std::runtime_error("`" + option + word + "` has no value; write name=value");
        settings.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
    return settings;
}

const Parameter &parameterOf(const ObjectInfo &info, const std::string &name, const std::string &list) {
    std::vector<std::string> known;
    for (const Parameter &p : info.parameters) {
        if (p.name == name)
            return p;
        known.push_back(p.name);
    }
    std::string near = nearestName(name, known);
    throw std::runtime_error("the policy has no parameter `" + name + "`; " +
                             (known.empty()  ? "it has none"
                              : near.empty() ? list + " shows what it has"
                                             : "did you mean `" + near + "`?"));
}

} // namespace scx
