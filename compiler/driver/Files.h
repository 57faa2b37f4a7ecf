// SPDX-License-Identifier: GPL-2.0-only
// How are files read and written, so that nobody ever sees half of one?
#pragma once

#include <string>
#include <vector>

namespace scx {

/// The whole file ("-": standard input) into `text`. Returns what went wrong, or an empty string.
std::string readFile(const std::string &path, std::string &text);

/// Writes beside the target and renames, so that a crash or a full disk leaves the old file whole; what is no regular file (a pipe,
/// /dev/null) and "-" (standard output) are written in place. Returns what went wrong, or an empty string.
std::string writeFile(const std::string &path, const std::string &bytes);

/// A rule for make: `target: files…`.
std::string dependencyRule(const std::string &target, const std::vector<std::string> &files);

} // namespace scx
