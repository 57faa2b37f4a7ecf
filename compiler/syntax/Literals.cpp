// SPDX-License-Identifier: GPL-2.0-only
#include "syntax/Literals.h"

namespace scx {
namespace {

struct UnitRow {
    std::string_view name;
    int64_t scale;
    Unit unit;
};
// Largest first within a kind, so that printing finds the shortest form.
// clang-format off
constexpr UnitRow kUnits[] = {
    {"h", 3600'000'000'000, Unit::Duration}, {"m", 60'000'000'000, Unit::Duration}, {"s", 1'000'000'000, Unit::Duration},
    {"ms", 1'000'000, Unit::Duration},       {"us", 1'000, Unit::Duration},         {"ns", 1, Unit::Duration},
    {"%", 10'000, Unit::Ratio},              {"", 1, Unit::None},
};
// clang-format on

} // namespace

NumberLiteral decodeNumber(std::string_view text) {
    size_t i = 0;
    __int128 digits = 0, divisor = 1;
    bool fraction = false, tooLarge = false;
    for (; i < text.size(); ++i) {
        char c = text[i];
        if (c == '.') {
            fraction = true;
        } else if (c >= '0' && c <= '9') {
            digits = digits * 10 + (c - '0');
            if (fraction)
                divisor *= 10;
            tooLarge |= digits > (static_cast<__int128>(1) << 90) || divisor > (static_cast<__int128>(1) << 60);
            if (tooLarge)
                digits = divisor = 1;
        } else if (c != '_')
            break;
    }
    std::string_view suffix = text.substr(i);
    for (const UnitRow &row : kUnits) {
        if (row.name != suffix)
            continue;
        __int128 scaled = digits * row.scale;
        if (tooLarge || scaled / divisor > INT64_MAX)
            return {0, row.unit, "it is larger than 64 bits hold"};
        if (scaled % divisor)
            return {0, row.unit, row.unit == Unit::None ? "only durations and ratios have a fraction" : "it is finer than the unit's smallest step"};
        return {static_cast<int64_t>(scaled / divisor), row.unit, {}};
    }
    return {0, Unit::None, "units are ns, us, ms, s, m, h and %"};
}

std::string numberText(int64_t value, Unit unit) {
    if (unit == Unit::Duration && value == 0)
        return "0ns";
    for (const UnitRow &row : kUnits)
        if (row.unit == unit && value % row.scale == 0)
            return std::to_string(value / row.scale) + std::string(row.name);
    // A ratio finer than a per cent.
    int64_t rest = value < 0 ? -(value % 10'000) : value % 10'000;
    std::string digits = std::to_string(rest);
    digits = std::string(4 - digits.size(), '0') + digits;
    digits.erase(digits.find_last_not_of('0') + 1);
    return (value < 0 && value > -10'000 ? "-" : "") + std::to_string(value / 10'000) + "." + digits + "%";
}

} // namespace scx
