// SPDX-License-Identifier: GPL-2.0-only
// What does a workload do, without a kernel? A world of a few CPUs and one queue in which tasks take turns of 4 ms, and a line for each thing that happens.
//
//     sim-workload-driver NAME|FILE [--machine M] [--seed N] [--for DURATION] [--summary] | --machine M | --list | --keys | --draw
#include "object/Object.h"
#include "sim/workload/Behaviour.h"
#include "sim/workload/Random.h"
#include "sim/workload/RtApp.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <map>
#include <queue>
#include <stdexcept>

using namespace scx;
using namespace scx::sim;

namespace {

constexpr uint64_t kTurn = 4'000'000;

struct Task {
    TaskId id = 0;
    TaskSpec spec;
    std::unique_ptr<Behaviour> behaviour;
    enum State { Ready, Running, Sleeping, Blocked, Gone } state = Ready;
    uint64_t left = 0; // ns of the Run step that is under way
    bool woken = false;
    uint64_t serial = 0; // which of its sleeps is under way
};

struct Total {
    uint64_t tasks = 0, cpuTime = 0, sleeps = 0, blocks = 0, wakes = 0, yields = 0, forks = 0, exits = 0, periods = 0, late = 0, changes = 0;
};

std::string us(uint64_t ns) {
    char text[32];
    std::snprintf(text, sizeof text, "%llu.%03llu", static_cast<unsigned long long>(ns / 1000), static_cast<unsigned long long>(ns % 1000));
    return text;
}

class TestWorld : public World {
  public:
    TestWorld(const Machine &machine, Workload workload, uint64_t end, bool lines)
        : cpus(machine.cpus.size()), workload(std::move(workload)), end(end), lines(lines), current(cpus) {}

    void simulate() {
        for (const std::string &note : workload.notes)
            std::printf("note: %s\n", note.c_str());
        for (const CgroupSpec &cgroup : workload.cgroups)
            std::printf("cgroup %s weight %u\n", cgroup.path.c_str(), cgroup.weight);
        for (const MachineEvent &event : workload.events)
            std::printf("event at %s kind %d cpu %d cgroup %s weight %u\n", us(event.at).c_str(), event.kind, event.cpu, event.cgroup.c_str(), event.weight);
        for (size_t i = 0; i < workload.tasks.size(); ++i)
            at(workload.tasks[i].at, [this, i] { start(workload.tasks[i].spec, workload.tasks[i].behaviour()); });
        while (!events.empty() && events.top().time <= end) {
            Event event = events.top();
            events.pop();
            time = event.time;
            event.act();
            dispatch();
        }
        time = end;
    }

    void summary() const {
        for (const auto &[group, t] : totals) {
            std::printf("%s: tasks %llu cpu %s", group.c_str(), static_cast<unsigned long long>(t.tasks), us(t.cpuTime).c_str());
            const std::pair<const char *, uint64_t> counts[] = {{"sleeps", t.sleeps},   {"blocks", t.blocks}, {"wakes", t.wakes},
                                                                {"yields", t.yields},   {"forks", t.forks},   {"exits", t.exits},
                                                                {"periods", t.periods}, {"late", t.late},     {"changes", t.changes}};
            for (auto [name, count] : counts)
                if (count)
                    std::printf(" %s %llu", name, static_cast<unsigned long long>(count));
            std::printf("\n");
        }
    }

    uint64_t now() const override { return time; }
    uint64_t random() override { throw std::logic_error("workloads bring their own chance"); }
    TaskId self() const override { return asking; }
    int cpuCount() const override { return static_cast<int>(cpus); }

