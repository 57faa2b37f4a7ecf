// SPDX-License-Identifier: GPL-2.0-only
// The whole recording in one still picture that looks as the page does.
#include "sim/view/Look.h"
#include "sim/view/Timeline.h"
#include "sim/view/Trace.h"

#include <algorithm>
#include <cmath>

namespace scx::sim {
namespace {

constexpr double kWidth = 1200, kLeft = 76, kRight = 16, kTop = 64, kLane = 44, kGap = 10;
constexpr double kSign = 8;       // as wide as the sign of a missed period
constexpr double kSmallest = 0.5; // narrower runs of a CPU are drawn together

std::string escaped(const std::string &text) {
    std::string safe;
    for (char c : text)
        safe += c == '<'                              ? "&lt;"
                : c == '>'                            ? "&gt;"
                : c == '&'                            ? "&amp;"
                : c == '"'                            ? "&quot;"
                : static_cast<unsigned char>(c) < ' ' ? " "
                                                      : std::string(1, c);
    return safe;
}

/// Classes instead of custom properties, which not every program that shows SVG knows.
std::string styleSheet() {
    std::string light, dark;
    auto add = [&](const Colour &c) {
        auto rule = [&](const char *value) { return std::string(" .") + c.name + " {fill:" + value + "} .s-" + c.name + " {stroke:" + value + "}"; };
        light += rule(c.light);
        dark += rule(c.dark);
    };
    for (const Colour &c : kPageColours)
        add(c);
    for (const Colour &c : kBarColours)
        add(c);
    return "text {font:11px system-ui,sans-serif}" + light + " @media (prefers-color-scheme: dark) {" + dark + " }";
}

struct Picture {
    const Recording &r;
    FILE *out;
    double rowHeight, end;

    double x(uint64_t time) const { return kLeft + static_cast<double>(time) / end * (kWidth - kLeft - kRight); }
    static std::string bar(size_t index) { return kBarColours[index % std::size(kBarColours)].name; }

    void rect(double x0, double y, double width, double height, const std::string &kind, double opacity, const std::string &title) const {
        fprintf(out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" class=\"%s\"", x0, y, width, height, kind.c_str());
        if (opacity < 1)
            fprintf(out, " opacity=\"%.2f\"", opacity);
        fprintf(out, title.empty() ? "/>\n" : "><title>%s</title></rect>\n", title.c_str());
    }
    void text(double x0, double y, const char *kind, const char *anchor, const std::string &words) const {
        fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">%s</text>\n", x0, y, kind, anchor, escaped(words).c_str());
    }

    /// Lines at round times, eight or so.
    void axis(double bottom) const {
        double step = std::pow(10, std::floor(std::log10(end / 8)));
        for (double factor : {5.0, 2.0})
            if (end / (step * factor) >= 6) {
                step *= factor;
                break;
            }
        for (double t = 0; t <= end; t += step) {
            double at = x(static_cast<uint64_t>(t));
            fprintf(out, "<path d=\"M%.1f %.1fV%.1f\" class=\"s-line\" fill=\"none\"/>\n", at, kTop - 6, bottom);
            text(at, kTop - 10, "faint", "middle", exactDuration(static_cast<uint64_t>(t)));
        }
    }

    std::string explained(const RunRecord &run) const {
        const Recording::Task &t = r.tasks[run.task];
        std::string words = t.name + " (" + std::to_string(t.pid) + ") on CPU " + std::to_string(run.cpu) + "\nran " + exactDuration(run.end - run.start) +
                            " from " + exactDuration(run.start) + ", slice " + exactDuration(run.slice) + "\n" +
                            (run.dsq ? "from " + r.dsqs[run.dsq] : "kept") + ", waited " + exactDuration(run.wait) + "\n" + reasonTexts[run.why];
        if (run.rule >= 0 && static_cast<size_t>(run.rule) < r.rules.size())
            words += "\n" + r.rules[static_cast<size_t>(run.rule)];
        return escaped(words);
    }

    void row(size_t cpu, const std::vector<const RunRecord *> &runs) const {
        double y = kTop + static_cast<double>(cpu) * (rowHeight + 2), from = -1, covered = 0, longest = 0;
        const RunRecord *main = nullptr;
        rect(kLeft, y, kWidth - kLeft - kRight, rowHeight, "row", 1, "");
        if (rowHeight >= 8 || cpu % 8 == 0)
            text(kLeft - 8, y + rowHeight / 2 + 4, "text", "end", "CPU " + std::to_string(cpu));
        auto flush = [&] {
            if (main)
                rect(from, y, kSmallest, rowHeight, bar(r.tasks[main->task].group), std::clamp(covered / kSmallest, 0.3, 1.0), "");
            main = nullptr;
            covered = longest = 0;
        };
        for (const RunRecord *run : runs) {
            double x0 = x(run->start), x1 = x(run->end);
            if (x1 - x0 >= kSmallest) {
                flush();
                double width = x1 - x0 - (x1 - x0 > 3 ? 1 : 0);
                const Recording::Task &t = r.tasks[run->task];
                rect(x0, y, width, rowHeight, bar(t.group), 1, explained(*run));
                if (rowHeight >= 12 && width > 7.0 * static_cast<double>(t.name.size()) + 6)
                    text(x0 + 4, y + rowHeight / 2 + 4, "on-bar", "start", t.name);
                continue;
            }
            double column = std::floor(x0 / kSmallest) * kSmallest;
            if (column != from)
                flush();
            from = column;
            covered += x1 - x0;
            if (!main || x1 - x0 > longest) {
                longest = x1 - x0;
                main = run;
            }
        }
        flush();
        for (const Recording::Offline &o : r.offline)
            if (static_cast<size_t>(o.cpu) == cpu)
                rect(x(o.start), y, x(o.end) - x(o.start), rowHeight, "line", 1, "offline");
        double before = -kSign; // they do not hide each other
        for (const Recording::Missed &m : r.missed)
            if (m.cpu >= 0 && static_cast<size_t>(m.cpu) == cpu && x(m.time) - before >= kSign) {
                before = x(m.time);
                fprintf(out, "<path d=\"M%.1f %.1fl4 4l-4 4l-4 -4z\" class=\"alarm\"><title>%s missed its deadline by %s</title></path>\n", x(m.time), y - 4,
                        escaped(r.tasks[m.task].name).c_str(), exactDuration(m.late).c_str());
            }
    }

