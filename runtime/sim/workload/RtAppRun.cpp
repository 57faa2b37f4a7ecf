// SPDX-License-Identifier: GPL-2.0-only
// What rt-app's threads do, event by event: the semantics of the pthread calls that rt-app 1.0 makes.
#include "sim/workload/RtApp.h"

#include <algorithm>

namespace scx::sim {
namespace {

/// As glibc's: unlocking wakes the first waiter, but whoever comes first takes it.
struct Mutex {
    bool locked = false;
    WaitList waiters;

    bool tryLock() { return !std::exchange(locked, true); }
    void unlock(World &world) {
        locked = false;
        waiters.release(world);
    }
};

struct Barrier {
    int expected = 0;
    WaitList waiters;
};

struct Semaphore {
    uint64_t count = 0;
    WaitList waiters;
};

struct Timer {
    bool begun = false;
    uint64_t next = 0;
};

struct Shared {
    RtAppFile file;
    std::vector<Mutex> mutexes;
    std::vector<WaitList> conditions;
    std::vector<Barrier> barriers;
    std::vector<Semaphore> semaphores;
    std::vector<Timer> timers;
};

using SharedPtr = std::shared_ptr<Shared>;

constexpr uint64_t kRuntimeStep = 32 * kMicrosecond; // `runtime` looks at the clock so often
constexpr uint64_t kLoopCost = kMicrosecond;         // of a pass in which no time went by, so that none goes on for ever in no time

/// Sets the timer on by one period. True if the task has to sleep for it.
bool advance(Timer &timer, const RtAppEvent &event, uint64_t first, World &world) {
    if (!std::exchange(timer.begun, true))
        timer.next = first;
    const uint64_t began = timer.next, now = world.now();
    timer.next += event.ns;
    world.periodEnded(began, static_cast<int64_t>(now - timer.next));
    if (now < timer.next)
        return true;
    if (!event.absolute)
        timer.next = now;
    return false;
}

Script task(SharedPtr shared, const RtAppTask &program, bool forked);

void fork(World &world, const SharedPtr &shared, const RtAppTask &program) { world.fork(program.spec, perform(task(shared, program, true))); }

/// `program` is one of shared->file.tasks.
Script task(SharedPtr shared, const RtAppTask &program, bool forked) {
    World &world = co_await theWorld;
    const TaskId self = world.self();
    std::vector<Timer> own(program.timers);
    const uint64_t first = (forked ? world.now() : 0) + program.delay;
    if (program.delay)
        co_yield sleepUntil(first);
    std::vector<int> cpus = program.spec.affinity;
    bool migrate = true;
    for (int64_t pass = 0; pass != program.loop; ++pass)
        for (const RtAppPhase &phase : program.phases) {
            if (phase.nice)
                world.setNice(self, *phase.nice);
            if (phase.cgroup)
                world.moveToCgroup(self, *phase.cgroup);
            if (phase.cpus != cpus)
                world.setAffinity(self, cpus = phase.cpus);
            if (phase.migrate != migrate)
                world.setMigration(migrate = phase.migrate);
            for (int64_t turn = 0; turn != phase.loop; ++turn) {
                const uint64_t began = world.now();
                for (const RtAppEvent &event : phase.events)
                    switch (event.kind) {
                    case RtAppEvent::Run: co_yield run(event.ns); break;
                    case RtAppEvent::Runtime: {
                        const uint64_t end = world.now() + event.ns;
                        do
                            co_yield run(std::min(kRuntimeStep, event.ns));
                        while (world.now() < end);
                        break;
                    }
                    case RtAppEvent::Sleep: co_yield sleepUntil(world.now() + event.ns); break;
                    case RtAppEvent::Device:
                        co_yield run(event.ns);
                        if (event.wait)
                            co_yield sleepUntil(world.now() + event.wait);
                        break;
                    case RtAppEvent::Timer: {
                        Timer &timer = event.own ? own[event.resource] : shared->timers[event.resource];
                        if (advance(timer, event, first, world))
                            co_yield sleepUntil(timer.next);
                        break;
                    }
                    case RtAppEvent::Lock:
                        while (!shared->mutexes[event.resource].tryLock())
                            co_yield waitIn(shared->mutexes[event.resource].waiters);
                        break;
                    case RtAppEvent::Unlock: shared->mutexes[event.resource].unlock(world); break;
                    case RtAppEvent::Sync: shared->conditions[event.resource].release(world); [[fallthrough]];
                    case RtAppEvent::Wait: {
                        Mutex &mutex = shared->mutexes[event.mutex];
                        mutex.unlock(world);
                        co_yield waitIn(shared->conditions[event.resource]);
                        while (!mutex.tryLock())
                            co_yield waitIn(mutex.waiters);
                        break;
                    }
                    case RtAppEvent::Suspend: co_yield waitIn(shared->conditions[event.resource]); break;
                    case RtAppEvent::Signal: shared->conditions[event.resource].release(world); break;
                    case RtAppEvent::Broadcast: shared->conditions[event.resource].releaseAll(world); break;
                    case RtAppEvent::Barrier: {
                        Barrier &barrier = shared->barriers[event.resource];
                        if (barrier.waiters.waiters.size() + 1 >= static_cast<size_t>(barrier.expected))
                            barrier.waiters.releaseAll(world);
                        else
                            co_yield waitIn(barrier.waiters);
                        break;
                    }
                    case RtAppEvent::SemaphorePost: {
                        Semaphore &semaphore = shared->semaphores[event.resource];
                        ++semaphore.count;
                        semaphore.waiters.release(world);
                        break;
                    }
                    case RtAppEvent::SemaphoreWait: {
                        Semaphore &semaphore = shared->semaphores[event.resource];
                        while (semaphore.count == 0)
                            co_yield waitIn(semaphore.waiters);
                        --semaphore.count;
                        break;
                    }
                    case RtAppEvent::Yield: co_yield yield(); break;
                    case RtAppEvent::Fork: fork(world, shared, shared->file.tasks[event.resource]); break;
                    }
                if (world.now() == began)
                    co_yield run(kLoopCost);
            }
        }
}

} // namespace

Workload startRtApp(RtAppFile read) {
    auto shared = std::make_shared<Shared>();
    shared->file = std::move(read);
    const RtAppFile &file = shared->file;
    shared->mutexes.resize(file.mutexes);
    shared->conditions.resize(file.conditions);
    shared->semaphores.resize(file.semaphores);
    for (int expected : file.barriers)
        shared->barriers.push_back({expected, {}});
    shared->timers.resize(file.timers);
    Workload workload;
    workload.duration = file.duration;
    workload.cgroups = file.cgroups;
    workload.events = file.events;
    workload.notes = file.notes;
    for (const RtAppTask &program : file.tasks)
        for (int instance = 0; instance < program.instances; ++instance)
            workload.tasks.push_back({0, program.spec, [shared, &program] { return perform(task(shared, program, false)); }});
    return workload;
}

} // namespace scx::sim
