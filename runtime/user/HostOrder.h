// SPDX-License-Identifier: GPL-2.0-only
// How does a discipline order tasks in user space? Its functions come compiled for this machine.
#pragma once

#include "user/libscx.h"

#include <cstdint>
#include <vector>

namespace scx::user {

/// One function of a discipline: a hook, or its key. `event`: now, ran, and whether the task still wants to run. All state is words and bytes as the object's
/// description says. A key is returned; a hook returns nothing of interest.
using HostFunction = int64_t (*)(void *queue, void *task, const int64_t *attributes, const int64_t *parameters, const int64_t *event);

/// What the object says of a queue's discipline.
struct HostDiscipline {
    HostFunction begin = nullptr;                                                                         // sets the state of a task to its initial values
    HostFunction join = nullptr, enqueue = nullptr, running = nullptr, stopping = nullptr, key = nullptr; // null: it has none
    size_t taskBytes = 0, queueBytes = 0;
    bool lifo = false; // without a key: the latest first
};

/// All memory is taken when it is made.
class HostOrder : public UserPolicy {
  public:
    /// `parameters`: their values, in the order of the description; read at each call, so that they may change. They have to outlive it.
    HostOrder(const HostDiscipline &discipline, const int64_t *parameters, size_t capacity);
    void added(UserTask &task) override;
    UserTask *next(uint64_t now) override;
    UserTask *nextOn(uint64_t cpus, uint64_t now) override;
    void taken(UserTask &task) override;
    void gone(UserTask &task) override;

  private:
    /// A waiting task: a place in the heap.
    struct Waiting {
        int64_t key;
        uint64_t arrival; // equal keys are served in this order
        UserTask *task;
        bool before(const Waiting &other) const;
    };
    const HostDiscipline discipline;
    const int64_t *parameters;
    std::vector<int64_t> queueState, taskStates;
    const size_t taskWords;
    std::vector<Waiting> heap;
    std::vector<uint32_t> places; // by task number: 1 + the place in the heap, 0: none
    std::vector<uint8_t> handed;  // by task number: its `running` was called when it was handed out
    uint64_t arrivals = 0;

    int64_t call(HostFunction function, UserTask &task, uint64_t now, uint64_t ran = 0, bool runnable = true);
    UserTask *handOut(size_t place, uint64_t now);
    void put(size_t place, const Waiting &waiting);
    void rise(size_t place, const Waiting &waiting);
    void sink(size_t place, const Waiting &waiting);
    void remove(size_t place);
};

} // namespace scx::user
