// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/LibbpfLog.h"

#include "kernel/VerifierWords.h"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cstdarg>
#include <sstream>

namespace scx {
namespace {

constexpr size_t kLongest = 1u << 20; // a verifier's log grows without bound
std::string collected;
bool verboseLog = false;

int collect(enum libbpf_print_level level, const char *format, va_list args) {
    va_list again; // the verifier's log comes as one message of any length
    va_copy(again, args);
    int length = vsnprintf(nullptr, 0, format, again);
    va_end(again);
    std::string text(static_cast<size_t>(std::max(0, length)) + 1, '\0');
    vsnprintf(text.data(), text.size(), format, args);
    text.pop_back();
    if (level == LIBBPF_WARN && collected.size() < kLongest)
        collected += text;
    return verboseLog ? fputs(text.c_str(), stderr) : 0;
}

bool starts(const std::string &line, const char *with) { return line.rfind(with, 0) == 0; }

} // namespace

void collectLibbpfLog(bool verbose) {
    verboseLog = verbose;
    collected.clear();
    libbpf_set_print(collect);
}

const std::string &libbpfLog() { return collected; }

std::string verifierReason(const std::string &log) {
    // The log of a program stands between two marks; what it says last before its closing summary is why.
    std::istringstream lines(log);
    std::string line, reason, source;
    bool inside = false;
    while (std::getline(lines, line)) {
        if (line.find("-- BEGIN PROG LOAD LOG --") != std::string::npos) {
            inside = true;
            continue;
        }
        if (!inside)
            continue;
        if (starts(line, "processed ") || line.find("-- END PROG LOAD LOG --") != std::string::npos)
            break;
        if (starts(line, "; ")) {
            if (line.find(".scx:") != std::string::npos)
                source = line.substr(2);
        } else if (!line.empty())
            reason = line;
    }
    if (std::string words = plainWords(reason); !words.empty())
        reason = words + " (" + reason + ")";
    if (reason.empty() || source.empty())
        return reason;
    size_t at = source.rfind(" @ "); // `its text @ its place`
    return at == std::string::npos ? reason + ", at " + source : reason + ", at " + source.substr(at + 3) + ": " + source.substr(0, at);
}

std::string libbpfReason(const std::string &log) {
    std::string line;
    std::istringstream lines(log);
    std::getline(lines, line);
    if (starts(line, "libbpf: "))
        line.erase(0, 8);
    return line;
}

} // namespace scx
