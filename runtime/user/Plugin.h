// SPDX-License-Identifier: GPL-2.0-only
// How is a policy loaded that stands in a shared object?
#pragma once

#include "user/libscx.h"

#include <string>

namespace scx::user {

/// Loads the object and makes its policy for a queue. It stays until the process ends. Throws std::runtime_error with one line, `situation; what to do`.
UserPolicy &loadPlugin(const std::string &path, const char *queue);

} // namespace scx::user
