// SPDX-License-Identifier: GPL-2.0-only
// The engine of user-space queues against a kernel side that is played here: who is handed out, in which order, and what is left when orders change hands.
#include "user/Engine.h"
#include "user/HostOrder.h"
#include "user/MappedLink.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <set>
#include <string>
#include <utility>

using namespace scx;
using namespace scx::user;

static int failed = 0;
static bool counting = false;
static size_t allocated = 0;

void *operator new(size_t size) {
    allocated += counting;
    return std::malloc(size);
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }

static void expect(const char *what, const std::string &got, const std::string &wanted) {
    if (got != wanted) {
        std::printf("%s: %s, not %s\n", what, got.c_str(), wanted.c_str());
        failed = 1;
    }
}

/// Both directions in memory. Answers are told as words.
struct Played : Link {
    std::deque<std::vector<char>> records;
    std::vector<char> at;
    std::vector<Answer> answers;
    uint64_t hidden = 0;
    size_t most = 1000;

    const Record *receive() override {
        if (records.empty())
            return nullptr;
        at = records.front();
        records.pop_front();
        return reinterpret_cast<const Record *>(at.data());
    }
    bool room() const override { return answers.size() < most; }
    void answer(const Answer &answer) override {
        answers.push_back(answer);
        ++hidden;
    }
    uint64_t submit() override { return std::exchange(hidden, 0); }
};

/// Arrivals in order, last first where `lifo`.
struct Kernel {
    Played link;
    Shared shared{};
    std::vector<int64_t> none = {0};
    HostOrder order;
    Engine engine;
    uint32_t sequences[8] = {};

    explicit Kernel(const HostDiscipline &discipline, uint64_t limit = 0) : order(discipline, none.data(), kMostTasks), engine(link, shared, order, 1, limit) {
        shared.epoch = 2;
    }

    void record(uint32_t task, uint32_t flags, uint64_t now, uint64_t ran = 0, int64_t attribute = 0, uint64_t cpus = ~0ull) {
        std::vector<char> bytes(sizeof(Record) + 8);
        Record r{task, flags & kWaits ? ++sequences[task] : 0, int32_t(100 + task), 1, flags, 100, shared.epoch, now, ran, 0, cpus};
        std::memcpy(bytes.data(), &r, sizeof r);
        std::memcpy(bytes.data() + sizeof r, &attribute, 8);
        link.records.push_back(bytes);
    }
    /// Who is handed out for so many asks, in order.
    std::string ask(uint64_t wanted, uint64_t now) {
        shared.wanted = wanted;
        ++shared.asks;
        return turn(now);
    }
    /// The same for CPUs that have found nobody.
    std::string starve(std::initializer_list<uint64_t> cpus) {
        for (uint64_t cpu : cpus)
            shared.hungry |= bitOf(cpu);
        return turn(100);
    }
    std::string turn(uint64_t now) {
        link.answers.clear();
        engine.turn(now);
        std::string text;
        for (const Answer &a : link.answers)
            text += (text.empty() ? "" : " ") + std::to_string(a.task) + (a.sequence == sequences[a.task] ? "" : "?");
        if (shared.asks != shared.answered)
            text += " unanswered";
        return text;
    }
};

// A discipline as the compiler would make it: virtual time by weight, which is its attribute. Task state: vtime; queue state: clock.
static int64_t joined(void *queue, void *task, const int64_t *, const int64_t *, const int64_t *) {
    return *static_cast<int64_t *>(task) = *static_cast<int64_t *>(queue);
}
static int64_t runs(void *queue, void *task, const int64_t *, const int64_t *, const int64_t *) {
    auto *clock = static_cast<int64_t *>(queue);
    return *clock = std::max(*clock, *static_cast<int64_t *>(task));
}
static int64_t stopped(void *, void *task, const int64_t *attributes, const int64_t *, const int64_t *event) {
    return *static_cast<int64_t *>(task) += event[1] * 100 / attributes[0];
}
static int64_t keyed(void *, void *task, const int64_t *, const int64_t *, const int64_t *) { return *static_cast<int64_t *>(task); }

static void orders() {
    Kernel fifo(HostDiscipline{});
    for (uint32_t i : {3u, 1u, 2u})
        fifo.record(i, kWaits | kNew, i);
    expect("in order of arrival", fifo.ask(2, 10), "3 1");
    expect("the rest", fifo.ask(5, 10), "2");
    expect("nobody waits", fifo.ask(5, 10), "");
    HostDiscipline last;
    last.lifo = true;
    Kernel lifo(last);
    for (uint32_t i : {3u, 1u, 2u})
        lifo.record(i, kWaits | kNew, i);
    expect("the latest first", lifo.ask(9, 10), "2 1 3");
    HostDiscipline fair{nullptr, joined, nullptr, runs, stopped, keyed, 8, 8, false};
    Kernel weighted(fair);
    weighted.record(0, kWaits | kNew, 1, 1000, 100);
    weighted.record(1, kWaits | kNew, 2, 1000, 1000);
    weighted.record(2, kWaits | kNew, 3, 0, 100);
    expect("by what each ran for its weight", weighted.ask(9, 10), "2 1 0");
}

