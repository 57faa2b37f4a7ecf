// SPDX-License-Identifier: GPL-2.0-only
#include "user/HostOrder.h"

#include <algorithm>

namespace scx::user {

/// As the kernel compares keys: as points on a clock that wraps.
bool HostOrder::Waiting::before(const Waiting &other) const {
    int64_t difference = static_cast<int64_t>(static_cast<uint64_t>(key) - static_cast<uint64_t>(other.key));
    return difference != 0 ? difference < 0 : arrival < other.arrival;
}

HostOrder::HostOrder(const HostDiscipline &discipline, const int64_t *parameters, size_t capacity)
    : discipline(discipline), parameters(parameters), queueState(discipline.queueBytes / 8 + 1), taskWords(discipline.taskBytes / 8 + 1), places(capacity),
      handed(capacity) {
    taskStates.resize(capacity * taskWords);
    heap.reserve(capacity);
}

int64_t HostOrder::call(HostFunction function, UserTask &task, uint64_t now, uint64_t ran, bool runnable) {
    if (!function)
        return 0;
    const int64_t event[] = {static_cast<int64_t>(now), static_cast<int64_t>(ran), runnable};
    return function(queueState.data(), taskStates.data() + task.number * taskWords, task.attributes, parameters, event);
}

/// What happened since it was last heard of comes first: it ran, and stopped.
void HostOrder::added(UserTask &task) {
    if (!task.data) {
        std::fill_n(taskStates.begin() + static_cast<std::ptrdiff_t>(task.number * taskWords), taskWords, 0);
        call(discipline.begin, task, task.now);
        call(discipline.join, task, task.now);
        task.data = this;
        handed[task.number] = false;
    }
    if (task.ran) {
        if (!handed[task.number])
            call(discipline.running, task, task.now);
        call(discipline.stopping, task, task.now, task.ran, task.sleeps == 0);
    }
    handed[task.number] = false;
    call(discipline.enqueue, task, task.now);
    int64_t key = discipline.key ? call(discipline.key, task, task.now) : 0;
    ++arrivals;
    if (!discipline.key && discipline.lifo)
        key = -static_cast<int64_t>(arrivals);
    heap.push_back({});
    rise(heap.size() - 1, {key, arrivals, &task});
}

UserTask *HostOrder::next(uint64_t now) { return heap.empty() ? nullptr : handOut(0, now); }

UserTask *HostOrder::nextOn(uint64_t cpus, uint64_t now) {
    size_t first = heap.size();
    for (size_t i = 0; i < heap.size() && first != 0; ++i)
        if (heap[i].task->cpus & cpus && (first == heap.size() || heap[i].before(heap[first])))
            first = i;
    return first == heap.size() ? nullptr : handOut(first, now);
}

UserTask *HostOrder::handOut(size_t place, uint64_t now) {
    UserTask *task = heap[place].task;
    remove(place);
    call(discipline.running, *task, now);
    handed[task->number] = true;
    return task;
}

void HostOrder::taken(UserTask &task) {
    if (uint32_t place = places[task.number])
        remove(place - 1);
}

void HostOrder::gone(UserTask &task) { task.data = nullptr; }

void HostOrder::put(size_t place, const Waiting &waiting) {
    heap[place] = waiting;
    places[waiting.task->number] = static_cast<uint32_t>(place + 1);
}

void HostOrder::rise(size_t place, const Waiting &waiting) {
    for (; place > 0 && waiting.before(heap[(place - 1) / 2]); place = (place - 1) / 2)
        put(place, heap[(place - 1) / 2]);
    put(place, waiting);
}

void HostOrder::sink(size_t place, const Waiting &waiting) {
    for (size_t child; (child = 2 * place + 1) < heap.size(); place = child) {
        if (child + 1 < heap.size() && heap[child + 1].before(heap[child]))
            ++child;
        if (!heap[child].before(waiting))
            break;
        put(place, heap[child]);
    }
    put(place, waiting);
}

void HostOrder::remove(size_t place) {
    places[heap[place].task->number] = 0;
    Waiting last = heap.back();
    heap.pop_back();
    if (place == heap.size())
        return;
    if (place > 0 && last.before(heap[(place - 1) / 2]))
        rise(place, last);
    else
        sink(place, last);
}

} // namespace scx::user
