// SPDX-License-Identifier: GPL-2.0-only
// A recording as a picture: who ran where and when, how long queues were, and why.
#pragma once

#include "sim/view/Recorder.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <string>

namespace scx::sim {

/// Writes `path`, as its end says: `.html`, one page that needs nothing else and no server; `.svg`, the same without motion; `.json`, the trace event format that ui.perfetto.dev
/// opens. `figures` (Table.h) stand on the page. Throws std::runtime_error with one line, `situation; what to do`.
void writeTimeline(const Recording &recording, const nlohmann::json &figures, const std::string &path);
/// Throws as writeTimeline if that would not know what to write; for before the simulation.
void checkTimelinePath(const std::string &path);

void writeHtml(const Recording &recording, const nlohmann::json &figures, FILE *out);
void writeSvg(const Recording &recording, FILE *out);
void writeChrome(const Recording &recording, FILE *out);

} // namespace scx::sim
