// SPDX-License-Identifier: GPL-2.0-only
// `scxrun check`: will an object load on these kernels?
#pragma once

#include <string>
#include <vector>

namespace scx {

struct CheckOptions {
    std::string path;
    std::vector<std::string> sets;    // name=value
    std::vector<std::string> kernels; // files with BTF; none: the running kernel
    bool json = false;
};

/// The exit code: 0 it will load on each of them, 3 it will not, 1 there is nothing to tell.
int runCheck(const CheckOptions &options);

} // namespace scx