    void wake(TaskId id, bool sync) override {
        Task &task = tasks.at(id);
        ++total(asking).wakes;
        tell(asking, std::string("wakes ") + nameOf(task) + (sync ? " sync" : ""));
        if (task.state == Task::Blocked)
            makeReady(task);
        else
            task.woken = true;
    }
    TaskId fork(const TaskSpec &spec, std::unique_ptr<Behaviour> behaviour) override {
        ++total(asking).forks;
        tell(asking, "forks " + spec.comm);
        return start(spec, std::move(behaviour));
    }
    void setNice(TaskId id, int nice) override { change(id, "nice " + std::to_string(nice)); }
    void setAffinity(TaskId id, const std::vector<int> &allowed) override {
        change(id, "cpus" + list(allowed));
        tasks.at(id).spec.affinity = allowed;
    }
    void signal(TaskId id, Signal signal) override { change(id, "signal " + std::to_string(static_cast<int>(signal))); }
    void setMigration(bool may) override { change(asking, may ? "may migrate" : "may not migrate"); }
    void setComm(TaskId id, const std::string &comm) override {
        change(id, "is called " + comm);
        tasks.at(id).spec.comm = comm;
    }
    void moveToCgroup(TaskId id, const std::string &path) override { change(id, "moves to " + path); }
    void periodEnded(uint64_t due, int64_t late) override {
        ++total(asking).periods;
        total(asking).late += late > 0;
        tell(asking, "period of " + us(due) + (late > 0 ? " late by " + us(static_cast<uint64_t>(late)) : " in time"));
    }

  private:
    struct Event {
        uint64_t time, order;
        std::function<void()> act;
        bool operator<(const Event &other) const { return std::pair(time, order) > std::pair(other.time, other.order); }
    };

    const size_t cpus;
    Workload workload;
    const uint64_t end;
    const bool lines;
    uint64_t time = 0, order = 0;
    TaskId asking = 0, last = 0;
    std::map<TaskId, Task> tasks;
    std::map<std::string, Total> totals;
    std::deque<Task *> ready;
    std::vector<Task *> current; // of each CPU
    std::priority_queue<Event> events;

    static std::string nameOf(const Task &task) { return task.spec.comm + "/" + std::to_string(task.id); }
    static std::string list(const std::vector<int> &numbers) {
        std::string text = numbers.empty() ? " all" : "";
        for (int n : numbers)
            text += " " + std::to_string(n);
        return text;
    }
    Total &total(TaskId id) {
        const TaskSpec &spec = tasks.at(id).spec;
        return totals[spec.group.empty() ? spec.comm : spec.group];
    }
    void tell(TaskId id, const std::string &what) const {
        if (lines)
            std::printf("%12s %s %s\n", us(time).c_str(), nameOf(tasks.at(id)).c_str(), what.c_str());
    }
    void change(TaskId id, const std::string &what) {
        ++total(asking).changes;
        tell(id, what);
    }
    void at(uint64_t when, std::function<void()> act) { events.push({when, order++, std::move(act)}); }

    TaskId start(TaskSpec spec, std::unique_ptr<Behaviour> behaviour) {
        if (spec.comm.size() > 15)
            spec.comm.resize(15);
        if (spec.group.empty())
            spec.group = spec.comm;
        Task &task = tasks[++last];
        task.id = last;
        task.spec = std::move(spec);
        task.behaviour = std::move(behaviour);
        ++total(last).tasks;
        const TaskSpec &s = task.spec;
        tell(last, "starts nice " + std::to_string(s.nice) + " " + s.policy + " cpus" + list(s.affinity) + " cgroup " + s.cgroup +
                       (s.kthread ? " kthread" : "") + (s.uid != 1000 ? " uid " + std::to_string(s.uid) : "") + (s.exe.empty() ? "" : " exe " + s.exe) +
                       (s.leader ? " thread of " + std::to_string(s.leader) : ""));
        makeReady(task);
        return task.id;
    }
    void makeReady(Task &task) {
        task.state = Task::Ready;
        ready.push_back(&task);
    }
    void dispatch() {
        for (bool again = true; again;) {
            again = false;
            for (size_t cpu = 0; cpu < cpus; ++cpu) {
                if (current[cpu])
                    continue;
                auto may = std::find_if(ready.begin(), ready.end(), [&](const Task *task) {
                    const std::vector<int> &allowed = task->spec.affinity;
                    return allowed.empty() || std::find(allowed.begin(), allowed.end(), static_cast<int>(cpu)) != allowed.end();
                });
                if (may == ready.end())
                    continue;
                Task &task = **may;
                ready.erase(may);
                turn(task, cpu);
                again = true;
            }
        }
    }
    /// Gives the CPU to the task for at most a turn, or until it does something else than running.
    void turn(Task &task, size_t cpu) {
        task.state = Task::Running;
        while (task.left == 0) {
            asking = task.id;
            const Step step = task.behaviour->next(*this);
            switch (step.kind) {
            case Step::Run:
                tell(task.id, "runs " + us(step.ns));
                task.left = step.ns;
                break;
            case Step::Sleep:
                ++total(task.id).sleeps;
                tell(task.id, "sleeps until " + us(step.ns));
                if (step.ns <= time)
                    break;
                task.state = Task::Sleeping;
                at(step.ns, [this, &task] { makeReady(task); });
                return;
            case Step::Block:
                ++total(task.id).blocks;
                tell(task.id, "blocks");
                if (std::exchange(task.woken, false))
                    break;
                task.state = Task::Blocked;
                return;
            case Step::Yield:
                ++total(task.id).yields;
                tell(task.id, "yields");
                makeReady(task);
                return;
            case Step::Exit:
                ++total(task.id).exits;
                tell(task.id, "exits");
                task.state = Task::Gone;
                task.behaviour.reset();
                return;
            }
        }
        const uint64_t part = std::min(task.left, kTurn), done = std::min(part, end - time);
        task.left -= part;
        total(task.id).cpuTime += done;
        current[cpu] = &task;
        at(time + part, [this, &task, cpu] {
            current[cpu] = nullptr;
            makeReady(task);
        });
    }
};

} // namespace

