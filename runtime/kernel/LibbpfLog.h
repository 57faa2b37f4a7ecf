// SPDX-License-Identifier: GPL-2.0-only
// What did libbpf and the kernel's verifier say, and which one line of it says why?
#pragma once

#include <string>

namespace scx {

/// From here on libbpf's words are collected, from nothing; `verbose`: they are also written to standard error.
void collectLibbpfLog(bool verbose);
const std::string &libbpfLog();

/// The verifier's reason in plain words and in its own, and the line of the policy's source; empty if it was not the verifier that refused.
std::string verifierReason(const std::string &log);
/// The first line of libbpf itself; empty if it said nothing.
std::string libbpfReason(const std::string &log);

} // namespace scx
