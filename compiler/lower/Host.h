// SPDX-License-Identifier: GPL-2.0-only
// How does the discipline of a queue that a process orders become code of this machine?
#pragma once

#include "support/Diagnostics.h"
#include "syntax/Ast.h"

#include <nlohmann/json.hpp>

#include <map>
#include <string>

namespace scx {

class Module;

/// Compiles the disciplines of all such queues into one section of `module`; gives what the metadata says of each, by the queue's name. Of a policy without one nothing is done.
std::map<std::string, nlohmann::json> lowerHost(const Program &core, const SourceManager &sources, Module &module, Diagnostics &diags);

} // namespace scx
