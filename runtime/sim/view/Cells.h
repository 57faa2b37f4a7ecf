// SPDX-License-Identifier: GPL-2.0-only
// How do figures look in a table?
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace scx::sim {

std::string timeCell(const nlohmann::json &ns); // `1.50ms`; `-` if nothing was measured
std::string countCell(const nlohmann::json &number);
std::string partCell(const nlohmann::json &part);  // `12.3%`
std::string missedCell(const nlohmann::json &row); // `3/120` of the periods; `-`: there were none

} // namespace scx::sim
