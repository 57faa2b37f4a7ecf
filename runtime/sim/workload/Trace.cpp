// SPDX-License-Identifier: GPL-2.0-only
// The lines of a trace become each task's own course. Waiting for a CPU is left out: that is what another policy does differently.
#include "sim/workload/Trace.h"

#include <algorithm>
#include <map>

namespace scx::sim {
namespace {

constexpr size_t kNone = ~size_t{0};
constexpr int kFirstFair = 100, kNiceZero = 120; // priorities as the kernel prints them; 1 to 99 are real-time tasks, below are stoppers and deadlines

class Courses {
  public:
    explicit Courses(const std::vector<TraceLine> &lines) : lines(lines), begin(lines.front().time), end(lines.back().time) {}

    RecordedTrace build() {
        for (const TraceLine &line : lines)
            switch (line.kind) {
            case TraceLine::Switch: onSwitch(line); break;
            case TraceLine::Wake: onWake(line); break;
            case TraceLine::Fork: onFork(line); break;
            case TraceLine::Exit: onExit(line); break;
            }
        for (size_t i = 0; i < courses.size(); ++i) {
            if (courses[i].state == Running)
                spend(i, end);
            trace.tasks[i].exits |= courses[i].exiting;  // its last switch may be lost, or behind the end
            trace.tasks[i].spec.group = courses[i].comm; // what it has become by executing programs
        }
        dropChance();
        settleClasses();
        trace.duration = std::max<uint64_t>(end - begin, 1);
        if (lost)
            trace.notes.push_back("events were lost at " + std::to_string(lost) + (lost == 1 ? " place" : " places") + "; what is missing is taken for sleep");
        return std::move(trace);
    }

  private:
    enum State : uint8_t { Ready, Running, Asleep, Gone };
    /// What is known of a task at the present line; the same index as trace.tasks.
    struct Course {
        State state = Ready;
        int cpu = 0;
        uint64_t mark = 0;                                 // Running: up to when its time stands in its steps. Asleep: since when
        bool exiting = false, above = false, seen = false; // above: of a class above the real-time one. seen: it ran
        int prio = kNiceZero, rtPrio = 0, now = kNiceZero; // the last fair one, the last real-time one, and which of them it has
        std::string comm;
        uint64_t cpuTime = 0, rtTime = 0, wakes = 0;
    };
    struct Cpu {
        size_t current = kNone; // kNone: idle or not known
        uint64_t since = 0;     // the last switch
        bool known = false;     // a switch was seen
    };

    const std::vector<TraceLine> &lines;
    const uint64_t begin, end;
    RecordedTrace trace;
    std::vector<Course> courses;
    std::map<uint32_t, size_t> byPid; // the living ones: pids are used again
    std::map<int, Cpu> cpus;
    std::map<std::pair<size_t, size_t>, uint64_t> wakenings; // waker and sleeper: how often
    uint64_t lost = 0;
    bool flagged = false; // the trace tells interrupts from tasks

    size_t known(uint32_t pid) const {
        auto found = byPid.find(pid);
        return found == byPid.end() ? kNone : found->second;
    }

    size_t create(uint32_t pid, const std::string &comm, int prio, uint64_t start) {
        TraceTask task;
        task.pid = pid;
        task.spec.comm = comm;
        task.start = start - begin;
        trace.tasks.push_back(std::move(task));
        Course course;
        course.comm = comm;
        course.mark = start;
        course.above = prio < 1;
        courses.push_back(course);
        setPrio(courses.size() - 1, prio);
        byPid[pid] = courses.size() - 1;
        return courses.size() - 1;
    }

    /// A fair task with a priority below 100 for a while holds a lock that a real-time task waits for: that is no nice value.
    void setPrio(size_t i, int prio) {
        courses[i].now = prio;
        if (prio < kFirstFair)
            courses[i].rtPrio = prio;
        if (prio < kFirstFair || prio == courses[i].prio)
            return;
        courses[i].prio = prio;
        const int nice = std::clamp(prio - kNiceZero, -20, 19);
        if (courses[i].seen)
            trace.tasks[i].steps.push_back({TraceStep::Renice, 0, 0, nice, {}});
        else
            trace.tasks[i].spec.nice = nice;
    }
    void setComm(size_t i, const std::string &comm) {
        if (comm == courses[i].comm)
            return;
        courses[i].comm = comm;
        if (courses[i].seen)
            trace.tasks[i].steps.push_back({TraceStep::Rename, 0, 0, 0, comm});
        else
            trace.tasks[i].spec.comm = comm;
    }

    /// Its running up to `time` goes into its steps.
    void spend(size_t i, uint64_t time) {
        Course &course = courses[i];
        std::vector<TraceStep> &steps = trace.tasks[i].steps;
        const uint64_t ns = time - course.mark;
        course.mark = time;
        course.cpuTime += ns;
        course.rtTime += course.now < kFirstFair ? ns : 0;
        if (ns == 0)
            return;
        steps.push_back({TraceStep::Run, ns, 0, 0, {}});
    }
    void slept(size_t i, uint64_t until) { trace.tasks[i].steps.push_back({TraceStep::Sleep, until - courses[i].mark, 0, 0, {}}); }

