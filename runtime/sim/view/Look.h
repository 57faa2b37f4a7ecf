// SPDX-License-Identifier: GPL-2.0-only
// Which colours does a timeline have, on a light and on a dark ground?
#pragma once

#include <string>

namespace scx::sim {

struct Colour {
    const char *name, *light, *dark;
};

/// Of the page. Text on any of the grounds has a contrast of at least 4.5 : 1 (WCAG 2.2, 1.4.3), marks one of 3 : 1 (1.4.11); test/sim/view/page.py computes them.
inline constexpr Colour kPageColours[] = {
    {"ground", "#ffffff", "#11151c"}, {"panel", "#f5f7fa", "#191f29"}, {"row", "#eef1f5", "#1c232e"},
    {"line", "#d5dbe3", "#2e3746"},   {"text", "#1a2230", "#e6eaf1"},  {"faint", "#566173", "#9aa7ba"},
    {"focus", "#0b5fce", "#79b8ff"},  {"alarm", "#c0221b", "#ff8a80"}, {"on-bar", "#ffffff", "#0c1016"},
};
/// Of groups, tasks or queues, in their order and again from the front. `on-bar` is readable on each.
inline constexpr Colour kBarColours[] = {
    {"c0", "#2563a8", "#7cb7ff"}, {"c1", "#b0500c", "#ffae70"}, {"c2", "#1f7a3d", "#7ddc95"}, {"c3", "#7a3fa8", "#cda5ff"}, {"c4", "#0f736c", "#5fd6c8"},
    {"c5", "#b0336f", "#ff9ccb"}, {"c6", "#7c5a1e", "#e0c28a"}, {"c7", "#52617a", "#b3c0d4"}, {"c8", "#5f6b12", "#cfd66a"}, {"c9", "#4a4fc4", "#a3adff"},
};

/// Custom properties `--ground: …` for both grounds, as CSS.
std::string colourSheet();

} // namespace scx::sim
