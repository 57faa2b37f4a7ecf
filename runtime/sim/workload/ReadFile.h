// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <optional>
#include <string>

namespace scx::sim {

/// The whole text of a file; none if it can't be read or is a folder.
std::optional<std::string> readFile(const std::string &path);

} // namespace scx::sim