    void arrive(size_t i, int cpu, uint64_t time) {
        Course &course = courses[i];
        if (course.state == Running || course.state == Asleep) // of a running one, where it left its CPU was lost
            slept(i, time);
        course.state = Running;
        course.seen = true;
        course.cpu = cpu;
        course.mark = time;
    }

    void onSwitch(const TraceLine &line) {
        Cpu &cpu = cpus[line.cpu];
        const uint64_t since = cpu.known ? cpu.since : begin;
        size_t previous = line.task ? known(line.task) : kNone;
        if (line.task && previous == kNone)
            previous = create(line.task, line.comm, line.prio, since);
        if (cpu.known && cpu.current != previous) { // the lines between were lost
            ++lost;
            if (cpu.current != kNone && courses[cpu.current].state == Running && courses[cpu.current].cpu == line.cpu)
                courses[cpu.current].state = Asleep;
        }
        if (previous != kNone) {
            if (courses[previous].state != Running || courses[previous].cpu != line.cpu)
                arrive(previous, line.cpu, std::max(since, courses[previous].mark));
            setComm(previous, line.comm); // since when is not known; most programs take their name first and work then
            setPrio(previous, line.prio);
            spend(previous, line.time);
            leave(previous, line);
        }
        cpu = {kNone, line.time, true};
        if (line.next == 0)
            return;
        size_t next = known(line.next);
        if (next == kNone)
            next = create(line.next, line.nextComm, line.nextPrio, line.time);
        setComm(next, line.nextComm);
        setPrio(next, line.nextPrio);
        arrive(next, line.cpu, line.time);
        cpu.current = next;
    }

    void leave(size_t i, const TraceLine &line) {
        Course &course = courses[i];
        if (line.state == 'X' || line.state == 'Z') {
            course.state = Gone;
            trace.tasks[i].exits = true;
            byPid.erase(line.task);
        } else
            course.state = line.state == 'R' ? Ready : Asleep; // a task that was preempted did not want to stop
    }

    void onWake(const TraceLine &line) {
        flagged |= line.flagged;
        const size_t sleeper = known(line.task);
        if (line.task == 0)
            return;
        if (sleeper == kNone) {
            create(line.task, line.comm, line.prio, line.time);
            return;
        }
        Course &course = courses[sleeper];
        if (course.state != Asleep)
            return;
        ++course.wakes;
        const size_t waker = running(line);
        if (waker == kNone || line.interrupt || waker == sleeper) {
            slept(sleeper, line.time);
        } else {
            spend(waker, line.time);
            trace.tasks[waker].steps.push_back({TraceStep::Wake, 0, sleeper, 0, {}});
            trace.tasks[sleeper].steps.push_back({TraceStep::Wait, line.time - course.mark, waker, 0, {}});
            ++wakenings[{waker, sleeper}];
        }
        course.state = Ready;
    }

    /// Who does what the line says, if it is a task that is replayed and known to run there.
    size_t running(const TraceLine &line) const {
        const size_t i = line.current ? known(line.current) : kNone;
        return i != kNone && courses[i].state == Running && courses[i].cpu == line.cpu && !courses[i].above ? i : kNone;
    }

    void onFork(const TraceLine &line) {
        const size_t parent = running(line);
        if (const size_t old = known(line.next); old != kNone) { // its end was lost, and its pid is used again
            ++lost;
            trace.tasks[old].exits = true;
            courses[old].state = Gone;
        }
        const size_t child = create(line.next, line.nextComm, parent == kNone ? kNiceZero : courses[parent].now, line.time);
        if (parent == kNone || line.current != line.task)
            return;
        trace.tasks[child].forked = true;
        spend(parent, line.time);
        trace.tasks[parent].steps.push_back({TraceStep::Fork, 0, child, 0, {}});
    }

    void onExit(const TraceLine &line) {
        if (const size_t i = known(line.task); i != kNone)
            courses[i].exiting = true;
    }

    /// Without flags a line does not tell whether the task that ran woke the other, or an interrupt did that came while it ran. An interrupt comes to whoever runs, as often as it runs.
    /// So a task is a waker if it ends the other's sleeps more than twice as often as its share of the time would by chance; else they are sleeps of their length.
    void dropChance() {
        const auto byChance = [&](size_t waker, size_t sleeper) {
            __extension__ typedef unsigned __int128 Wide;
            return !flagged &&
                   static_cast<Wide>(wakenings[{waker, sleeper}]) * (end - begin) <= static_cast<Wide>(2 * courses[waker].cpuTime) * courses[sleeper].wakes;
        };
        for (size_t i = 0; i < trace.tasks.size(); ++i) {
            std::vector<TraceStep> &steps = trace.tasks[i].steps;
            for (TraceStep &step : steps)
                if (step.kind == TraceStep::Wait && byChance(step.task, i))
                    step.kind = TraceStep::Sleep;
            std::erase_if(steps, [&](const TraceStep &step) { return step.kind == TraceStep::Wake && byChance(i, step.task); });
            joinRuns(steps);
        }
    }

