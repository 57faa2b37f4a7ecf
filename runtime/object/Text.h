// SPDX-License-Identifier: GPL-2.0-only
// What of a file's text may be shown on root's terminal?
#pragma once

#include <algorithm>
#include <string>

namespace scx {

/// Without characters that command a terminal. Names of an object are in one line, texts may have several.
inline std::string printable(std::string text, bool lines = false) {
    std::replace_if(text.begin(), text.end(), [&](unsigned char c) { return (c < ' ' && !(lines && (c == '\n' || c == '\t'))) || c == 0x7f; }, '?');
    return text;
}

} // namespace scx