int main(int argc, char **argv) try {
    std::string workload, machineText = "4";
    uint64_t seed = 1, end = 0;
    bool summary = false, onlyMachine = true;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        auto value = [&] { return std::string(i + 1 < argc ? argv[++i] : ""); };
        if (argument == "--machine")
            machineText = value();
        else if (argument == "--seed")
            seed = std::stoull(value());
        else if (argument == "--for")
            end = static_cast<uint64_t>(parseDuration(value()));
        else if (argument == "--summary")
            summary = true;
        else if (argument == "--list") {
            for (const auto &[name, about] : builtinWorkloads())
                std::printf("%s: %s\n", name.c_str(), about.c_str());
            return 0;
        } else if (argument == "--keys") {
            static constexpr const char *places[] = {"global", "task", "phase", "event", "root"}, *fates[] = {"done", "silent", "noted", "refused"};
            for (const RtAppKey &key : rtAppKeys())
                std::printf("%s %s %s\n", places[key.place], key.name, fates[key.fate]);
            return 0;
        } else if (argument == "--draw") {
            Random random(seed, "draw");
            uint64_t exponential = 0, median = 0;
            for (int k = 0; k < 100'000; ++k) {
                exponential += random.exponential(1'000'000);
                median += random.logNormal(1'000'000, 8) < 1'000'000;
            }
            std::printf("bits %016llx exponential %llu below %llu median %llu\n", static_cast<unsigned long long>(random.bits()),
                        static_cast<unsigned long long>(exponential / 100'000), static_cast<unsigned long long>(random.below(1000)),
                        static_cast<unsigned long long>(median));
            return 0;
        } else {
            workload = argument;
            onlyMachine = false;
        }
    }
    const Machine machine = parseMachine(machineText);
    if (onlyMachine) {
        std::printf("%s: %zu CPUs, tick %llu ns, switch %llu migration %llu cold %llu\n", machine.name.c_str(), machine.cpus.size(),
                    static_cast<unsigned long long>(machine.tickNs), static_cast<unsigned long long>(machine.costs.contextSwitch),
                    static_cast<unsigned long long>(machine.costs.migration), static_cast<unsigned long long>(machine.costs.coldCache));
        for (size_t i = 0; i < machine.cpus.size(); ++i)
            std::printf("cpu %zu socket %d node %d llc %d core %d capacity %d\n", i, machine.cpus[i].socket, machine.cpus[i].node, machine.cpus[i].llc,
                        machine.cpus[i].core, machine.cpus[i].capacity);
        return 0;
    }
    Workload opened = openWorkload(workload, machine, seed);
    if (!end)
        end = opened.duration ? opened.duration : 1'000'000'000;
    std::printf("%s: %zu tasks, duration %s\n", opened.name.c_str(), opened.tasks.size(), us(opened.duration).c_str());
    TestWorld world(machine, std::move(opened), end, !summary);
    world.simulate();
    if (summary)
        world.summary();
    return 0;
} catch (const std::exception &error) {
    std::printf("error: %s\n", error.what());
    return 1;
}
