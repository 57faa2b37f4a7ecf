// SPDX-License-Identifier: GPL-2.0-only
// What happened when? All that a timeline draws, kept in memory up to a bound.
#pragma once

#include "sim/view/Names.h"

#include <unordered_map>

namespace scx::sim {

/// A task on a CPU, from Run to Stop. Times in ns.
struct RunRecord {
    enum : uint8_t { StillRuns = Event::Changed + 1 }; // beside Event::Reason: the recording ended first
    uint64_t start = 0, end = 0;
    uint64_t cpuTime = 0;         // end - start without what the switch cost
    uint64_t wait = 0;            // from when it was runnable until start
    uint64_t slice = 0;           // ~0: without end
    uint32_t task = 0, waker = 0; // index into tasks; waker: 1 + index, 0: it was not woken, or by none
    uint32_t dsq = 0;             // index into dsqs: where it came from; 0: it was kept
    int16_t cpu = 0, rule = -1;
    uint8_t why = 0;    // Event::Reason or StillRuns
    bool woken = false; // it waited since a wake-up
};

struct Recording {
    struct Task {
        uint32_t pid = 0, group = 0; // group: index into groups
        std::string name;
    };
    struct Length { // of a queue, from `time` on
        uint64_t time = 0;
        uint32_t queue = 0, length = 0; // queue: index into queues
    };
    struct Missed { // a period that ended too late
        uint64_t time = 0, late = 0;
        uint32_t task = 0;
        int16_t cpu = -1;
    };
    struct Offline {
        uint64_t start = 0, end = 0;
        int16_t cpu = 0;
    };
    std::string policy, workload;
    Machine machine;
    uint64_t end = 0;
    bool cut = false; // more happened after `end`, which found no room
    std::vector<Task> tasks;
    std::vector<std::string> groups, queues, dsqs, rules; // dsqs[0] is no name; rules by number
    std::vector<RunRecord> runs;                          // in order of their ends
    std::vector<Length> lengths;                          // in order of time
    std::vector<Missed> missed;
    std::vector<Offline> offline;
    ExitFacts exit;
};

class Recorder : public View {
  public:
    static constexpr size_t kRoom = 500'000; // runs and changes of queue lengths together, some 30 MB

    /// `names` outlives it. Once `room` is used up nothing more is kept, and the recording ends there.
    explicit Recorder(const Names &names, size_t room = kRoom);

    void begin(const Machine &machine) override;
    void task(const TaskFacts &facts) override;
    void on(const Event &event) override;
    void ended(const ExitFacts &facts) override { made.exit = facts; }
    void finish(uint64_t time) override;

    /// Whole after finish().
    const Recording &recording() const { return made; }
    void workload(const std::string &name) { made.workload = name; }

  private:
    struct State {
        uint32_t task = 0; // index into tasks
        int rule = -1;
        bool runs = false, woken = false;
        uint64_t since = 0; // it waits
        uint32_t waker = 0;
        RunRecord run;
    };
    uint32_t index(std::unordered_map<std::string, uint32_t> &numbers, std::vector<std::string> &list, const std::string &name);
    const std::pair<uint32_t, uint32_t> &places(uint64_t dsq);
    void lengthen(uint64_t time, uint32_t queue, uint32_t length);
    void stop(State &s, uint64_t time, uint64_t cpuTime, uint8_t why);

    const Names &names;
    size_t room;
    Recording made;
    std::unordered_map<uint32_t, State> states; // by pid
    std::unordered_map<std::string, uint32_t> groupNumbers, queueNumbers, dsqNumbers;
    std::unordered_map<uint64_t, std::pair<uint32_t, uint32_t>> known; // by DSQ id: indices into queues and dsqs
    std::vector<uint32_t> lengths;                                     // by queue, now
    std::vector<uint64_t> offlineSince;                                // by CPU; ~0: it is online
};

} // namespace scx::sim
