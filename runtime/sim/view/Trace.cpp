// SPDX-License-Identifier: GPL-2.0-only
#include "sim/view/Trace.h"

namespace scx::sim {
namespace {

/// By Event::Kind; null: View tells more of it elsewhere.
const char *const kinds[] = {"new",    "exit",    "wake",   "queued", "unqueued", "run",    "stop",   "migrate", "idle", "kick",
                             "period", "offline", "online", "renice", "affinity", "rename", "cgroup", nullptr,   nullptr};
static_assert(std::size(kinds) == Event::End + 1);

std::string cpuList(const std::vector<uint64_t> &set) {
    std::string text;
    size_t cpus = set.size() * 64;
    auto has = [&](size_t i) { return i < cpus && (set[i / 64] >> i % 64 & 1); };
    for (size_t i = 0; i < cpus; ++i) {
        if (!has(i))
            continue;
        size_t from = i;
        while (has(i + 1))
            ++i;
        text += (text.empty() ? "" : ",") + std::to_string(from) + (i > from ? "-" + std::to_string(i) : "");
    }
    return text.empty() ? "all" : text;
}

std::string kickText(uint64_t flags) {
    std::string text;
    for (auto [bit, name] : {std::pair(1, "idle"), {2, "preempt"}, {4, "wait"}})
        if (flags & static_cast<uint64_t>(bit))
            text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
}

} // namespace

std::string exactDuration(uint64_t ns) {
    if (ns == ~0ull)
        return "forever";
    static const struct {
        uint64_t scale;
        int digits;
        const char *name;
    } units[] = {{1'000'000'000, 9, "s"}, {1'000'000, 6, "ms"}, {1'000, 3, "us"}, {1, 0, "ns"}};
    const auto *unit = units;
    while (unit->scale > 1 && ns < unit->scale)
        ++unit;
    std::string text = std::to_string(ns / unit->scale);
    if (uint64_t rest = ns % unit->scale) {
        std::string digits = std::to_string(rest);
        text += "." + std::string(static_cast<size_t>(unit->digits) - digits.size(), '0') + digits;
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text + " " + unit->name;
}

void Trace::begin(const Machine &machine) { cpuDigits = static_cast<int>(std::to_string(machine.cpus.size() - 1).size()); }

void Trace::task(const TaskFacts &facts) { tasks[facts.pid] = facts; }

std::string Trace::text(uint32_t pid) const {
    auto found = tasks.find(pid);
    return std::to_string(pid) + (found == tasks.end() ? "" : " (" + found->second.comm + ")");
}

void Trace::write(uint64_t time, int cpu, const char *what, const std::string &rest) {
    fprintf(out, "%7llu.%06llu ms  ", static_cast<unsigned long long>(time / 1'000'000), static_cast<unsigned long long>(time % 1'000'000));
    if (cpu < 0)
        fprintf(out, "%*s", cpuDigits + 4, "");
    else
        fprintf(out, "cpu %-*d", cpuDigits, cpu);
    fprintf(out, rest.empty() ? "  %s\n" : "  %-8s %s\n", what, rest.c_str());
}

std::string Trace::details(const Event &e) const {
    std::string who = e.task ? text(e.task) : "";
    auto found = tasks.find(e.task);
    static const TaskFacts nobody;
    const TaskFacts &facts = found == tasks.end() ? nobody : found->second;
    std::string from = e.dsq == kDsqNone ? "" : names.dsq(e.dsq);
    switch (e.kind) {
    case Event::TaskNew:
        return who + (facts.group.empty() || facts.group == facts.comm ? "" : " of " + facts.group) + ", weight " + std::to_string(facts.weight);
    case Event::Wake: return who + (e.value ? " by " + text(static_cast<uint32_t>(e.value)) : "");
    case Event::Queued: return who + " in " + from + (e.value ? ", vtime " + std::to_string(e.value) : "");
    case Event::Unqueued: return who + " from " + from;
    case Event::Run: return who + (from.empty() ? " again" : " from " + from) + ", slice " + exactDuration(e.value);
    case Event::Stop: return who + " after " + exactDuration(e.value) + ", " + reasonTexts[e.reason];
    case Event::Migrate: return who + " to cpu " + std::to_string(e.value);
    case Event::Kick: return kickText(e.value);
    case Event::PeriodEnd: return who + (e.value ? ", " + exactDuration(e.value) + " late" : ", in time");
    case Event::Renice: return who + " to nice " + std::to_string(facts.nice) + ", weight " + std::to_string(facts.weight);
    case Event::Affinity: return who + " to cpus " + cpuList(facts.allowed);
    case Event::CgroupMove: return who + " to " + facts.cgroup;
    default: return who;
    }
}

void Trace::on(const Event &e) {
    if (kinds[e.kind])
        write(e.time, e.cpu, kinds[e.kind], details(e));
    if (e.kind == Event::TaskExit)
        tasks.erase(e.task);
}

void Trace::ended(const ExitFacts &facts) {
    if (!facts.kind)
        return;
    write(facts.time, -1, "end", std::to_string(facts.kind) + " " + facts.reason + (facts.message.empty() ? "" : " (" + facts.message + ")"));
    std::fputs(facts.dump.c_str(), out);
}

} // namespace scx::sim
