// SPDX-License-Identifier: GPL-2.0-only
// What does a number token with its unit mean?
#pragma once

#include "syntax/Ast.h"

#include <string>
#include <string_view>

namespace scx {

struct NumberLiteral {
    int64_t value = 0; // ns for durations, parts per million for ratios
    Unit unit = Unit::None;
    std::string error; // what is wrong and what to write instead; empty if nothing is
};

/// `text` as the lexer's NUMBER: digits, `_`, an optional fraction, an optional unit (ns us ms s m h, %).
NumberLiteral decodeNumber(std::string_view text);

/// The shortest exact way to write `value`: 20000000 ns is `20ms`.
std::string numberText(int64_t value, Unit unit);

} // namespace scx