    /// What no step divides any more is one run.
    static void joinRuns(std::vector<TraceStep> &steps) {
        std::vector<TraceStep> joined;
        for (TraceStep &step : steps)
            if (!joined.empty() && step.kind == TraceStep::Run && joined.back().kind == TraceStep::Run)
                joined.back().ns += step.ns;
            else
                joined.push_back(std::move(step));
        steps = std::move(joined);
    }

    /// A task is a real-time one if it ran longer as such. What is above that moves tasks and has deadlines: it is left out.
    void settleClasses() {
        size_t count = 0;
        for (size_t i = 0; i < courses.size(); ++i) {
            const Course &course = courses[i];
            TraceTask &task = trace.tasks[i];
            if (course.above) {
                ++count;
                task.steps.clear();
            } else if (course.rtTime > course.cpuTime / 2) {
                task.spec.policy = "fifo";
                task.spec.rtPriority = kFirstFair - 1 - course.rtPrio;
            }
        }
        if (count)
            trace.notes.push_back(std::to_string(count) + (count == 1 ? " task" : " tasks") + " of the stopper's and the deadline class left out");
    }
};

/// Threads of the kernel by their names; perCpu: a number behind the slash is the CPU they belong to.
struct KernelThread {
    std::string_view prefix;
    bool perCpu;
};
constexpr KernelThread kKernelThreads[] = {{"kworker/u", false}, {"kworker/", true},    {"ksoftirqd/", true}, {"cpuhp/", true},    {"rcuc/", true},
                                           {"rcuog/", false},    {"rcuop/", false},     {"rcu_", false},      {"kthreadd", false}, {"kswapd", false},
                                           {"kcompactd", false}, {"khugepaged", false}, {"jbd2/", false},     {"kauditd", false}};

void placeKernelThread(TaskSpec &spec, int cpus) {
    for (const KernelThread &kind : kKernelThreads)
        if (spec.comm.starts_with(kind.prefix)) {
            spec.kthread = true;
            int cpu = -1;
            for (size_t at = kind.prefix.size(); kind.perCpu && at < spec.comm.size() && spec.comm[at] >= '0' && spec.comm[at] <= '9' && cpu < cpus; ++at)
                cpu = std::max(cpu, 0) * 10 + (spec.comm[at] - '0');
            if (cpu >= 0 && cpu < cpus)
                spec.affinity = {cpu};
            spec.group = spec.comm.substr(0, spec.comm.find('/'));
            return;
        }
}

/// How often a task was woken and did not wait for it yet, and its waiting.
struct Wakes {
    uint64_t count = 0;
    WaitList waiting;
};

struct Replay {
    RecordedTrace trace;
    std::vector<Wakes> wakes; // of each task
};

Script replay(std::shared_ptr<Replay> shared, size_t index) {
    World &world = co_await theWorld;
    const TaskId self = world.self();
    const TraceTask &task = shared->trace.tasks[index];
    for (const TraceStep &step : task.steps)
        switch (step.kind) {
        case TraceStep::Run: co_yield run(step.ns); break;
        case TraceStep::Sleep: co_yield sleepUntil(world.now() + step.ns); break;
        case TraceStep::Wait:
            while (shared->wakes[index].count == 0)
                co_yield waitIn(shared->wakes[index].waiting);
            --shared->wakes[index].count;
            break;
        case TraceStep::Wake:
            ++shared->wakes[step.task].count;
            shared->wakes[step.task].waiting.release(world);
            break;
        case TraceStep::Fork: world.fork(shared->trace.tasks[step.task].spec, perform(replay(shared, step.task))); break;
        case TraceStep::Renice: world.setNice(self, step.nice); break;
        case TraceStep::Rename: world.setComm(self, step.comm); break;
        }
    while (!task.exits)
        co_yield block(); // what it did then is not in the trace
}

} // namespace

RecordedTrace readTrace(std::string_view text, const Source &source) {
    const std::vector<TraceLine> lines = readTraceLines(text, source);
    return Courses(lines).build();
}

Workload startTrace(RecordedTrace trace, const Machine &machine) {
    Workload workload;
    workload.duration = trace.duration;
    workload.notes = trace.notes;
    auto shared = std::make_shared<Replay>();
    shared->trace = std::move(trace);
    shared->wakes.resize(shared->trace.tasks.size());
    for (size_t i = 0; i < shared->trace.tasks.size(); ++i) {
        TraceTask &task = shared->trace.tasks[i];
        placeKernelThread(task.spec, static_cast<int>(machine.cpus.size()));
        if (!task.forked && !task.steps.empty())
            workload.tasks.push_back({task.start, task.spec, [shared, i] { return perform(replay(shared, i)); }});
    }
    std::stable_sort(workload.tasks.begin(), workload.tasks.end(), [](const StartingTask &a, const StartingTask &b) { return a.at < b.at; });
    return workload;
}

} // namespace scx::sim
