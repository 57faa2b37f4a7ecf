#pragma once
#include <cstdint>
#include <string>
namespace scx::sim {
std::string formatText(const char *format, const uint64_t *data, size_t count);
}
