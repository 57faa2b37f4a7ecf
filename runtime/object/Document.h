// SPDX-License-Identifier: GPL-2.0-only
// How is a document written that may hold names of tasks?
#pragma once

#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

namespace scx {

/// In one line. Bytes that are no UTF-8, as names may have, are replaced.
inline std::string documentText(const nlohmann::json &document) { return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); }

/// A line of standard output.
inline void printDocument(const nlohmann::json &document) { std::cout << documentText(document) << "\n"; }

} // namespace scx
