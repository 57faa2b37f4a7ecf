// SPDX-License-Identifier: GPL-2.0-only
// CPUs that go and come, and what else happens to the machine at a time of its own. kernel/sched/ext.c: handle_hotplug, rq_offline_scx; kernel/sched/core.c: balance_push.
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
    rq.active = false;
    if (has(Op::CpuOffline))
        call(Op::CpuOffline, kUnlocked, {static_cast<uint64_t>(rq.cpu)});
    else
        exitKind(kExitUnregKern, kEcodeRestart | kEcodeHotplug, "cpu %d going %s, exiting scheduler", rq.cpu, "offline");
    rq.online = false;
    clearCpu(*onlineMask, rq.cpu);
    if (Task *p = rq.curr) { // the CPU's stopper pushes away what runs
        p->reason = Event::Preempted;
        putPrev(rq, *p, false);
        ++rq.turn;
        rq.curr = nullptr;
        rq.k->curr = rq.idle;
    }
    clearCpu(*idleCpus, rq.cpu);
    clearCpu(*idleCores, rq.cpu);
    while (!rq.runnable.empty()) {
        Task &p = *rq.runnable.front();
        p.k->on_rq = 2;
        dequeueTask(rq, p, kDeqNoclock);
        p.k->on_rq = 0;
        setTaskCpu(p, rqOf(selectFallbackRq(p)));
        enqueueTask(*p.rq, p, 0);
        activated(*p.rq, p);
    }
    emit(Event::CpuOffline, rq.cpu, nullptr);
}

void Kernel::cpuOnline(Rq &rq) {
    if (rq.active)
        return;
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

void Kernel::machineEvent(const MachineEvent &event) {
    auto group = [&]() -> Group & {
        Group *found = findGroup(event.cgroup);
        if (!found)
            throw std::runtime_error("the workload changes cgroup `" + event.cgroup + "`, which is not there; list it among its cgroups");
        return *found;
    };
    switch (event.kind) {
    case MachineEvent::CpuOffline:
        return cpuOffline(rqOf(event.cpu));
    case MachineEvent::CpuOnline:
        return cpuOnline(rqOf(event.cpu));
    case MachineEvent::CgroupWeight:
        return setGroupWeight(group(), event.weight);
    case MachineEvent::CgroupCreate:
        onlineGroup(makeGroup(event.cgroup, event.weight));
        return;
    case MachineEvent::CgroupRemove:
        if (group().references > 1)
            throw std::runtime_error("the workload removes cgroup `" + event.cgroup + "`, which is not empty; end or move its tasks and remove the folders in it first");
        return offlineGroup(group());
    }
}

} // namespace scx::sim
