// SPDX-License-Identifier: GPL-2.0-only
#include "sim/workload/ReadFile.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace scx::sim {

std::optional<std::string> readFile(const std::string &path) {
    std::error_code error;
    std::ifstream in(path, std::ios::binary);
    if (!in || std::filesystem::is_directory(path, error))
        return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(in), {});
}

} // namespace scx::sim
