// SPDX-License-Identifier: GPL-2.0-only
// What does the verifier mean by its reason?
#pragma once

#include <string>

namespace scx {

/// In plain words; empty if it is a reason that we have no words for.
std::string plainWords(const std::string &reason);

} // namespace scx
