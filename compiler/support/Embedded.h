// SPDX-License-Identifier: GPL-2.0-only
// Which files travel inside the scxc binary?
// The standard library and the error pages, so that scxc needs no data files at run time.
#pragma once

#include <iterator>
#include <span>
#include <string_view>

namespace scx {

struct EmbeddedFile {
    std::string_view name; // file name without folders
    std::string_view text;
};

std::span<const EmbeddedFile> embeddedStdlib();
std::span<const EmbeddedFile> embeddedErrorPages();

} // namespace scx
