// SPDX-License-Identifier: GPL-2.0-only
#include "sim/view/Timeline.h"
#include "sim/view/Look.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace scx::sim {
namespace {

enum class Kind { None, Html, Svg, Chrome };

Kind kindOf(const std::string &path) {
    for (auto [end, kind] : {std::pair(".html", Kind::Html), {".svg", Kind::Svg}, {".json", Kind::Chrome}})
        if (path.size() > strlen(end) && path.compare(path.size() - strlen(end), std::string::npos, end) == 0)
            return kind;
    return Kind::None;
}

} // namespace

std::string colourSheet() {
    std::string light, dark;
    auto add = [&](const Colour &c) {
        light += std::string(" --") + c.name + ": " + c.light + ";";
        dark += std::string(" --") + c.name + ": " + c.dark + ";";
    };
    for (const Colour &c : kPageColours)
        add(c);
    for (const Colour &c : kBarColours)
        add(c);
    return ":root {" + light + " }\n@media (prefers-color-scheme: dark) { :root {" + dark + " } }\n";
}

void checkTimelinePath(const std::string &path) {
    if (kindOf(path) == Kind::None)
        throw std::runtime_error("`" + path + "` is no kind of timeline; let its name end with .html, .svg or .json");
}

void writeTimeline(const Recording &recording, const nlohmann::json &figures, const std::string &path) {
    checkTimelinePath(path);
    auto failed = [&] { return std::runtime_error("cannot write `" + path + "`: " + strerror(errno) + "; name another file"); };
    FILE *out = fopen(path.c_str(), "w");
    if (!out)
        throw failed();
    switch (kindOf(path)) {
    case Kind::Html: writeHtml(recording, figures, out); break;
    case Kind::Svg: writeSvg(recording, out); break;
    default: writeChrome(recording, out); break;
    }
    bool bad = ferror(out) != 0;
    if (fclose(out) != 0 || bad)
        throw failed();
}

} // namespace scx::sim