    /// Within half a pixel the highest length is drawn.
    void lane(size_t queue, double y) const {
        uint32_t longest = 1;
        for (const Recording::Length &point : r.lengths)
            if (point.queue == queue)
                longest = std::max(longest, point.length);
        rect(kLeft, y, kWidth - kLeft - kRight, kLane, "row", 1, "");
        text(kLeft - 8, y + 14, "text", "end", r.queues[queue]);
        text(kLeft - 8, y + 28, "faint", "end", "max " + std::to_string(longest));
        std::string path;
        char step[64];
        auto height = [&](uint32_t length) { return y + kLane - static_cast<double>(length) / longest * (kLane - 4); };
        snprintf(step, sizeof step, "M%.1f %.1f", kLeft, y + kLane);
        path = step;
        double column = -1;
        uint32_t highest = 0, last = 0;
        auto draw = [&] {
            if (column >= 0) {
                snprintf(step, sizeof step, "H%.1fV%.1f", column, height(highest));
                path += step;
                if (last != highest) {
                    snprintf(step, sizeof step, "H%.1fV%.1f", column + kSmallest, height(last));
                    path += step;
                }
            }
        };
        for (const Recording::Length &point : r.lengths) {
            if (point.queue != queue)
                continue;
            double at = std::floor(x(point.time) / kSmallest) * kSmallest;
            if (at != column) {
                draw();
                column = at;
                highest = 0;
            }
            highest = std::max(highest, point.length);
            last = point.length;
        }
        draw();
        fprintf(out, "<path d=\"%sH%.1fV%.1fz\" class=\"faint s-faint\" fill-opacity=\"0.35\"><title>length of %s</title></path>\n", path.c_str(),
                kWidth - kRight, y + kLane, escaped(r.queues[queue]).c_str());
    }
};

} // namespace

void writeSvg(const Recording &r, FILE *out) {
    size_t cpus = r.machine.cpus.size();
    std::vector<std::vector<const RunRecord *>> rows(cpus);
    for (const RunRecord &run : r.runs)
        rows[static_cast<size_t>(run.cpu)].push_back(&run);
    std::vector<bool> used(r.queues.size());
    for (const Recording::Length &point : r.lengths)
        used[point.queue] = used[point.queue] || point.length;
    Picture p{r, out, std::clamp(640 / static_cast<double>(cpus), 4.0, 24.0), static_cast<double>(std::max<uint64_t>(r.end, 1))};
    double lanes = kTop + static_cast<double>(cpus) * (p.rowHeight + 2) + kGap;
    double bottom = lanes + static_cast<double>(std::count(used.begin(), used.end(), true)) * (kLane + 4), legend = bottom + 24;
    // How many lines the legend takes is known when it has been laid out.
    std::vector<std::pair<double, double>> places;
    double at = kLeft, line = legend;
    for (const std::string &group : r.groups) {
        double width = 30 + 7 * static_cast<double>(group.size());
        if (at + width > kWidth - kRight && at > kLeft) {
            at = kLeft;
            line += 18;
        }
        places.emplace_back(at, line);
        at += width;
    }
    double height = line + 16;
    std::string title = r.policy + (r.workload.empty() ? "" : " under " + r.workload),
                size = std::to_string(cpus) + (cpus == 1 ? " CPU, " : " CPUs, ") + exactDuration(r.end) + ", " + std::to_string(r.runs.size()) + " runs of " +
                       std::to_string(r.tasks.size()) + (r.tasks.size() == 1 ? " task" : " tasks") + (r.cut ? "; the recording was full here" : "");
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\" aria-labelledby=\"title "
            "size\">\n<title id=\"title\">%s</title>\n<desc id=\"size\">%s</desc>\n<style>%s</style>\n",
            kWidth, height, kWidth, height, escaped(title).c_str(), escaped(size).c_str(), styleSheet().c_str());
    p.rect(0, 0, kWidth, height, "ground", 1, "");
    fprintf(out,
            "<text x=\"%.0f\" y=\"26\" class=\"text\" style=\"font-size:16px;font-weight:600\">%s <tspan class=\"faint\" "
            "style=\"font-size:12px;font-weight:400\" dx=\"8\">%s</tspan></text>\n",
            kLeft, escaped(title).c_str(), escaped(size).c_str());
    for (size_t cpu = 0; cpu < cpus; ++cpu)
        p.row(cpu, rows[cpu]);
    for (size_t queue = 0, shown = 0; queue < r.queues.size(); ++queue)
        if (used[queue])
            p.lane(queue, lanes + static_cast<double>(shown++) * (kLane + 4));
    p.axis(bottom - 4);
    for (size_t group = 0; group < r.groups.size(); ++group) {
        p.rect(places[group].first, places[group].second - 9, 12, 10, Picture::bar(group), 1, "");
        p.text(places[group].first + 17, places[group].second, "text", "start", r.groups[group]);
    }
    fprintf(out, "</svg>\n");
}

} // namespace scx::sim
