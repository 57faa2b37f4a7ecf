// SPDX-License-Identifier: GPL-2.0-only
// What does a policy offer: parameters, queues, rules?
#pragma once

#include "object/Object.h"

#include <nlohmann/json.hpp>

#include <map>

namespace scx {

/// One document. `values`: what parameters are, where that is not their default.
nlohmann::json description(const ObjectInfo &info, const std::map<std::string, int64_t> &values);

/// The same for people, a line each, on standard output.
void printDescription(const nlohmann::json &description);

} // namespace scx
