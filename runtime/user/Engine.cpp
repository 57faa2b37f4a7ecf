// SPDX-License-Identifier: GPL-2.0-only
#include "user/Engine.h"

#include <algorithm>

namespace scx::user {
namespace {

constexpr uint64_t kAnywhere = ~uint64_t{0};

uint64_t read(const uint64_t &word) { return __atomic_load_n(&word, __ATOMIC_SEQ_CST); }
void write(uint64_t &word, uint64_t value) { __atomic_store_n(&word, value, __ATOMIC_SEQ_CST); }

} // namespace

/// A task, and its place among those who wait.
struct Engine::Entry {
    UserTask task;
    Entry *before, *behind; // null: it does not wait
    uint32_t sequence;
    bool known; // the policy has heard of it
};

Engine::Engine(Link &link, Shared &shared, UserPolicy &policy, size_t attributes, uint64_t waitLimit)
    : link(link), shared(shared), policy(policy), attributes(attributes), waitLimit(waitLimit), entries(kMostTasks + 1), words(kMostTasks * attributes) {
    for (uint32_t i = 0; i < kMostTasks; ++i) {
        entries[i].task.number = i;
        entries[i].task.attributes = words.data() + i * attributes;
    }
    Entry &head = entries[kMostTasks];
    head.before = head.behind = &head;
}

Engine::~Engine() = default;

Engine::Entry &Engine::oldest() { return *entries[kMostTasks].behind; }

void Engine::enter(Entry &entry) {
    Entry &head = entries[kMostTasks];
    entry.before = head.before;
    entry.behind = &head;
    entry.before->behind = head.before = &entry;
    ++count;
}

void Engine::leave(Entry &entry) {
    entry.before->behind = entry.behind;
    entry.behind->before = entry.before;
    entry.before = entry.behind = nullptr;
    --count;
}

/// The kernel side has let all go that were held.
void Engine::dropAll() {
    while (count) {
        Entry &entry = oldest();
        leave(entry);
        policy.taken(entry.task);
    }
}

/// Follows the epoch; false: the kernel orders the queue.
bool Engine::follows() {
    uint64_t current = read(shared.epoch);
    if (current != epoch) {
        dropAll();
        epoch = current;
    }
    return epoch % 2 == 0;
}

/// Who it is, and what became of it since the last record.
void Engine::hear(Entry &entry, const Record &record) {
    UserTask &task = entry.task;
    if (entry.known && (record.flags & kNew || task.pid != record.pid)) { // the end of the one before was not told
        policy.gone(task);
        entry.known = false;
    }
    if (!entry.known) {
        task.pid = record.pid;
        task.tgid = record.tgid;
        task.data = nullptr;
        entry.known = true;
    }
    task.weight = record.weight;
    task.now = record.now;
    task.ran = record.ran;
    task.sleeps = record.sleeps;
    task.cpus = record.cpus;
    task.slice = 0;
    std::copy_n(record.attributes, attributes, words.begin() + static_cast<std::ptrdiff_t>(task.number * attributes));
}

void Engine::take(const Record &record) {
    if (record.task >= kMostTasks)
        return;
    if (record.epoch != epoch) // of one that began while we were at it, or of one that is over
        follows();
    Entry &entry = entries[record.task];
    if (entry.behind) { // it left its place without an answer, as for a change of its affinity
        leave(entry);
        policy.taken(entry.task);
    }
    if (record.flags & kGone) {
        if (entry.known)
            policy.gone(entry.task);
        entry.known = false;
        return;
    }
    hear(entry, record);
    entry.sequence = record.sequence;
    policy.added(entry.task);
    enter(entry);
    if (record.epoch != epoch) { // let go since, with all who were held in that epoch
        leave(entry);
        policy.taken(entry.task);
    }
}

/// Somebody waits who may run there.
bool Engine::anyFor(uint64_t cpus) {
    Entry &head = entries[kMostTasks];
    for (Entry *entry = head.behind; entry != &head; entry = entry->behind)
        if (entry->task.cpus & cpus)
            return true;
    return false;
}

Engine::Entry &Engine::choose(uint64_t cpus, uint64_t now) {
    Entry &longest = oldest();
    bool late = waitLimit && static_cast<int64_t>(now - longest.task.now) > static_cast<int64_t>(waitLimit);
    UserTask *chosen = late ? nullptr : cpus == kAnywhere ? policy.next(now) : policy.nextOn(cpus, now);
    Entry *entry = chosen && chosen->number < kMostTasks ? &entries[chosen->number] : nullptr;
    if (entry && entry->behind) {
        leave(*entry);
        return *entry;
    }
    leave(longest);
    policy.taken(longest.task);
    return longest;
}

Engine::Entry &Engine::handOutOne(uint64_t cpus, uint64_t now) {
    Entry &entry = choose(cpus, now);
    link.answer({entry.task.number, entry.sequence, entry.task.slice});
    ++given;
    return entry;
}

/// Each hungry CPU has one who may run there, if there is one. Nobody else comes sooner for that: the tasks of a CPU that is busy stay in order beside one that idles.
/// For a CPU without one, `nobody` has been said already, so that a record that comes now takes it back.
void Engine::handOut(uint64_t hungry, uint64_t wanted, uint64_t now) {
    given = 0;
    for (; hungry; hungry &= hungry - 1)
        if (uint64_t cpu = hungry & -hungry; anyFor(cpu)) {
            __atomic_fetch_and(&shared.nobody, ~cpu, __ATOMIC_SEQ_CST);
            while (link.room() && !(handOutOne(cpu, now).task.cpus & cpu)) {}
        }
    while (given < wanted && count && link.room())
        handOutOne(kAnywhere, now);
    if (given)
        write(shared.submitted, read(shared.submitted) + link.submit());
}

/// A CPU becomes hungry, and then looks whether all asks are answered; here all are, and then it is looked who is hungry. So one of both sees the other.
bool Engine::turn(uint64_t now) {
    uint64_t asks = read(shared.asks), hungry = read(shared.hungry);
    if (hungry) {
        hungry = __atomic_exchange_n(&shared.hungry, 0, __ATOMIC_SEQ_CST);
        __atomic_fetch_or(&shared.nobody, hungry, __ATOMIC_SEQ_CST);
    }
    bool ordering = follows(), did = false;
    while (const Record *record = link.receive()) {
        take(*record);
        did = true;
    }
    ordering = follows() && ordering;
    bool asked = asks != read(shared.answered);
    if (!asked && !hungry)
        return did;
    if (ordering)
        handOut(hungry, asked ? read(shared.wanted) : 0, now);
    write(shared.answered, asks);
    return true;
}

} // namespace scx::user
