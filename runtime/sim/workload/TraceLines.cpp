// SPDX-License-Identifier: GPL-2.0-only
// The text of a trace, line by line:
//
//     perf sched script     COMM PID[/TID] [CPU] SECONDS.FRACTION: sched:EVENT: FIELDS
//     trace-cmd report      COMM-PID [CPU] SECONDS.FRACTION: EVENT: FIELDS
//     trace-cmd report -l   COMM-PID CPU+FLAGS SECONDS.FRACTION: EVENT: FIELDS
//     the kernel's trace    COMM-PID [CPU] FLAGS SECONDS.FRACTION: EVENT: FIELDS
//
// FIELDS are `prev_comm=a prev_pid=1 … ==> …`, as the kernel prints them, the same raw (trace-cmd report -R, no arrow, states as numbers), or `a:1 [120] S ==> b:2 [120]`,
// as libtraceevent's plugins do.
#include "sim/workload/Trace.h"

#include <algorithm>
#include <charconv>

namespace scx::sim {
namespace {

struct EventName {
    std::string_view name;
    TraceLine::Kind kind;
};
/// sched_waking is told where the waker runs, sched_wakeup perhaps where the task will: the first of them counts.
constexpr EventName kEvents[] = {{"sched_switch", TraceLine::Switch},   {"sched_waking", TraceLine::Wake},       {"sched_wakeup", TraceLine::Wake},
                                 {"sched_wakeup_new", TraceLine::Wake}, {"sched_process_fork", TraceLine::Fork}, {"sched_process_exit", TraceLine::Exit}};

template <typename Number> bool number(std::string_view text, Number &value) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::string_view trim(std::string_view text) {
    size_t first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
    return first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

/// Takes the last word off `text`.
std::string_view lastWord(std::string_view &text) {
    text = trim(text);
    size_t blank = text.find_last_of(" \t");
    std::string_view word = blank == std::string_view::npos ? text : text.substr(blank + 1);
    text = trim(text.substr(0, text.size() - word.size()));
    return word;
}

class LineReader {
  public:
    LineReader(std::string_view text, uint32_t line, const Source &source) : text(text), line(line), source(source) {}

    /// None: the line is about something else.
    std::optional<TraceLine> read() {
        size_t end = 0;
        const EventName *event = find(end);
        if (!event)
            return std::nullopt;
        out.kind = event->kind;
        out.line = line;
        fields = trim(text.substr(end));
        switch (out.kind) {
        case TraceLine::Switch: readSwitch(); break;
        case TraceLine::Wake: readOne(); break;
        case TraceLine::Exit: readOne(); break;
        case TraceLine::Fork:
            out.comm = value("comm=", " pid=");
            out.task = pid("pid=");
            out.nextComm = value("child_comm=", " child_pid=");
            out.next = pid("child_pid=");
            break;
        }
        return std::move(out);
    }

  private:
    const std::string_view text;
    const uint32_t line;
    const Source &source;
    std::string_view fields;
    TraceLine out;

    [[noreturn]] void fail(const std::string &message) const { source.fail({line, 1}, message + "; is the line damaged? Leave it out"); }

    /// The first event name behind a time: `1.2: sched_switch: ` or `1.2: sched:sched_switch: `.
    const EventName *find(size_t &end) {
        for (size_t colon = text.find(": "); colon != std::string_view::npos; colon = text.find(": ", colon + 1)) {
            size_t begin = text.find_first_not_of(" \t", colon + 1);
            if (begin == std::string_view::npos)
                return nullptr;
            if (text.substr(begin).starts_with("sched:"))
                begin += 6;
            for (const EventName &event : kEvents)
                if (text.substr(begin, event.name.size()) == event.name && text.substr(begin + event.name.size(), 1) == ":" && head(text.substr(0, colon))) {
                    end = begin + event.name.size() + 1;
                    return &event;
                }
        }
        return nullptr;
    }

    /// COMM PID [CPU] FLAGS? TIME. False if it is not that: the event's name was part of something else.
    bool head(std::string_view rest) {
        std::string_view word = lastWord(rest);
        size_t point = word.find('.');
        uint64_t seconds = 0, fraction = 0;
        if (point == std::string_view::npos || word.size() - point - 1 > 9 || !number(word.substr(0, point), seconds) ||
            !number(word.substr(point + 1), fraction) || seconds > 10'000'000'000)
            return false;
        for (size_t digits = word.size() - point - 1; digits < 9; ++digits)
            fraction *= 10;
        out.time = seconds * kSecond + fraction;
        word = lastWord(rest);
        if (word.starts_with('[')) {
            if (!cpu(word))
                return false;
        } else {
            const size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
            const std::string_view flags = word.substr(digits); // irqs-off, need-resched, hardirq/softirq, preempt-depth, …
            out.flagged = flags.size() >= 4;
            out.interrupt = out.flagged && std::string_view("hHsZz").find(flags[2]) != std::string_view::npos;
            if (!out.flagged || (digits ? !number(word.substr(0, digits), out.cpu) : !cpu(lastWord(rest))))
                return false;
        }
        word = lastWord(rest);
        size_t before = word.find_last_of("-/"); // COMM-PID, or PID/TID
        return number(before == std::string_view::npos ? word : word.substr(before + 1), out.current);
    }

    bool cpu(std::string_view word) { return word.starts_with('[') && word.ends_with(']') && number(word.substr(1, word.size() - 2), out.cpu) && out.cpu >= 0; }

    /// The text between `name` and `end`, or the end of the line; names of tasks may have blanks.
    std::string value(std::string_view name, std::string_view end) const {
        size_t begin = fields.find(name);
        if (begin == std::string_view::npos)
            fail("`" + std::string(name) + "` is missing");
        begin += name.size();
        size_t stop = end.empty() ? std::string_view::npos : fields.find(end, begin);
        if (stop == std::string_view::npos && !end.empty())
            fail("`" + std::string(trim(end)) + "` is missing");
        return std::string(fields.substr(begin, stop - begin));
    }
    template <typename Number> Number field(std::string_view name) const {
        size_t begin = fields.starts_with(name) ? 0 : fields.find(" " + std::string(name));
        if (begin == std::string_view::npos)
            fail("`" + std::string(name) + "` is missing");
        begin = fields.find(name, begin) + name.size();
        Number value{};
        std::string_view digits = fields.substr(begin, std::min(fields.find_first_of(" \t", begin), fields.size()) - begin);
        if (!number(digits, value))
            fail("`" + std::string(name) + std::string(digits) + "` has no number");
        return value;
    }
    uint32_t pid(std::string_view name) const { return field<uint32_t>(name); }

    /// The first letter; a raw number is the kernel's (sched.h): 0 and, if preempted, 256 are R, 16 and 32 dead.
    static char stateOf(std::string_view text) {
        unsigned raw = 0;
        if (!number(text, raw))
            return text.empty() ? 'R' : text[0];
        return (raw & 0xff) == 0 ? 'R' : raw & 0x30 ? 'X' : 'S';
    }

    void readSwitch() {
        if (fields.starts_with("prev_comm=")) {
            out.comm = value("prev_comm=", " prev_pid=");
            out.task = pid("prev_pid=");
            out.prio = field<int>("prev_prio=");
            out.state = stateOf(value("prev_state=", " "));
            out.nextComm = value("next_comm=", " next_pid=");
            out.next = pid("next_pid=");
            out.nextPrio = field<int>("next_prio=");
            return;
        }
        size_t arrow = fields.find(" ==> ");
        if (arrow == std::string_view::npos)
            fail("`==>` is missing");
        std::string_view left = fields.substr(0, arrow);
        size_t bracket = left.rfind(']');
        if (bracket == std::string_view::npos)
            fail("the priority is missing");
        out.state = stateOf(trim(left.substr(bracket + 1)));
        person(left.substr(0, bracket + 1), out.comm, out.task, out.prio);
        person(fields.substr(arrow + 5), out.nextComm, out.next, out.nextPrio);
    }

    /// sched_waking, sched_wakeup, sched_process_exit: one task and its priority.
    void readOne() {
        if (fields.starts_with("comm=")) {
            out.comm = value("comm=", " pid=");
            out.task = pid("pid=");
            out.prio = field<int>("prio=");
        } else
            person(fields, out.comm, out.task, out.prio);
    }

    /// `NAME:PID [PRIO]`, whatever follows.
    void person(std::string_view part, std::string &comm, uint32_t &task, int &prio) const {
        size_t open = part.find(" ["), close = part.find(']', open), colon = part.rfind(':', open);
        if (open == std::string_view::npos || close == std::string_view::npos || colon == std::string_view::npos ||
            !number(part.substr(colon + 1, open - colon - 1), task) || !number(part.substr(open + 2, close - open - 2), prio))
            fail("`" + std::string(trim(part)) + "` is not NAME:PID [PRIORITY]");
        comm = trim(part.substr(0, colon));
    }
};

} // namespace

std::vector<TraceLine> readTraceLines(std::string_view text, const Source &source) {
    std::vector<TraceLine> lines;
    uint32_t number = 0;
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        ++number;
        if (std::optional<TraceLine> line = LineReader(text.substr(0, end), number, source).read())
            lines.push_back(std::move(*line));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (std::none_of(lines.begin(), lines.end(), [](const TraceLine &line) { return line.kind == TraceLine::Switch; }))
        throw std::runtime_error(
            "`" + source.name +
            "` is no workload: it is not JSON and has no sched_switch; record a trace with `perf sched record` and print it with `perf sched script`");
    std::stable_sort(lines.begin(), lines.end(), [](const TraceLine &a, const TraceLine &b) { return a.time < b.time; });
    return lines;
}

} // namespace scx::sim
