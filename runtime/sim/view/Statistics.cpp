// SPDX-License-Identifier: GPL-2.0-only
#include "sim/view/Statistics.h"

#include <algorithm>

namespace scx::sim {

void TaskFigures::add(const TaskFigures &other) {
    cpu += other.cpu;
    entitled += other.entitled;
    switches += other.switches;
    migrations += other.migrations;
    preemptions += other.preemptions;
    periods += other.periods;
    missed += other.missed;
    wait.add(other.wait);
    latency.add(other.latency);
}

void Statistics::begin(const Machine &machine) {
    cpus.resize(machine.cpus.size());
    totals.cpus = cpusOnline = static_cast<unsigned>(cpus.size());
    fluid.cpus(0, cpusOnline);
    conservation.begin(cpusOnline);
    for (uint64_t queue : names.queueIds()) // also those that nobody will ever enter
        rowOf(queue);
}

Statistics::Task *Statistics::find(uint32_t pid) { return pid < places.size() && places[pid] ? &all[places[pid] - 1] : nullptr; }

uint32_t Statistics::groupOf(const std::string &name) {
    auto [found, isNew] = groupNumbers.emplace(name, static_cast<uint32_t>(sums.size()));
    if (isNew) {
        sums.emplace_back();
        sums.back().name = name;
        sums.back().tasks = 0;
    }
    return found->second;
}

uint32_t Statistics::rowOf(uint64_t dsq) {
    if (dsq == lastDsq)
        return lastRow;
    auto [found, isNew] = rowNumbers.emplace(dsq, kNone);
    if (isNew) {
        uint64_t queue = names.queueOf(dsq);
        if (queue == dsq) {
            found->second = static_cast<uint32_t>(rows.size());
            rows.emplace_back();
            rows.back().name = names.queue(dsq);
        } else {
            uint32_t row = rowOf(queue); // which may move what `found` points to
            rowNumbers[dsq] = row;
            lastDsq = dsq;
            return lastRow = row;
        }
    }
    lastDsq = dsq;
    return lastRow = found->second;
}

void Statistics::task(const TaskFacts &facts) {
    Task *t = find(facts.pid);
    if (!t) {
        if (places.size() <= facts.pid)
            places.resize(facts.pid + facts.pid / 2 + 1);
        if (free.empty()) {
            all.emplace_back();
            places[facts.pid] = static_cast<uint32_t>(all.size());
        } else {
            places[facts.pid] = free.back() + 1;
            all[free.back()] = {};
            free.pop_back();
        }
        t = find(facts.pid);
        t->figures.pid = facts.pid;
        t->figures.group = groupOf(facts.group.empty() ? facts.comm : facts.group);
        ++sums[t->figures.group].tasks;
        ++totals.tasks;
    }
    t->figures.name = facts.comm;
    t->nextWeight = std::max(facts.weight, 1u);
    t->nextAffinity = conservation.affinity(facts.allowed);
    if (t->state == Task::Asleep) {
        t->weight = t->nextWeight;
        t->affinity = t->nextAffinity;
    }
}

/// A weight or affinity counts from the first event of the task on that comes after it was told.
void Statistics::adopt(Task &t, uint64_t now) {
    if (t.weight != t.nextWeight) {
        t.due += fluid.leave(now, t.weight, t.entered);
        t.weight = t.nextWeight;
        t.entered = fluid.enter(now, t.weight);
    }
    if (t.affinity != t.nextAffinity) {
        if (t.state == Task::Waiting) {
            conservation.waits(now, t.affinity, false);
            conservation.waits(now, t.nextAffinity, true);
        }
        t.affinity = t.nextAffinity;
    }
}

void Statistics::runnable(Task &t, uint64_t now, bool woken) {
    if (t.state == Task::Asleep) {
        t.entered = fluid.enter(now, t.weight);
        t.used = t.due = 0;
        t.awake = now;
    }
    t.state = Task::Waiting;
    t.since = now;
    t.woken = woken;
    conservation.waits(now, t.affinity, true);
}

/// Who sleeps by itself is `satisfied`: the fluid machine would have sent it to sleep after as much CPU time, only at another moment.
void Statistics::asleep(Task &t, uint64_t now, bool satisfied) {
    if (t.state == Task::Asleep)
        return;
    if (t.state == Task::Waiting)
        conservation.waits(now, t.affinity, false);
    uint64_t wanted = satisfied ? t.used : now - t.awake; // what others left may be more than a CPU
    uint64_t before = std::min(t.due, wanted);            // under other weights
    t.figures.entitled += before + fluid.leave(now, t.weight, t.entered, wanted - before);
    t.state = Task::Asleep;
}

void Statistics::waited(Task &t, uint64_t now, uint32_t queue) {
    uint64_t wait = now - t.since;
    t.figures.wait.add(wait);
    if (t.woken)
        t.figures.latency.add(wait);
    if (queue != kNone)
        rows[queue].wait.add(wait);
}

void Statistics::run(Task &t, const Event &event) {
    Cpu &cpu = cpus[static_cast<size_t>(event.cpu)];
    conservation.idle(event.time, event.cpu, false);
    if (event.dsq != kDsqNone)
        t.queue = rowOf(event.dsq);
    // It never gave its CPU up: it was kept, or taken off for a moment to change it.
    bool stayed = (event.dsq == kDsqNone || t.changed) && t.since == event.time && cpu.last == event.task;
    if (t.state == Task::Waiting)
        conservation.waits(event.time, t.affinity, false);
    if (t.state == Task::Waiting && !stayed)
        waited(t, event.time, t.queue);
    if (cpu.last != event.task) {
        ++t.figures.switches;
        ++totals.switches;
    }
    if (t.queue != kNone && !stayed)
        ++rows[t.queue].runs;
    cpu.last = event.task;
    t.state = Task::Running;
    t.since = event.time;
    t.lastCpu = event.cpu;
}

void Statistics::stop(Task &t, uint64_t now, uint64_t ran, Event::Reason reason) {
    t.figures.cpu += ran;
    t.used += ran;
    totals.cpu += ran;
    if (t.queue != kNone)
        rows[t.queue].cpu += ran;
    t.changed = reason == Event::Changed;
    if (reason == Event::Slept || reason == Event::Exited)
        return asleep(t, now, true);
    if (reason == Event::Preempted) {
        ++t.figures.preemptions;
        ++totals.preemptions;
    }
    runnable(t, now, false);
}

/// Short-lived tasks without number leave nothing but their part of the group's figures.
void Statistics::leaves(Task &t) {
    uint32_t place = places[t.figures.pid];
    places[t.figures.pid] = 0; // its number is never used again
    if (kept < kTasksKept) {
        ++kept;
        return;
    }
    if (t.figures.entitled) {
        double x = static_cast<double>(t.figures.cpu) / static_cast<double>(t.figures.entitled);
        fairSum += x;
        fairSquares += x * x;
        ++fairTasks;
    }
    sums[t.figures.group].add(t.figures);
    t.present = false;
    free.push_back(place - 1);
    ++gone;
}

void Statistics::lengthen(QueueFigures &q, uint64_t now, uint64_t length) {
    q.taskTime += q.length * (now - q.since);
    q.since = now;
    q.length = length;
    q.longest = std::max(q.longest, length);
}

void Statistics::emptyQueues(uint64_t now) {
    for (QueueFigures &q : rows)
        lengthen(q, now, 0);
    for (Task &t : all)
        t.waitsIn = kNone;
}

void Statistics::online(const Event &event, bool isOnline) {
    Cpu &cpu = cpus[static_cast<size_t>(event.cpu)];
    conservation.idle(event.time, event.cpu, isOnline);
    if (cpu.online == isOnline)
        return;
    if (!isOnline)
        totals.online += event.time - cpu.since;
    cpu = {isOnline, 0, event.time};
    cpusOnline += isOnline ? 1 : -1u;
    fluid.cpus(event.time, cpusOnline);
}

void Statistics::on(const Event &event) {
    Task *t = event.task ? find(event.task) : nullptr;
    if (t && t->state != Task::Asleep)
        adopt(*t, event.time);
    switch (event.kind) {
    case Event::Wake:
        if (t && t->state == Task::Asleep)
            runnable(*t, event.time, true);
        break;
    case Event::Run:
        if (t)
            run(*t, event);
        break;
    case Event::Stop:
        if (t && t->state == Task::Running)
            stop(*t, event.time, event.value, event.reason);
        break;
    case Event::TaskExit:
        if (t) {
            asleep(*t, event.time, false);
            leaves(*t);
        }
        break;
    case Event::Queued: {
        uint32_t row = rowOf(event.dsq);
        ++rows[row].queued;
        lengthen(rows[row], event.time, rows[row].length + 1);
        if (t)
            t->waitsIn = row;
        break;
    }
    case Event::Unqueued: {
        QueueFigures &q = rows[rowOf(event.dsq)];
        lengthen(q, event.time, q.length ? q.length - 1 : 0);
        if (t)
            t->waitsIn = kNone;
        break;
    }
    case Event::End: emptyQueues(event.time); break;
    case Event::Migrate:
        if (t)
            ++t->figures.migrations;
        ++totals.migrations;
        break;
    case Event::Idle:
        conservation.idle(event.time, event.cpu, true);
        cpus[static_cast<size_t>(event.cpu)].last = 0;
        break;
    case Event::PeriodEnd:
        if (t) {
            ++t->figures.periods;
            t->figures.missed += event.value > 0;
        }
        ++totals.periods;
        totals.missed += event.value > 0;
        break;
    case Event::CpuOffline: online(event, false); break;
    case Event::CpuOnline: online(event, true); break;
    default: break;
    }
}

/// Runs and waits that the end cuts short count as far as they got.
void Statistics::finish(uint64_t time) {
    totals.time = time;
    conservation.advance(time);
    totals.idle = conservation.idleTime();
    totals.wasted = conservation.wastedTime();
    for (const Cpu &cpu : cpus)
        if (cpu.online)
            totals.online += time - cpu.since;
    for (QueueFigures &q : rows)
        lengthen(q, time, q.length);
    double sum = fairSum, squares = fairSquares;
    uint64_t n = fairTasks;
    for (Task &t : all) {
        if (!t.present)
            continue;
        if (t.state == Task::Running)
            stop(t, time, time - t.since, Event::SliceEnd);
        else if (t.state == Task::Waiting)
            waited(t, time, t.waitsIn);
        asleep(t, time, false);
        sums[t.figures.group].add(t.figures);
        if (t.figures.entitled) {
            double x = static_cast<double>(t.figures.cpu) / static_cast<double>(t.figures.entitled);
            sum += x;
            squares += x * x;
            ++n;
        }
    }
    if (squares > 0)
        totals.fairness = sum * sum / (static_cast<double>(n) * squares);
}

std::vector<const TaskFigures *> Statistics::tasks() const {
    std::vector<const TaskFigures *> list;
    for (const Task &t : all)
        if (t.present)
            list.push_back(&t.figures);
    std::sort(list.begin(), list.end(), [](const TaskFigures *a, const TaskFigures *b) { return a->pid < b->pid; });
    return list;
}

} // namespace scx::sim