static void hands() {
    Kernel k(HostDiscipline{}, 1000);
    k.record(0, kWaits | kNew, 1);
    k.record(1, kWaits | kNew, 2);
    k.record(0, kWaits, 3); // its affinity changed: it waits anew, behind
    expect("queued again", k.ask(1, 10), "1");
    k.shared.epoch = 3; // the kernel has let all go
    expect("the kernel orders", k.ask(4, 10), "");
    k.record(2, kWaits | kNew, 4); // of an epoch that is over when it is read
    k.shared.epoch = 4;
    expect("nothing of another epoch is left", k.ask(4, 10), "");
    k.record(0, kWaits, 5);
    k.record(1, kGone, 6);
    k.record(1, kWaits | kNew, 7);
    expect("numbers are used again", k.ask(4, 10), "0 1");
    k.record(0, kWaits, 8);
    k.record(0, kGone, 9);
    expect("gone while it waits", k.ask(4, 10), "");
    k.record(7, kWaits | kNew, 10);
    k.link.most = 0;
    expect("no room for an answer", k.ask(4, 11), "");
    k.link.most = 10;
    expect("it waits for the next ask", k.ask(4, 11), "7");
    HostDiscipline last;
    last.lifo = true;
    Kernel late(last, 1000);
    for (uint32_t i = 0; i < 3; ++i)
        late.record(i, kWaits | kNew, i);
    expect("the one that waits longest comes first after the limit", late.ask(2, 1001), "0 2");
}

/// CPUs that have found nobody have somebody who may run there, and nobody else is handed out for that.
static void hungry() {
    Kernel k(HostDiscipline{});
    for (uint32_t i = 0; i < 4; ++i)
        k.record(i, kWaits | kNew, i, 0, 0, bitOf(1));
    k.record(4, kWaits | kNew, 4, 0, 0, bitOf(2) | bitOf(66));
    expect("nobody for CPU 0", k.starve({0}), "");
    expect("which is told", std::to_string(k.shared.nobody), "1");
    expect("the one for CPU 2", k.starve({2}), "4");
    expect("the first for CPU 1, and still nobody for 2", k.starve({1, 2}), "0");
    expect("of whom that is told", std::to_string(k.shared.nobody), "5");
    k.record(5, kWaits | kNew, 5);
    expect("one for anywhere", k.starve({0}), "5");
    expect("takes it back", std::to_string(k.shared.nobody), "4");
    k.record(6, kWaits | kNew, 6);
    k.shared.hungry = bitOf(2);
    expect("and all others in order", k.ask(3, 10), "6 1 2");
    HostDiscipline fair{nullptr, joined, nullptr, runs, stopped, keyed, 8, 8, false};
    Kernel weighted(fair);
    for (uint32_t i = 0; i < 7; ++i)
        weighted.record(i, kWaits | kNew, i, 7000 - 1000 * (i / 2), 100, bitOf(i % 2));
    expect("by their keys", weighted.starve({0, 1}), "6 5");
    expect("further", weighted.starve({1}), "3");
    expect("and the rest", weighted.starve({0, 1}), "4 1");
}

/// The record of a task without attributes that begins to wait for the first time.
static std::vector<char> newcomer(uint32_t number, uint64_t cpus) {
    std::vector<char> bytes(sizeof(Record));
    Record r{number, 1, 5, 5, kWaits | kNew, 100, 2, 1, 0, 0, cpus};
    std::memcpy(bytes.data(), &r, sizeof r);
    return bytes;
}

/// A policy that does not look at CPUs: whom it names on the way runs elsewhere.
struct Blind : UserPolicy {
    std::deque<UserTask *> waiting;
    void added(UserTask &task) override { waiting.push_back(&task); }
    UserTask *next(uint64_t) override {
        UserTask *first = waiting.front();
        waiting.pop_front();
        return first;
    }
    void taken(UserTask &task) override { std::erase(waiting, &task); }
    void gone(UserTask &) override {}
};

static void blind() {
    Played link;
    Shared shared{};
    shared.epoch = 2;
    Blind policy;
    Engine engine(link, shared, policy, 0, 0);
    for (uint32_t i = 0; i < 4; ++i)
        link.records.push_back(newcomer(i, bitOf(i / 2)));
    shared.hungry = bitOf(7);
    engine.turn(1);
    expect("asked in vain", std::to_string(link.answers.size()), "0");
    shared.hungry = bitOf(1);
    engine.turn(1);
    expect("until one may run there", std::to_string(link.answers.size()) + " " + std::to_string(policy.waiting.size()), "3 1");
}

/// A policy that does not do what it should.
struct Stubborn : UserPolicy {
    UserTask *foreign = nullptr;
    int takenCount = 0;
    void added(UserTask &) override {}
    UserTask *next(uint64_t) override { return foreign; }
    void taken(UserTask &) override { ++takenCount; }
    void gone(UserTask &) override {}
};

