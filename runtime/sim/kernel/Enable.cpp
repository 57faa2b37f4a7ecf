// SPDX-License-Identifier: GPL-2.0-only
// A policy begins and ends, and what it may do in between. kernel/sched/ext.c: scx_ops_enable_workfn, scx_ops_disable_workfn, scx_kf_allowed, scx_ops_exit_kind.
#include "sim/kernel/Cpumask.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdarg>
#include <cstring>

namespace scx::sim {
namespace {

const char *exitReason(int kind) {
    switch (kind) {
    case kExitUnreg: return "unregistered from user space";
    case kExitUnregBpf: return "unregistered from BPF";
    case kExitUnregKern: return "unregistered from the main kernel";
    case kExitError: return "runtime error";
    case kExitErrorBpf: return "scx_bpf_error";
    case kExitErrorStall: return "runnable task stall";
    default: return "<UNKNOWN>";
    }
}

} // namespace

Kernel::Kernel(const Machine &shape, Arena &memory, View *sees, uint64_t seed) : machine(shape), arena(memory), view(sees), generator(seed) {
    words = (static_cast<int>(machine.cpus.size()) + 63) / 64;
    idleCpus = arena.make<cpumask>();
    idleCores = arena.make<cpumask>();
    onlineMask = arena.make<cpumask>();
    possibleMask = arena.make<cpumask>();
    emptyMask = arena.make<cpumask>();
    pidNamespace = arena.make<pid_namespace>();
    pidNamespace->ns.inum = 0xeffffffc; // PROC_PID_INIT_INO
    isGoing.resize(machine.cpus.size());
    for (size_t i = 0; i < machine.cpus.size(); ++i) {
        const CpuShape &cpu = machine.cpus[i];
        auto rq = std::make_unique<Rq>();
        rq->cpu = static_cast<int>(i);
        rq->node = cpu.node;
        rq->llc = cpu.llc;
        rq->core = cpu.core;
        rq->capacity = static_cast<uint64_t>(cpu.capacity);
        rq->k = arena.make<sim::rq>();
        rq->k->cpu = rq->cpu;
        rq->idle = arena.make<task_struct>();
        std::snprintf(rq->idle->comm, TASK_COMM_LEN, "swapper/%d", rq->cpu);
        rq->idle->flags = kPfKthread;
        rq->idle->group_leader = rq->idle->real_parent = rq->idle->parent = rq->idle;
        rq->idle->cpus_ptr = possibleMask;
        rq->idle->thread_info.cpu = static_cast<u32>(i);
        rq->k->curr = rq->k->idle = rq->idle;
        rq->local.rq = rq.get();
        rq->local.k = arena.make<scx_dispatch_q>();
        rq->local.k->id = kDsqLocal;
        setCpu(*onlineMask, rq->cpu);
        setCpu(*possibleMask, rq->cpu);
        while (globals.size() <= static_cast<size_t>(cpu.node)) {
            globals.push_back(std::make_unique<Dsq>());
            globals.back()->k = arena.make<scx_dispatch_q>();
            globals.back()->k->id = kDsqGlobal;
        }
        llcIds.push_back(static_cast<uint64_t *>(arena.allocate(8, Access::Read)));
        nodeIds.push_back(static_cast<uint64_t *>(arena.allocate(8, Access::Read)));
        *llcIds.back() = i; // sd_llc_id: the first CPU of the domain
        *nodeIds.back() = static_cast<uint64_t>(cpu.node);
        rqs.push_back(std::move(rq));
    }
    for (const auto &rq : rqs)
        for (const auto &other : rqs) {
            if (other->core == rq->core)
                setCpu(rq->siblings, other->cpu);
            if (other->llc == rq->llc && other->cpu < rq->cpu)
                *llcIds[static_cast<size_t>(rq->cpu)] = std::min(*llcIds[static_cast<size_t>(rq->cpu)], static_cast<uint64_t>(other->cpu));
            smt |= other != rq && other->core == rq->core;
        }
    root = &makeGroup("/", 100);
}

Kernel::~Kernel() = default;

// ---------------------------------------------------------------- callbacks and what they may call

uint64_t Kernel::call(Op op, Kf mask, std::initializer_list<uint64_t> arguments, const task_struct *a, const task_struct *b) {
    uint32_t before = kfMask;
    kfMask |= mask;
    kfTasks[0] = a;
    kfTasks[1] = b;
    if (onCallback)
        onCallback(op, arguments);
    task_struct *running = current();
    ++running->migration_disabled; // __bpf_prog_enter
    uint64_t result = object->call(op, arguments);
    --running->migration_disabled;
    kfTasks[0] = kfTasks[1] = nullptr;
    kfMask = before;
    return result;
}

bool Kernel::kfAllowed(uint32_t mask) {
    if (!(kfMask & mask)) {
        error("kfunc with mask 0x%x called from an operation only allowing 0x%x", mask, kfMask);
        return false;
    }
    uint32_t highest = std::bit_floor(mask);
    if (highest == kCpuRelease && (kfMask & ~1u)) {
        error("cpu_release kfunc called from a nested operation");
        return false;
    }
    if (highest == kDispatch && (kfMask & ~3u)) {
        error("dispatch kfunc called from a nested operation");
        return false;
    }
    return true;
}

bool Kernel::kfAllowedOn(const task_struct *p) {
    if (!kfAllowed(kRqLocked))
        return false;
    if (p != kfTasks[0] && p != kfTasks[1]) {
        error("called on a task not being operated on");
        return false;
    }
    return true;
}

bool Kernel::cpuValid(int cpu, const char *where) {
    if (cpu >= 0 && cpu < cpuCount())
        return true;
    error("invalid CPU %d%s%s", cpu, where ? " " : "", where ? where : "");
    return false;
}

int Kernel::sanitizeError(const char *op, int code) {
    if (code < 0 && code >= -4095)
        return code;
    error("ops.%s() returned an invalid errno %d", op, code);
    return -EPROTO;
}

void Kernel::exitKind(int kind, int64_t code, const char *format, ...) {
    if (exitClaimed || state == State::Disabled)
        return;
    exitClaimed = true;
    char text[1024]; // SCX_EXIT_MSG_LEN
    va_list args;
    va_start(args, format);
    std::vsnprintf(text, sizeof text, format, args);
    va_end(args);
    exit.time = time;
    exit.kind = kind;
    exit.code = code;
    exit.reason = exitReason(kind);
    exit.message = text;
}

void Kernel::error(const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    std::vsnprintf(text, sizeof text, format, args);
    va_end(args);
    exitKind(kExitError, 0, "%s", text);
}

// ---------------------------------------------------------------- begin

void Kernel::populate(const Workload &workload, bool switchPartial) {
    plan = workload;
    partial = switchPartial;
    if (view)
        view->begin(machine);
    nextPid = 1;
    TaskSpec first;
    first.comm = "init";
    first.exe = "/sbin/init";
    first.uid = first.gid = 0;
    init = &makeTask(first, nullptr, nullptr);
    nextPid = 100;
    for (const CgroupSpec &spec : plan.cgroups)
        if (spec.path != "/")
            makeGroup(spec.path, spec.weight);
    for (size_t i = 0; i < plan.tasks.size(); ++i) {
        StartingTask &starting = plan.tasks[i];
        uint64_t pid = 0;
        if (!starting.at) {
            Task &p = makeTask(starting.spec, starting.behaviour(), init);
            pid = p.pid;
            setWeight(p, starting.spec.nice);
            tell(p);
            emit(Event::TaskNew, p.rq->cpu, &p);
        }
        at(starting.at, Timed::Start, static_cast<uint32_t>(i), pid);
    }
    for (size_t i = 0; i < plan.events.size(); ++i)
        at(plan.events[i].at, Timed::Machine, static_cast<uint32_t>(i), 0);
}

/// All that may fail of the beginning: at its end the policy knows every cgroup and every task. False if it refuses one of them; an error that it raises itself ends it only later.
bool Kernel::prepare(Object &policy) {
    if (policy.has(Op::Init))
        if (int failed = static_cast<int>(call(Op::Init, kUnlocked, {}))) {
            error("ops.init() failed (%d)", sanitizeError("init", failed));
            return false;
        }
    for (Op op : {Op::CpuOnline, Op::CpuOffline})
        opsOn[static_cast<size_t>(op)] = policy.has(op);
    if (enqLast && !policy.has(Op::Enqueue)) {
        error("SCX_OPS_ENQ_LAST requires ops.enqueue() to be implemented");
        return false;
    }
    bypass(true);
    for (size_t op = 0; op < opsOn.size(); ++op)
        opsOn[op] = policy.has(static_cast<Op>(op)) && static_cast<Op>(op) != Op::Init && static_cast<Op>(op) != Op::Exit;
    initTaskOn = true;
    if (!initGroups(*root))
        return false;
    cgroupsOn = true;
    for (TaskId id : std::vector<TaskId>(birth))
        if (!initTask(*find(id), false))
            return false;
    return true;
}

void Kernel::enable(Object &policy, const Constants &numbers) {
    object = &policy;
    constants = numbers;
    here = nextCpuOnline();
    const OpsSettings &ops = policy.ops();
    exit = {};
    exitClaimed = false;
    ++enabled;
    enqLast = ops.flags & kOpsEnqLast;
    enqExiting = ops.flags & kOpsEnqExiting;
    timeout = ((ops.timeoutMs ? ops.timeoutMs : 30'000) * 1'000'000ull + machine.tickNs - 1) / machine.tickNs;
    warnedZeroSlice = false;
    maxBatch = ops.dispatchMaxBatch ? ops.dispatchMaxBatch : 32;
    builtinIdle = !policy.has(Op::UpdateIdle) || (ops.flags & kOpsKeepBuiltinIdle);
    state = State::Enabling;
    if (builtinIdle)
        resetIdleMasks();
    if (prepare(policy))
        for (TaskId id : std::vector<TaskId>(birth)) {
            Task &p = *find(id);
            if (!p.realTime())
                switchToScx(p);
            if (p.life == Task::Awake)
                enqueueTask(*p.rq, p, kDeqSave | kDeqMove | kDeqNoclock);
        }
    state = State::Enabled;
    if (exitClaimed)
        return finishExitOfPolicy();
    bypass(false);
    for (const auto &rq : rqs)
        if (rq->active)
            resched(*rq);
    at((jiffies() + timeout / 2) * machine.tickNs, Timed::Watchdog, 0, enabled);
    settle();
}

bool Kernel::wantsRestart() const { return state == State::Disabled && exit.kind == kExitUnregKern && (exit.code & kEcodeRestart); }

// ---------------------------------------------------------------- end

void Kernel::bypass(bool on) {
    for (const auto &rq : rqs) {
        if (rq->bypassing == on)
            continue;
        rq->bypassing = on;
        std::vector<Task *> waiting(rq->runnable.rbegin(), rq->runnable.rend());
        for (Task *p : waiting) {
            dequeueTask(*rq, *p, kDeqSave | kDeqMove | kDeqNoclock);
            enqueueTask(*rq, *p, kDeqSave | kDeqMove | kDeqNoclock);
        }
    }
}

/// scx_ops_disable_workfn: nothing is left to the policy; every task and cgroup is taken from it, then it is told.
void Kernel::finishExitOfPolicy() {
    if (exit.kind >= kExitError) {
        auto *context = arena.make<scx_dump_ctx>();
        *context = {exit.kind, exit.code, keep(exit.reason), time, jiffies()};
        exit.dump = dumpState(context, object->ops().exitDumpLength ? object->ops().exitDumpLength : 32768); // SCX_EXIT_DUMP_DFL_LEN
    }
    for (const auto &rq : rqs)
        if (Task *p = rq->curr) {
            updateCurr(*rq);
            emit(Event::Stop, rq->cpu, p, 0, p->ran(), Event::Changed);
        }
    emit(Event::End, here, nullptr);
    quiet = true; // what follows is no scheduling any more
    if (initTaskOn) {
        bypass(true);
        exitGroups(*root);
        cgroupsOn = initTaskOn = false;
        std::vector<TaskId> all = birth;
        for (TaskId id : all) {
            Task &p = *find(id);
            Rq &rq = *p.rq;
            bool runs = rq.curr == &p;
            dequeueTask(rq, p, kDeqSave | kDeqMove | kDeqNoclock);
            if (runs)
                rq.curr = nullptr;
            exitTask(p);
        }
    }
    opsOn.fill(false);
    auto *info = arena.make<scx_exit_info>();
    auto copy = [&](const std::string &text, size_t most) {
        auto *memory = static_cast<char *>(arena.allocate(std::max<size_t>(most, 1), Access::Read));
        std::memcpy(memory, text.c_str(), std::min(text.size(), most ? most - 1 : 0));
        return memory;
    };
    *info = {exit.kind, exit.code, copy(exit.reason, 128), nullptr, 0, copy(exit.message, 1024), copy(exit.dump, exit.dump.size() + 1)};
    if (object->has(Op::Exit))
        call(Op::Exit, kUnlocked, {arg(info)});
    // The machine is as before a policy: no task is in a queue, nothing runs, timers are gone.
    dsqs.clear();
    for (const auto &rq : rqs) {
        rq->bypassing = rq->needResched = rq->irqWork = rq->runDeferred = rq->released = rq->stopper = false;
        rq->kick = rq->kickIfIdle = rq->preempt = rq->wait = {};
        ++rq->turn;
        rq->k->curr = rq->idle;
    }
    going.clear();
    interrupted.clear();
    isGoing.assign(isGoing.size(), false);
    for (TimerState &timer : timers)
        ++timer.generation;
    timerIndex.clear();
    state = State::Disabled;
    quiet = false;
}

void Kernel::disable() {
    if (state != State::Enabled)
        return;
    exitKind(kExitUnreg, 0, "%s", "");
    finishExitOfPolicy();
}

} // namespace scx::sim
