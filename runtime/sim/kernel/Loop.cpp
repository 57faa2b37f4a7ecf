// SPDX-License-Identifier: GPL-2.0-only
// Virtual time: what happens when, and what CPUs do at one moment. A moment is over when no CPU has anything to do any more without time passing.
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <algorithm>
#include <stdexcept>

namespace scx::sim {
namespace {

constexpr uint64_t kMostSteps = 10'000'000; // of tasks, or of CPUs, at one moment

} // namespace

void Kernel::at(uint64_t when, Timed::Kind kind, uint32_t what, uint64_t valid) { agenda.push({when, order++, kind, what, valid}); }

void Kernel::run(uint64_t until) {
    while (!agenda.empty() && agenda.top().at <= until && state == State::Enabled) {
        Timed event = agenda.top();
        agenda.pop();
        if (event.at > time)
            idleSteps = turns = 0;
        time = event.at;
        ++handled;
        handle(event);
        settle();
    }
    if (state == State::Enabled)
        time = until;
}

void Kernel::handle(const Timed &event) {
    switch (event.kind) {
    case Timed::RunEnd: {
        Rq &rq = rqOf(static_cast<int>(event.what));
        if (rq.turn != event.valid || !rq.curr)
            return;
        here = rq.cpu;
        updateCurr(rq);
        askToGo(rq);
        return;
    }
    case Timed::Tick: {
        Rq &rq = rqOf(static_cast<int>(event.what));
        here = rq.cpu;
        rq.ticking = false;
        if (rq.curr)
            tick(rq);
        return;
    }
    case Timed::WakeUp:
        if (Task *p = find(event.what); p && p->life == Task::Asleep && p->sleeps == event.valid) {
            here = p->rq->active ? p->rq->cpu : nextCpuOnline();
            p->step.reset();
            wakeUnlessStopped(*p, 0);
        }
        return;
    case Timed::Timer: {
        TimerState &timer = timers[event.what];
        if (timer.generation != event.valid)
            return;
        here = rqOf(timer.cpu).active ? timer.cpu : nextCpuOnline();
        object->fire(timer.timer);
        if (afterTimer)
            afterTimer();
        return;
    }
    case Timed::Watchdog:
        if (event.valid == enabled)
            watchdog();
        return;
    case Timed::Start: {
        here = nextCpuOnline();
        StartingTask &starting = plan.tasks[event.what];
        if (event.valid) // it was there before the policy, asleep
            tryToWakeUp(*find(static_cast<TaskId>(event.valid)), 0);
        else
            fork(starting.spec, starting.behaviour());
        return;
    }
    case Timed::Machine: here = nextCpuOnline(); return machineEvent(plan.events[event.what]);
    }
}

int Kernel::nextCpuOnline() const {
    for (const auto &rq : rqs)
        if (rq->active)
            return rq->cpu;
    return 0;
}

void Kernel::askToGo(Rq &rq) {
    if (isGoing[static_cast<size_t>(rq.cpu)])
        return;
    isGoing[static_cast<size_t>(rq.cpu)] = true;
    going.push_back(rq.cpu);
}

void Kernel::interruptSoon(Rq &rq) { interrupted.push_back(rq.cpu); }

/// Until nothing more happens without time passing. Interrupts come first; CPUs take turns in the order in which they were asked.
void Kernel::settle() {
    while (state == State::Enabled) {
        if (exitClaimed)
            return finishExitOfPolicy();
        if (++turns > kMostSteps)
            throw std::runtime_error("the policy keeps CPUs busy with choosing for ever at " + std::to_string(time) + " ns; a real machine would hang");
        if (!interrupted.empty()) {
            here = interrupted.front();
            interrupted.pop_front();
            interrupts(thisRq());
        } else if (!going.empty()) {
            here = going.front();
            going.pop_front();
            isGoing[static_cast<size_t>(here)] = false;
            go(thisRq());
        } else
            return;
    }
}

/// One thing that this CPU does: a change of tasks, or a step of its task. If there may be more it asks for another turn.
void Kernel::go(Rq &rq) {
    if (!rq.active)
        return;
    if (rq.needResched) {
        schedule(rq);
        return askToGo(rq);
    }
    if (!rq.curr)
        return;
    Task &p = *rq.curr;
    if ((p.stopped || p.killed) && obeySignals(rq, p))
        return askToGo(rq);
    if (p.step && p.started && p.step->kind == Step::Run) {
        if (p.left || p.overhead)
            return armRunEnd(rq);
        p.step.reset();
    }
    if (!p.step) {
        if (++idleSteps > kMostSteps)
            throw std::runtime_error(std::string("task ") + p.k->comm + " does nothing for ever at " + std::to_string(time) +
                                     " ns; give its loop a run or a sleep");
        p.started = false;
        acting = p.pid;
        p.step = p.behaviour->next(*this);
        acting = 0;
        return askToGo(rq); // what the step woke or kicked comes before it
    }
    if (!begin(rq, p))
        askToGo(rq);
}

/// Begins the step that the task was given. True if time has to pass now.
bool Kernel::begin(Rq &rq, Task &p) {
    Step step = *p.step;
    switch (step.kind) {
    case Step::Run:
        p.started = true;
        p.left = step.ns * 1024;
        if (!p.left && !p.overhead) {
            p.step.reset();
            return false;
        }
        armRunEnd(rq);
        return true;
    case Step::Sleep:
        if (step.ns <= time) {
            p.step.reset();
            return false;
        }
        p.started = true;
        at(step.ns, Timed::WakeUp, p.pid, ++p.sleeps);
        deschedule(rq, Event::Slept);
        return false;
    case Step::Block:
        if (p.wokenEarly) {
            p.wokenEarly = false;
            p.step.reset();
            return false;
        }
        p.started = true;
        ++p.sleeps;
        if (step.ns)
            at(std::max(step.ns, time), Timed::WakeUp, p.pid, p.sleeps);
        deschedule(rq, Event::Slept);
        return false;
    case Step::Yield:
        p.step.reset();
        yield(rq);
        return false;
    case Step::Exit:
        p.k->flags |= kPfExiting;
        deschedule(rq, Event::Exited);
        return false;
    }
    return false;
}

void Kernel::armRunEnd(Rq &rq) {
    Task &p = *rq.curr;
    uint64_t end = time + p.overhead + (p.left + rq.capacity - 1) / rq.capacity;
    if (rq.armedTurn == rq.turn && rq.armedEnd == end)
        return; // it only looked whether there is something else to run
    rq.armedTurn = ++rq.turn;
    rq.armedEnd = end;
    at(end, Timed::RunEnd, static_cast<uint32_t>(rq.cpu), rq.turn);
}

/// Ticks come at the same moments on all CPUs that do not idle.
void Kernel::armTick(Rq &rq) {
    if (rq.ticking)
        return;
    rq.ticking = true;
    at((time / machine.tickNs + 1) * machine.tickNs, Timed::Tick, static_cast<uint32_t>(rq.cpu), 0);
}

void Kernel::tick(Rq &rq) {
    Task &p = *rq.curr;
    updateCurr(rq);
    if (p.realTime()) {
        tickRealTime(rq, p);
        return armTick(rq);
    }
    if (rq.bypassing)
        p.k->scx.slice = 0;
    else if (has(Op::Tick))
        call(Op::Tick, kRest, {reinterpret_cast<uint64_t>(p.k)}, p.k);
    if (!p.k->scx.slice)
        resched(rq);
    armTick(rq);
}

/// scx_watchdog_workfn
void Kernel::watchdog() {
    for (const auto &rq : rqs) {
        if (!rq->active)
            continue;
        for (Task *p : rq->runnable)
            if (jiffies() > p->runnableAt + timeout) {
                uint64_t ms = jiffiesToMs(jiffies() - p->runnableAt);
                here = rq->cpu;
                exitKind(kExitErrorStall, 0, "%s[%d] failed to run for %u.%03us", p->k->comm, p->k->pid, static_cast<unsigned>(ms / 1000),
                         static_cast<unsigned>(ms % 1000));
                return;
            }
    }
    at((jiffies() + timeout / 2) * machine.tickNs, Timed::Watchdog, 0, enabled);
}

void Kernel::emit(Event::Kind kind, int cpu, const Task *p, uint64_t dsq, uint64_t value, Event::Reason reason) {
    if (!view || quiet)
        return;
    Event event;
    event.kind = kind;
    event.reason = reason;
    event.cpu = static_cast<int16_t>(cpu);
    event.task = p ? p->pid : 0;
    event.time = time;
    event.dsq = dsq;
    event.value = value;
    view->on(event);
}

} // namespace scx::sim
