// SPDX-License-Identifier: GPL-2.0-only
// A plug-in for queues with `backing: userspace`: who is likely to run shortest comes first.
//
// The next CPU burst of a task is predicted from those it had, by exponential averaging, as textbooks do: estimate = a * last + (1 - a) * estimate. How far the
// bursts scatter is kept the same way, and added, so that a task that is short now and then does not pass for a short one. A task's place is the time at which
// it came plus its predicted burst, stretched by its weight: the short pass the long, but nobody is passed for ever.
//
//     scxrun --user-policy build/bin/predict.so policy.bpf.o
#include <libscx.h>

#include <algorithm>
#include <cmath>
#include <vector>

SCX_USER_POLICY

namespace {

constexpr double kLearning = 0.25; // a: how much the last burst counts
constexpr double kUnknown = 5e6;   // ns: predicted of a task that nothing is known of
constexpr double kStretch = 4;     // how far ahead of the long the short come

class Predict : public scx::UserPolicy {
  public:
    explicit Predict(size_t capacity) : known(capacity), stamps(capacity) { heap.reserve(4 * capacity); }

    void added(scx::UserTask &task) override {
        History &history = known[task.number];
        learn(history, task);
        double predicted = history.estimate + history.scatter;
        double place = static_cast<double>(task.now) + kStretch * predicted * 100 / task.weight;
        ++stamps[task.number];
        if (heap.size() == heap.capacity())
            forgetStale();
        heap.push_back({place, stamps[task.number], &task});
        std::push_heap(heap.begin(), heap.end(), later);
    }

    scx::UserTask *next(uint64_t) override {
        while (!heap.empty()) {
            std::pop_heap(heap.begin(), heap.end(), later);
            Place first = heap.back();
            heap.pop_back();
            if (isStale(first))
                continue;
            ++stamps[first.task->number];
            return first.task;
        }
        return nullptr;
    }

    /// The same among those who may run there.
    scx::UserTask *nextOn(uint64_t cpus, uint64_t) override {
        const Place *first = nullptr;
        for (const Place &place : heap)
            if (!isStale(place) && place.task->cpus & cpus && (!first || later(*first, place)))
                first = &place;
        if (!first)
            return nullptr;
        ++stamps[first->task->number];
        return first->task;
    }

    void taken(scx::UserTask &task) override { ++stamps[task.number]; } // its place in the heap means nothing now
    void gone(scx::UserTask &task) override { known[task.number] = {}; }

  private:
    struct History {
        double estimate = kUnknown, scatter = 0; // ns
        double running = 0;                      // of the burst that goes on
    };
    struct Place {
        double at;
        uint64_t stamp; // true as long as it is the task's
        scx::UserTask *task;
    };
    std::vector<History> known;
    std::vector<uint64_t> stamps;
    std::vector<Place> heap;

    static bool later(const Place &a, const Place &b) { return a.at > b.at; }
    bool isStale(const Place &place) const { return place.stamp != stamps[place.task->number]; }

    /// A burst ends when the task goes to sleep. Of several since it was last here only their sum is known.
    static void learn(History &history, const scx::UserTask &task) {
        history.running += static_cast<double>(task.ran);
        if (task.sleeps == 0)
            return;
        double burst = history.running / static_cast<double>(task.sleeps), error = burst - history.estimate;
        history.estimate += kLearning * error;
        history.scatter += kLearning * (std::abs(error) - history.scatter);
        history.running = 0;
    }

    void forgetStale() {
        std::erase_if(heap, [&](const Place &place) { return isStale(place); });
        std::make_heap(heap.begin(), heap.end(), later);
    }
};

} // namespace

scx::UserPolicy *scx_user_policy(const scx::UserQueue &queue) { return new Predict(queue.capacity); }
