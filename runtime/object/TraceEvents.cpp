// SPDX-License-Identifier: GPL-2.0-only
#include "object/TraceEvents.h"

#include "object/Document.h"

#include <cstdlib>

namespace scx {
namespace {

using nlohmann::json;

/// Times are microseconds with a fraction; ours are exact to the ns. Who reads them makes a double of it and cuts off what is less than a ns, so that one that has no exact double
/// would be 1 ns earlier and runs that follow each other would overlap: such a time has a tenth of a ns more.
std::string timeOf(uint64_t ns) {
    char text[40];
    int length = snprintf(text, sizeof text, "%llu.%03llu", static_cast<unsigned long long>(ns / 1000), static_cast<unsigned long long>(ns % 1000));
    if (static_cast<uint64_t>(std::strtod(text, nullptr) * 1000) < ns)
        snprintf(text + length, sizeof text - static_cast<size_t>(length), "1");
    return text;
}

std::string whose(int process, uint64_t thread) { return ",\"pid\":" + std::to_string(process) + ",\"tid\":" + std::to_string(thread); }

} // namespace

TraceEvents::TraceEvents(FILE *out, const json &about) : out(out) {
    fprintf(out, "{\"displayTimeUnit\":\"ns\",\"otherData\":%s,\"traceEvents\":[", documentText(about).c_str());
}

void TraceEvents::event(const std::string &fields) {
    fprintf(out, "%s\n{%s}", first ? "" : ",", fields.c_str());
    first = false;
}

void TraceEvents::name(const std::string &what, int process, uint64_t thread, const std::string &name) {
    event("\"ph\":\"M\",\"name\":\"" + what + "_name\"" + whose(process, thread) + ",\"args\":{\"name\":" + documentText(name) + "}");
    event("\"ph\":\"M\",\"name\":\"" + what + "_sort_index\"" + whose(process, thread) +
          ",\"args\":{\"sort_index\":" + std::to_string(what == "process" ? static_cast<uint64_t>(process) : thread) + "}");
}

void TraceEvents::span(const std::string &name, const char *category, int process, uint64_t thread, uint64_t from, uint64_t length, const json &arguments) {
    event("\"ph\":\"X\",\"name\":" + documentText(name) + ",\"cat\":\"" + category + "\"" + whose(process, thread) + ",\"ts\":" + timeOf(from) +
          ",\"dur\":" + timeOf(length) + ",\"args\":" + documentText(arguments));
}

void TraceEvents::flow(bool begins, const std::string &name, uint64_t number, int process, uint64_t thread, uint64_t at) {
    event(std::string("\"ph\":\"") + (begins ? "s" : "f\",\"bp\":\"e") + "\",\"name\":" + documentText(name) + ",\"cat\":" + documentText(name) +
          ",\"id\":" + std::to_string(number) + whose(process, thread) + ",\"ts\":" + timeOf(at));
}

void TraceEvents::count(const std::string &name, int process, uint64_t at, const char *what, int64_t value) {
    event("\"ph\":\"C\",\"name\":" + documentText(name) + ",\"pid\":" + std::to_string(process) + ",\"ts\":" + timeOf(at) + ",\"args\":{\"" + what +
          "\":" + std::to_string(value) + "}");
}

void TraceEvents::instant(const std::string &name, const char *category, int process, uint64_t thread, uint64_t at) {
    event("\"ph\":\"i\",\"s\":\"t\",\"name\":" + documentText(name) + ",\"cat\":\"" + category + "\"" + whose(process, thread) + ",\"ts\":" + timeOf(at));
}

void TraceEvents::finish() { fprintf(out, "\n]}\n"); }

} // namespace scx