static void wrong() {
    Played link;
    Shared shared{};
    shared.epoch = 2;
    Stubborn policy;
    Engine engine(link, shared, policy, 0, 0);
    UserTask notMine{};
    notMine.number = kMostTasks + 5;
    policy.foreign = &notMine;
    for (uint32_t i = 0; i < 2; ++i)
        link.records.push_back(newcomer(i, 1));
    shared.asks = 1;
    shared.wanted = 5;
    engine.turn(1);
    expect("a policy that names nobody who waits", std::to_string(link.answers.size()) + " " + std::to_string(policy.takenCount), "2 2");
    link.records.push_back(newcomer(kMostTasks, 1));
    engine.turn(1);
    expect("a number that there is not", std::to_string(engine.waiting()), "0");
}

/// Against a model: whatever comes, each wait is answered at most once, in the order of the keys, and memory is not asked for.
static void anything() {
    HostDiscipline fair{nullptr, joined, nullptr, runs, stopped, keyed, 8, 8, false};
    Kernel k(fair, ~0ull >> 1);
    std::mt19937 draw(1);
    std::set<uint32_t> waits;
    size_t handed = 0;
    for (uint32_t round = 0; round < 20000; ++round) {
        uint32_t task = draw() % 8;
        k.record(task, kWaits | (round < 50 ? kNew : 0), round, draw() % 1000, 100);
        waits.insert(task);
        counting = round > 100;
        if (draw() % 3 == 0) {
            counting = false;
            k.link.answers.reserve(100);
            ++k.shared.asks;
            k.shared.wanted = draw() % 4;
            k.link.answers.clear();
            counting = round > 100;
            k.engine.turn(round);
            counting = false;
            for (const Answer &a : k.link.answers) {
                if (!waits.erase(a.task) || a.sequence != k.sequences[a.task]) {
                    std::printf("round %u: %u was handed out and did not wait so\n", round, a.task);
                    failed = 1;
                }
                ++handed;
            }
        }
        counting = false;
        if (k.link.records.empty() && waits.size() != k.engine.waiting()) {
            std::printf("round %u: %zu wait, not %zu\n", round, k.engine.waiting(), waits.size());
            failed = 1;
        }
    }
    expect("it came to something", handed > 5000 ? "yes" : "no", "yes");
    expect("memory it asked for", std::to_string(allocated), "0");
}

/// Rings as the kernel lays them out; positions wrap.
static void rings() {
    constexpr size_t size = 4096;
    std::vector<char> memory(2 * size), answered(2 * size);
    uint64_t positions[4] = {};
    auto mirror = [](std::vector<char> &ring) { std::memcpy(ring.data() + size, ring.data(), size); };
    MappedLink link({&positions[0], &positions[1], memory.data(), size}, {&positions[2], &positions[3], answered.data(), size}, 1);
    std::string seen;
    for (uint32_t i = 0; i < 300; ++i) {
        auto put = [&](uint32_t length, uint32_t flags, uint32_t task) {
            char sample[128] = {};
            uint32_t header = length | flags;
            std::memcpy(sample, &header, 4);
            std::memcpy(sample + 8, &task, 4);
            for (size_t b = 0; b < (length + 15) / 8 * 8; ++b)
                memory[(positions[1] + b) % size] = sample[b];
            mirror(memory);
            positions[1] += (length + 15) / 8 * 8;
        };
        put(8, 0, 0);                            // a wakeup
        put(sizeof(Record) + 8, 1u << 30, 1000); // discarded
        put(sizeof(Record) + 8, 0, i);
        const Record *record = link.receive();
        if (!record || record->task != i || link.receive()) {
            std::printf("record %u is not read\n", i);
            failed = 1;
        }
        if (!link.room()) {
            std::printf("no room at %u\n", i);
            failed = 1;
        }
        link.answer({i, i + 1, i + 2});
        if (link.unread() != 0 || link.submit() != 1 || link.unread() != 1)
            failed = 1;
        Answer answer;
        std::memcpy(&answer, answered.data() + (positions[2] % size) + 8, sizeof answer);
        if (answer.task != i && positions[2] % size + 24 <= size) {
            std::printf("answer %u is not there\n", i);
            failed = 1;
        }
        positions[2] += 24;
    }
    expect("all was read", std::to_string(positions[0] == positions[1]), "1");
    uint32_t busy = 1u << 31 | (sizeof(Record) + 8);
    std::memcpy(memory.data() + positions[1] % size, &busy, 4);
    positions[1] += sizeof(Record) + 16;
    expect("a record that is being written", link.receive() ? "read" : "not yet", "not yet");
    for (uint32_t i = 0; i < size / 24; ++i)
        link.answer({});
    expect("a full ring", link.room() ? "room" : "full", "full");
}

int main() {
    orders();
    hands();
    hungry();
    blind();
    wrong();
    anything();
    rings();
    return failed;
}
