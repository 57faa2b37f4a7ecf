// SPDX-License-Identifier: GPL-2.0-only
// Which files that are no text travel inside our programs? Their tables are written by cmake/EmbedBytesScript.cmake.
#pragma once

#include <span>
#include <string_view>

namespace scx {

struct EmbeddedBytes {
    std::string_view name; // of the file, without folders and what comes after a dot
    std::span<const unsigned char> bytes;
};

} // namespace scx
