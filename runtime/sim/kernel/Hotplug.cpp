// SPDX-License-Identifier: GPL-2.0-only
// CPUs that go and come, and what else happens to the machine at a time of its own. kernel/sched/ext.c: handle_hotplug, rq_offline_scx; kernel/sched/core.c: sched_cpu_deactivate, balance_push.
#include "sim/kernel/Cpumask.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <stdexcept>

namespace scx::sim {

void Kernel::cpuOffline(Rq &rq) {
    if (!rq.active)
        return;
    if (countCpus(*onlineMask, words) == 1)
        throw std::runtime_error("the workload takes the last CPU offline; leave one");
    here = rq.cpu; // a thread of the CPU itself does this
    rq.active = rq.online = false;
    clearCpu(*onlineMask, rq.cpu);
    // rq_offline_scx: from now on its tasks only go through its local DSQ.
    for (Task *p : std::vector<Task *>(rq.runnable.rbegin(), rq.runnable.rend()))
        if (p->dsq != &rq.local) {
            dequeueTask(rq, *p, kDeqSave | kDeqMove | kDeqNoclock);
            enqueueTask(rq, *p, kDeqSave | kDeqMove | kDeqNoclock);
        }
    if (has(Op::CpuOffline))
        call(Op::CpuOffline, kUnlocked, {static_cast<uint64_t>(rq.cpu)});
    else
        exitKind(kExitUnregKern, kEcodeRestart | kEcodeHotplug, "cpu %d going %s, exiting scheduler", rq.cpu, "offline");
    // balance_push: the CPU's stopper takes off whatever it turns to.
    bool busy = rq.curr || !rq.local.tasks.empty() || !rq.realTime.empty();
    if (rq.curr)
        stopTask(rq, Event::Preempted);
    rq.stopper = false;
    letMigrate(rq);
    for (auto *waiting : {&rq.local.tasks, &rq.realTime})
        while (!waiting->empty()) {
            Task &p = *waiting->front();
            moveQueuedTask(rq, p, rqOf(selectFallbackRq(p)));
        }
    if (busy)
        updateIdle(rq, true, true); // as any CPU that has nothing to do: it counts as idle until somebody claims it
    emit(Event::CpuOffline, rq.cpu, nullptr);
}

void Kernel::cpuOnline(Rq &rq) {
    if (rq.active)
        return;
    here = rq.cpu;
    rq.active = rq.online = true;
    setCpu(*onlineMask, rq.cpu);
    if (has(Op::CpuOnline))
        call(Op::CpuOnline, kUnlocked, {static_cast<uint64_t>(rq.cpu)});
    else
        exitKind(kExitUnregKern, kEcodeRestart | kEcodeHotplug, "cpu %d going %s, exiting scheduler", rq.cpu, "online");
    rq.updated = time;
    emit(Event::CpuOnline, rq.cpu, nullptr);
    updateIdle(rq, true, true);
    resched(rq);
}

/// Somebody who is none of them changes tasks.
void Kernel::changeOf(const MachineEvent &event) {
    const std::string comm = event.task.substr(0, TASK_COMM_LEN - 1);
    for (TaskId id : std::vector<TaskId>(birth)) {
        if (find(id)->k->comm != comm)
            continue;
        if (event.kind == MachineEvent::TaskNice)
            setNice(id, event.nice);
        else if (event.kind == MachineEvent::TaskAffinity)
            setAffinity(id, event.cpus);
        else if (event.kind == MachineEvent::TaskSignal)
            signal(id, event.signal);
        else
            moveToCgroup(id, event.cgroup);
    }
}

void Kernel::machineEvent(const MachineEvent &event) {
    auto group = [&]() -> Group & {
        Group *found = findGroup(event.cgroup);
        if (!found)
            throw std::runtime_error("the workload changes cgroup `" + event.cgroup + "`, which is not there; list it among its cgroups");
        return *found;
    };
    switch (event.kind) {
    case MachineEvent::CpuOffline: return cpuOffline(rqOf(event.cpu));
    case MachineEvent::CpuOnline: return cpuOnline(rqOf(event.cpu));
    case MachineEvent::CgroupWeight: return setGroupWeight(group(), event.weight);
    case MachineEvent::CgroupCreate: onlineGroup(makeGroup(event.cgroup, event.weight)); return;
    case MachineEvent::CgroupRemove:
        if (group().references > 1)
            throw std::runtime_error("the workload removes cgroup `" + event.cgroup +
                                     "`, which is not empty; end or move its tasks and remove the folders in it first");
        return offlineGroup(group());
    case MachineEvent::TaskNice:
    case MachineEvent::TaskAffinity:
    case MachineEvent::TaskCgroup:
    case MachineEvent::TaskSignal: return changeOf(event);
    }
}

} // namespace scx::sim
