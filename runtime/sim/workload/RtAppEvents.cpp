// SPDX-License-Identifier: GPL-2.0-only
// The events of an rt-app phase, and the resources that they name.
#include "sim/workload/RtAppReader.h"

#include <algorithm>

namespace scx::sim {
namespace {

// What memory and devices cost, in round figures of a machine of today (docs/workloads.md).
constexpr uint64_t kBytesPerNs = 10;          // memory that is written one behind the other
constexpr uint64_t kBytesPerNsByByte = 2;     // `memrun` goes byte by byte
constexpr uint64_t kHop = 80;                 // ns of a pointer that is followed to memory
constexpr uint64_t kWriteCall = kMicrosecond; // a write() of one buffer
constexpr uint64_t kDeviceAnswer = 100 * kMicrosecond, kDeviceNsPerByte = 2;

} // namespace

/// As rt-app has it: a key is the event whose name it begins with.
const RtAppKey *RtAppReader::eventOf(const std::string &key) {
    for (const RtAppKey &row : rtAppKeys())
        if (row.place == RtAppKey::Event && key.starts_with(row.name))
            return &row;
    return nullptr;
}

std::vector<std::string> RtAppReader::eventNames() {
    std::vector<std::string> names;
    for (const RtAppKey &row : rtAppKeys())
        if (row.place == RtAppKey::Event)
            names.emplace_back(row.name);
    return names;
}

void RtAppReader::readEvents(const JsonMember &owner, RtAppPhase &phase, const std::string &what) {
    for (const JsonMember &member : owner.value.members)
        if (const RtAppKey *key = eventOf(member.name)) {
            phase.events.push_back(readEvent(member, key->name));
        }
    if (phase.events.empty())
        source.fail(owner.at, what + " does nothing; give it events, like \"run\": 1000");
}

RtAppEvent RtAppReader::readEvent(const JsonMember &member, const std::string &name) {
    auto number = [&] { return static_cast<uint64_t>(integerOf(member.value, source, member.name, 0, kMostInt)); };
    auto waits = [&](RtAppEvent::Kind kind, Resources &resources, size_t &count) {
        Named &named = resource(resources, count, nameIn(member, kind == RtAppEvent::Suspend));
        named.waited = named.waited ? named.waited : &member;
        return RtAppEvent{.kind = kind, .resource = named.index};
    };
    auto releases = [&](RtAppEvent::Kind kind, Resources &resources, size_t &count) {
        Named &named = resource(resources, count, nameIn(member));
        named.released = named.released ? named.released : &member;
        return RtAppEvent{.kind = kind, .resource = named.index};
    };
    if (name == "run")
        return {.kind = RtAppEvent::Run, .ns = number() * kMicrosecond};
    if (name == "runtime")
        return {.kind = RtAppEvent::Runtime, .ns = number() * kMicrosecond};
    if (name == "sleep")
        return {.kind = RtAppEvent::Sleep, .ns = number() * kMicrosecond};
    if (name == "mem")
        return {.kind = RtAppEvent::Run, .ns = number() / kBytesPerNs};
    if (name == "iorun") {
        const uint64_t bytes = number(), calls = (bytes + bufferSize - 1) / bufferSize;
        return {.kind = RtAppEvent::Device,
                .ns = calls * kWriteCall + bytes / kBytesPerNs,
                .wait = device == "/dev/null" ? 0 : kDeviceAnswer + bytes * kDeviceNsPerByte};
    }
    if (name == "memrun")
        return readMemoryRun(member);
    if (name == "timer")
        return readTimer(member);
    if (name == "lock")
        return waits(RtAppEvent::Lock, mutexes, file.mutexes);
    if (name == "unlock")
        return releases(RtAppEvent::Unlock, mutexes, file.mutexes);
    if (name == "suspend")
        return waits(RtAppEvent::Suspend, conditions, file.conditions);
    if (name == "resume" || name == "broad")
        return releases(RtAppEvent::Broadcast, conditions, file.conditions);
    if (name == "signal")
        return releases(RtAppEvent::Signal, conditions, file.conditions);
    if (name == "sem_wait")
        return waits(RtAppEvent::SemaphoreWait, semaphores, file.semaphores);
    if (name == "sem_post")
        return releases(RtAppEvent::SemaphorePost, semaphores, file.semaphores);
    if (name == "barrier") {
        size_t count = file.barriers.size();
        RtAppEvent event = waits(RtAppEvent::Barrier, barriers, count);
        file.barriers.resize(count);
        return event;
    }
    if (name == "wait" || name == "sync") {
        Fields fields(member.value, source, "`" + member.name + "`");
        const JsonMember *ref = fields.take("ref", Json::String), *mutex = fields.take("mutex", Json::String);
        fields.finish();
        if (!ref || !mutex)
            source.fail(member.at, "`" + member.name + "` needs `ref` and `mutex`; write { \"ref\": \"condition\", \"mutex\": \"mutex\" }");
        Named &condition = resource(conditions, file.conditions, nameIn(*ref));
        condition.waited = condition.waited ? condition.waited : &member;
        if (name == "sync")
            condition.released = condition.released ? condition.released : &member;
        return {.kind = name == "wait" ? RtAppEvent::Wait : RtAppEvent::Sync,
                .resource = condition.index,
                .mutex = resource(mutexes, file.mutexes, nameIn(*mutex)).index};
    }
    if (name == "fork") {
        nameIn(member);
        forks.push_back(&member); // which task that is, is known when all are read
        return {.kind = RtAppEvent::Fork};
    }
    return {.kind = RtAppEvent::Yield};
}

RtAppEvent RtAppReader::readTimer(const JsonMember &member) {
    Fields fields(member.value, source, "`" + member.name + "`");
    const JsonMember *ref = fields.take("ref", Json::String), *period = fields.take("period"), *mode = fields.take("mode", Json::String);
    fields.finish();
    if (!ref || !period)
        source.fail(member.at, "`" + member.name + "` needs `ref` and `period`; write { \"ref\": \"unique\", \"period\": 10000 }");
    const bool absolute = mode && mode->value.text == "absolute";
    if (mode && !absolute && mode->value.text != "relative")
        source.fail(mode->value.at, "`" + mode->value.text + "` is no mode of a timer; there are relative and absolute");
    RtAppEvent event{
        .kind = RtAppEvent::Timer, .ns = static_cast<uint64_t>(integerOf(period->value, source, "period", 0, kMostInt)) * kMicrosecond, .absolute = absolute};
    const std::string name = nameIn(*ref);
    if (name.starts_with("unique")) {
        event.own = true;
        event.resource = own.emplace(name, own.size()).first->second;
    } else
        event.resource = resource(timers, file.timers, name).index;
    return event;
}

RtAppEvent RtAppReader::readMemoryRun(const JsonMember &member) {
    Fields fields(member.value, source, "`" + member.name + "`");
    const std::string type = fields.string("type", "");
    const uint64_t count = static_cast<uint64_t>(fields.integer("count", 0, 0, kMostInt));
    for (const char *passed : {"size", "stride", "pattern", "ref"}) // where in memory makes no difference here
        fields.take(passed);
    fields.finish();
    if (type != "read" && type != "write" && type != "chase")
        source.fail(member.at, "`" + member.name + "` needs a `type`; there are read, write and chase");
    return {.kind = RtAppEvent::Run, .ns = type == "chase" ? count * kHop : count / kBytesPerNsByByte};
}

/// The name that an event has for its value; `orTask`: an empty or missing one is the task's, as workgen fills it in.
std::string RtAppReader::nameIn(const JsonMember &member, bool orTask) {
    if (orTask && (member.value.kind == Json::Missing || (member.value.kind == Json::String && member.value.text.empty())))
        return current->name;
    if (member.value.kind != Json::String || member.value.text.empty())
        source.fail(member.value.at, "`" + member.name + "` is " + (member.value.kind == Json::String ? "an empty string" : member.value.kindName()) +
                                         "; write a name in quotes");
    return member.value.text;
}

RtAppReader::Named &RtAppReader::resource(Resources &kind, size_t &count, const std::string &name) {
    auto [found, added] = kind.try_emplace({copied ? copy : 0, name}, Named{count});
    count += added ? 1 : 0;
    return found->second;
}

/// Which task a fork starts, and what is never released or never waited for.
size_t RtAppReader::taskNamed(const JsonMember &member, const std::string &purpose) const {
    auto named = std::find_if(file.tasks.begin(), file.tasks.end(), [&](const RtAppTask &other) { return other.spec.comm == member.value.text; });
    if (named == file.tasks.end())
        source.fail(member.value.at, "there is no task `" + member.value.text + "` to " + purpose + "; name one of `tasks`");
    return static_cast<size_t>(named - file.tasks.begin());
}

void RtAppReader::finishEvents() {
    size_t next = 0;
    for (RtAppTask &task : file.tasks)
        for (RtAppPhase &phase : task.phases)
            for (RtAppEvent &event : phase.events)
                if (event.kind == RtAppEvent::Fork)
                    event.resource = taskNamed(*forks[next++], "fork");
    for (const JsonMember *task : changed)
        if (task->value.text != kOrderingProcess)
            taskNamed(*task, "change");
    for (const Resources *kind : {&conditions, &semaphores})
        for (const auto &[name, named] : *kind) {
            if (name.first > 0) // a copy's are as those of the first
                continue;
            if (!named.released)
                file.notes.push_back(source.place(named.waited->at, "nothing ever wakes who waits for `" + name.second + "`; it waits to the end"));
            if (!named.waited)
                file.notes.push_back(source.place(named.released->at, "nobody waits for `" + name.second + "`; `" + named.released->name + "` does nothing"));
        }
}

} // namespace scx::sim
