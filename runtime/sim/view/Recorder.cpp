// SPDX-License-Identifier: GPL-2.0-only
#include "sim/view/Recorder.h"

#include <algorithm>

namespace scx::sim {
namespace {

constexpr uint64_t kOnline = ~0ull;

} // namespace

Recorder::Recorder(const Names &names, size_t room) : names(names), room(room) {
    made.policy = names.policy();
    for (int rule = 0; !names.rule(rule).empty(); ++rule)
        made.rules.push_back(names.rule(rule));
    made.dsqs = {""};
    dsqNumbers = {{"", 0}};
}

void Recorder::begin(const Machine &machine) {
    made.machine = machine;
    for (uint64_t queue : names.queueIds())
        index(queueNumbers, made.queues, names.queue(queue));
    offlineSince.assign(machine.cpus.size(), kOnline);
}

uint32_t Recorder::index(std::unordered_map<std::string, uint32_t> &numbers, std::vector<std::string> &list, const std::string &name) {
    auto [found, isNew] = numbers.emplace(name, static_cast<uint32_t>(list.size()));
    if (isNew)
        list.push_back(name);
    return found->second;
}

void Recorder::task(const TaskFacts &facts) {
    if (made.cut)
        return;
    auto [found, isNew] = states.try_emplace(facts.pid);
    if (isNew) {
        found->second.task = static_cast<uint32_t>(made.tasks.size());
        made.tasks.push_back({facts.pid, index(groupNumbers, made.groups, facts.group.empty() ? facts.comm : facts.group), facts.comm});
    }
    found->second.rule = facts.rule;
}

/// Indices into queues and dsqs.
const std::pair<uint32_t, uint32_t> &Recorder::places(uint64_t dsq) {
    auto [found, isNew] = known.try_emplace(dsq);
    if (isNew)
        found->second = {index(queueNumbers, made.queues, names.queue(dsq)), index(dsqNumbers, made.dsqs, names.dsq(dsq))};
    return found->second;
}

void Recorder::lengthen(uint64_t time, uint32_t queue, uint32_t length) {
    lengths[queue] = length;
    // Of several changes at one time the last one counts.
    for (auto last = made.lengths.rbegin(); last != made.lengths.rend() && last->time == time; ++last)
        if (last->queue == queue) {
            last->length = length;
            return;
        }
    made.lengths.push_back({time, queue, length});
}

void Recorder::stop(State &s, uint64_t time, uint64_t cpuTime, uint8_t why) {
    s.run.end = time;
    s.run.cpuTime = cpuTime;
    s.run.why = why;
    s.runs = false;
    s.since = time;
    s.woken = false;
    s.waker = 0;
    made.runs.push_back(s.run);
}

void Recorder::on(const Event &event) {
    if (made.cut)
        return;
    if (made.runs.size() + made.lengths.size() >= room) {
        finish(event.time);
        made.cut = true;
        states.clear();
        return;
    }
    if (event.kind == Event::Queued || event.kind == Event::Unqueued) {
        uint32_t queue = places(event.dsq).first;
        lengths.resize(made.queues.size());
        bool grows = event.kind == Event::Queued;
        if (grows || lengths[queue])
            lengthen(event.time, queue, grows ? lengths[queue] + 1 : lengths[queue] - 1);
        return;
    }
    if (event.kind == Event::End)
        for (uint32_t queue = 0; queue < lengths.size(); ++queue)
            if (lengths[queue])
                lengthen(event.time, queue, 0);
    if (event.kind == Event::CpuOffline)
        offlineSince[static_cast<size_t>(event.cpu)] = event.time;
    if (event.kind == Event::CpuOnline && offlineSince[static_cast<size_t>(event.cpu)] != kOnline) {
        made.offline.push_back({offlineSince[static_cast<size_t>(event.cpu)], event.time, event.cpu});
        offlineSince[static_cast<size_t>(event.cpu)] = kOnline;
    }
    auto found = states.find(event.task);
    if (found == states.end())
        return;
    State &s = found->second;
    switch (event.kind) {
    case Event::Wake: {
        s.since = event.time;
        s.woken = true;
        auto waker = states.find(static_cast<uint32_t>(event.value));
        s.waker = event.value && waker != states.end() ? waker->second.task + 1 : 0;
        break;
    }
    case Event::Run:
        s.runs = true;
        s.run = {};
        s.run.start = event.time;
        s.run.wait = event.time - s.since;
        s.run.slice = event.value;
        s.run.task = s.task;
        s.run.waker = s.waker;
        s.run.dsq = event.dsq == kDsqNone ? 0 : places(event.dsq).second;
        s.run.cpu = event.cpu;
        s.run.rule = static_cast<int16_t>(s.rule);
        s.run.woken = s.woken;
        break;
    case Event::Stop:
        if (s.runs)
            stop(s, event.time, event.value, event.reason);
        break;
    case Event::PeriodEnd:
        if (event.value)
            made.missed.push_back({event.time, event.value, s.task, s.runs ? s.run.cpu : event.cpu});
        break;
    case Event::TaskExit: states.erase(found); break;
    default: break;
    }
}

void Recorder::finish(uint64_t time) {
    if (made.cut)
        return;
    made.end = time;
    std::vector<State *> running; // in an order that does not depend on the hash
    for (auto &[pid, s] : states)
        if (s.runs)
            running.push_back(&s);
    std::sort(running.begin(), running.end(), [](const State *a, const State *b) { return a->run.cpu < b->run.cpu; });
    for (State *s : running)
        stop(*s, time, time - s->run.start, RunRecord::StillRuns);
    for (size_t cpu = 0; cpu < offlineSince.size(); ++cpu)
        if (offlineSince[cpu] != kOnline)
            made.offline.push_back({offlineSince[cpu], time, static_cast<int16_t>(cpu)});
}

} // namespace scx::sim
