// SPDX-License-Identifier: GPL-2.0-only
// A file in the trace event format (Chromium's "Trace Event Format" document), which ui.perfetto.dev opens. Processes are groups of rows, threads are rows.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdio>
#include <string>

namespace scx {

class TraceEvents {
  public:
    /// Writes to `out`, which it does not close. `about`: what stands in the file beside the events.
    TraceEvents(FILE *out, const nlohmann::json &about);
    /// `what`: process or thread. They are listed in the order of their numbers.
    void name(const std::string &what, int process, uint64_t thread, const std::string &name);
    /// From `from`, `length` long; in ns. `arguments`: an object.
    void span(const std::string &name, const char *category, int process, uint64_t thread, uint64_t from, uint64_t length,
              const nlohmann::json &arguments = nlohmann::json::object());
    /// An arrow named `name`, of that number, begins or ends at the thread's span.
    void flow(bool begins, const std::string &name, uint64_t number, int process, uint64_t thread, uint64_t at);
    void count(const std::string &name, int process, uint64_t at, const char *what, int64_t value);
    void instant(const std::string &name, const char *category, int process, uint64_t thread, uint64_t at);
    /// Nothing comes after it.
    void finish();

  private:
    FILE *out;
    bool first = true;
    void event(const std::string &fields);
};

} // namespace scx
