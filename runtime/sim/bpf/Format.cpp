// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/Format.h"

#include "sim/bpf/Execution.h"

#include <cctype>
#include <cstdio>
#include <cstring>

namespace scx::sim {
namespace {

constexpr size_t kMostArguments = 12, kMostText = 1024; // MAX_BPRINTF_VARARGS, MAX_BPRINTF_BUF

std::string print(const std::string &specification, auto value) {
    char text[kMostText];
    std::snprintf(text, sizeof text, specification.c_str(), value);
    return text;
}

/// The conversion after the flags and the width in `head`; advances `at` past it.
std::optional<std::string> convert(const Execution &execution, std::string head, std::string_view format, size_t &at, uint64_t value) {
    unsigned longs = 0;
    if (at < format.size() && (format[at] == 's' || format[at] == 'c' || format[at] == 'p')) {
        char kind = format[at++];
        if (kind == 'c')
            return print(head + "c", static_cast<int>(value));
        if (kind == 's') {
            size_t readable = execution.arena.extent(value, kMostText, Access::Read);
            const char *begin = reinterpret_cast<const char *>(value);
            return print(head + "s", readable ? std::string(begin, strnlen(begin, readable)).c_str() : "");
        }
        while (at < format.size() && std::isalnum(static_cast<unsigned char>(format[at]))) // %px, %pK and so on: all are the address here
            ++at;
        return print(head + "llx", static_cast<unsigned long long>(value));
    }
    while (at < format.size() && format[at] == 'l' && longs < 2) {
        ++longs;
        ++at;
    }
    if (at == format.size() || !std::strchr("diuxX", format[at]))
        return std::nullopt;
    char kind = format[at++];
    if (kind == 'd' || kind == 'i')
        return print(head + "lld", static_cast<long long>(longs ? static_cast<int64_t>(value) : static_cast<int32_t>(value)));
    return print(head + "ll" + kind, static_cast<unsigned long long>(longs ? value : static_cast<uint32_t>(value)));
}

} // namespace

std::optional<std::string> formatText(const Execution &execution, std::string_view format, std::span<const uint64_t> arguments) {
    std::string text;
    size_t used = 0;
    for (size_t at = 0; at < format.size();) {
        if (format[at] != '%') {
            if (static_cast<unsigned char>(format[at]) >= 0x80)
                return std::nullopt;
            text += format[at++];
            continue;
        }
        std::string head = "%";
        if (++at < format.size() && format[at] == '%') {
            text += '%';
            ++at;
            continue;
        }
        while (at < format.size() && std::strchr("0+- ", format[at]))
            head += format[at++];
        while (at < format.size() && std::isdigit(static_cast<unsigned char>(format[at])) && head.size() < 8)
            head += format[at++];
        if (used == arguments.size())
            return std::nullopt;
        auto part = convert(execution, head, format, at, arguments[used++]);
        if (!part)
            return std::nullopt;
        text += *part;
    }
    return text;
}

std::optional<std::string> formatGiven(const Execution &execution, uint64_t format, uint64_t arguments, uint64_t bytes) {
    if (bytes % 8 != 0 || bytes > kMostArguments * 8 || (bytes != 0 && arguments == 0))
        return std::nullopt;
    const auto *numbers = bytes ? static_cast<const uint64_t *>(execution.memory(arguments, bytes, Access::Read, "the numbers of a text")) : nullptr;
    return formatText(execution, execution.text(format, 64 * 1024, "a format"), std::span(numbers, bytes / 8));
}

} // namespace scx::sim
