// SPDX-License-Identifier: GPL-2.0-only
// What does one file of the kernel say?
#pragma once

#include <fstream>
#include <string>

namespace scx {

/// The first line; empty if there is no such file.
inline std::string readLine(const std::string &path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
}

} // namespace scx
