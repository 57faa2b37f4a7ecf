// SPDX-License-Identifier: GPL-2.0-only
// sim-probe OBJECT [--kernel V] [--cpus N] [--set NAME=VALUE] [--trace] [--hot] ACTION…: runs callbacks of an object on a kernel that does nothing, and prints what came of it.
// Actions: a callback with its arguments (`enqueue task 0`; `task` is a task, `group` a cgroup, else numbers), `fire` (timers that were started), `var NAME`,
// `counter NAME`, `ops`, `forget` (the task ends), `bench`. Without actions: `ops`. sim-probe --tables: what docs/simulator.md lists.
#include "sim/bpf/Arena.h"
#include "sim/bpf/Calls.h"
#include "sim/bpf/Check.h"
#include "sim/bpf/Map.h"
#include "sim/bpf/Object.h"
#include "sim/bpf/Profile.h"

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace scx::sim;

namespace {

/// One task in one cgroup; every sched_ext function is there, does nothing and returns 0.
class QuietHost : public Host {
  public:
    QuietHost(Arena &arena, int cpus) : arena(arena), cpus(cpus) {
        root = group("", nullptr, 1);
        web = group("web", root, 42);
        auto *set = arena.make<css_set>();
        set->dfl_cgrp = web;
        auto *credentials = arena.make<::scx::sim::cred>();
        credentials->uid.val = 1000;
        credentials->gid.val = 100;
        task = arena.make<task_struct>();
        arena.allow(&task->scx.slice, 8, Access::Write);
        arena.allow(&task->scx.dsq_vtime, 8, Access::Write);
        task->pid = 7;
        task->tgid = 5;
        std::strcpy(task->comm, "probe");
        task->cgroups = set;
        task->cred = credentials;
        task->cpus_ptr = &task->cpus_mask;
        task->cpus_mask.bits[0] = 5;
        task->nr_cpus_allowed = 2;
        task->scx.weight = 100;
        for (int cpu = 0; cpu < cpus; ++cpu) {
            nodes.push_back(arena.make<int64_t>());
            *nodes.back() = cpu / 2;
        }
    }

    uint64_t now() const override { return time; }
    uint64_t tickLength() const override { return 4'000'000; }
    int cpu() const override { return 0; }
    int cpuCount() const override { return cpus; }
    task_struct *current() const override { return task; }
    uint64_t random() override { return 4; }
    const Function *function(std::string_view name) const override {
        if (name.rfind("scx_bpf_", 0) != 0 && name.rfind("__scx_bpf_", 0) != 0 && name.rfind("bpf_iter_scx_dsq_", 0) != 0 &&
            name.rfind("bpf_iter_css_", 0) != 0 && name != "bpf_task_from_pid" && name != "bpf_cgroup_from_id")
            return nullptr;
        auto [it, fresh] = functions.try_emplace(std::string(name));
        if (fresh)
            it->second = {it->first, it->first == "scx_bpf_error_bstr" ? tell : nothing};
        return &it->second;
    }
    void *variable(std::string_view name, int cpu) override { return name == "numa_node" ? nodes[static_cast<size_t>(cpu)] : nullptr; }
    void startTimer(void *timer, uint64_t at, bool pinned) override {
        std::printf("timer at %" PRIu64 "%s\n", at, pinned ? ", pinned" : "");
        timers.push_back(timer);
    }
    void cancelTimer(void *timer) override { std::erase(timers, timer); }
    void print(std::string_view line) override { std::printf("printk: %.*s\n", static_cast<int>(line.size()), line.data()); }
    void hold(task_struct *) override { ++held; }
    void drop(task_struct *) override { --held; }
    void hold(cgroup *) override { ++held; }
    void drop(cgroup *) override { --held; }

    Arena &arena;
    int cpus, held = 0;
    uint64_t time = 1000;
    task_struct *task;
    cgroup *root, *web;
    std::vector<int64_t *> nodes;
    std::vector<void *> timers;

  private:
    cgroup *group(const char *name, cgroup *parent, uint64_t id) {
        auto *made = arena.make<cgroup>();
        made->kn = arena.make<kernfs_node>();
        made->kn->id = id;
        made->kn->name = std::strcpy(static_cast<char *>(arena.allocate(16, Access::Read)), name);
        made->level = parent ? parent->level + 1 : 0;
        made->ancestors[0] = parent ? parent : made;
        made->ancestors[made->level] = made;
        return made;
    }
    static uint64_t nothing(void *, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t) { return 0; }
    static uint64_t tell(void *, uint64_t format, uint64_t arguments, uint64_t bytes, uint64_t, uint64_t) {
        std::printf("error: %s\n", checkedFormat(format, arguments, static_cast<uint32_t>(bytes)).value_or("-EINVAL").c_str());
        return 0;
    }
    mutable std::map<std::string, Function> functions;
};

void tellOps(const Object &object) {
    std::printf("ops %s flags 0x%" PRIx64 " timeout %u:", object.ops().name.c_str(), object.ops().flags, object.ops().timeoutMs);
    for (size_t op = 0; op < static_cast<size_t>(Op::Count); ++op)
        if (object.has(static_cast<Op>(op)))
            std::printf(" %s", opNames[op]);
    std::printf("\n");
}

void tellCall(void *, const char *function, const uint64_t arguments[5], uint64_t result, const char *where) {
    std::printf("%s: %s(%" PRIu64 ", …) = %" PRId64 "\n", where, function, arguments[0], static_cast<int64_t>(result));
}

int findOp(const std::string &name) {
    for (size_t op = 0; op < static_cast<size_t>(Op::Count); ++op)
        if (name == opNames[op])
            return static_cast<int>(op);
    return -1;
}

/// The tables of docs/simulator.md: what is supported, by what the code has.
void printTables() {
    std::printf("<!-- table: maps -->\n| type | remark |\n|---|---|\n");
    for (const MapType &row : mapTypes())
        std::printf("| `%s` | %s |\n", std::string(row.name).c_str(), std::string(row.remark).c_str());
    std::printf("<!-- end -->\n<!-- table: helpers -->\n| helper | number | remark |\n|---|---|---|\n");
    for (const HelperRow &row : helpers())
        std::printf("| `bpf_%s` | %u | %s |\n", std::string(row.name).c_str(), row.number, std::string(row.remark).c_str());
    std::printf("<!-- end -->\n<!-- table: functions -->\n| function | kernels | remark |\n|---|---|---|\n");
    for (const KernelFunctionRow &row : kernelFunctions()) {
        std::vector<std::string> all = Profile::known(), having;
        for (const std::string &version : all)
            if (Profile::open(version).hasFunction(std::string(row.name)))
                having.push_back(version);
        std::string kernels = having.empty()                ? "none"
                              : having.size() == all.size() ? "all"
                              : having.back() == all.back() ? "since " + having.front()
                                                            : having.front() + " to " + having.back();
        std::printf("| `%s` | %s | %s |\n", std::string(row.name).c_str(), kernels.c_str(), std::string(row.remark).c_str());
    }
    std::printf("<!-- end -->\n");
}

void act(Object &object, QuietHost &host, const std::vector<std::string> &words) {
    size_t at = 0;
    auto argument = [&](const std::string &word) {
        return word == "task"    ? reinterpret_cast<uint64_t>(host.task)
               : word == "group" ? reinterpret_cast<uint64_t>(host.web)
                                 : std::strtoull(word.c_str(), nullptr, 0);
    };
    while (at < words.size()) {
        const std::string &word = words[at++];
        if (word == "ops")
            tellOps(object);
        else if (word == "bench") { // a task's way through the policy
            auto begin = std::chrono::steady_clock::now();
            constexpr int kRounds = 200000;
            uint64_t task = reinterpret_cast<uint64_t>(host.task);
            for (int i = 0; i < kRounds; ++i) {
                object.call(Op::SelectCpu, {task, 1, 0});
                object.call(Op::Enqueue, {task, 0});
                object.call(Op::Dispatch, {0, 0});
                object.call(Op::Running, {task});
                object.call(Op::Stopping, {task, 1});
            }
            std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
            std::printf("%.0f ns a round\n", spent.count() / kRounds);
        } else if (word == "forget")
            object.forget(host.task);
        else if (word == "fire") {
            for (void *timer : std::exchange(host.timers, {}))
                object.fire(timer);
        } else if (word == "var") {
            Object::Variable variable = object.variable(words.at(at));
            uint64_t value = 0;
            std::memcpy(&value, variable.address, std::min<size_t>(variable.size, 8));
            std::printf("%s = %" PRIu64 " (%zu bytes)\n", words[at].c_str(), value, variable.size);
            ++at;
        } else if (word == "counter") {
            Object::PerCpu counter = object.perCpu(words.at(at));
            uint64_t sum = 0, value = 0;
            for (int cpu = 0; counter.first && cpu < host.cpus; ++cpu) {
                std::memcpy(&value, counter.first + static_cast<size_t>(cpu) * counter.stride, 8);
                sum += value;
            }
            std::printf("%s = %" PRIu64 "\n", words[at].c_str(), sum);
            ++at;
        } else if (int op = findOp(word); op >= 0) {
            uint64_t given[3] = {};
            for (size_t i = 0; i < 3 && at < words.size() && findOp(words[at]) < 0 &&
                               (words[at] == "task" || words[at] == "group" || std::isdigit(static_cast<unsigned char>(words[at][0])));
                 ++i)
                given[i] = argument(words[at++]);
            try {
                uint64_t result = object.call(static_cast<Op>(op), {given[0], given[1], given[2], 0});
                std::printf("%s = %" PRId64 "\n", word.c_str(), static_cast<int64_t>(result));
            } catch (const Fault &fault) { std::printf("fault: %s\n", fault.what()); }
        } else {
            std::printf("no action `%s`\n", word.c_str());
            std::exit(2);
        }
    }
}

} // namespace

int main(int argc, char **argv) {
    ObjectOptions options;
    int cpus = 4;
    bool trace = false, time = false;
    std::string path;
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i) {
        std::string word = argv[i];
        if (word == "--tables") {
            printTables();
            return 0;
        }
        if (word == "--kernel")
            options.kernel = argv[++i];
        else if (word == "--cpus")
            cpus = std::atoi(argv[++i]);
        else if (word == "--set") {
            std::string pair = argv[++i];
            options.variables.emplace_back(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
        } else if (word == "--trace")
            trace = true;
        else if (word == "--hot")
            options.hotAfter = 0;
        else if (word == "--time")
            time = true;
        else if (path.empty())
            path = word;
        else
            words.push_back(word);
    }
    try {
        Arena arena;
        QuietHost host(arena, cpus);
        auto begin = std::chrono::steady_clock::now();
        Object object(path, host, arena, options);
        if (time)
            std::printf("opened in %ld ms\n",
                        static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count()));
        if (trace)
            object.trace(tellCall, nullptr);
        act(object, host, words.empty() ? std::vector<std::string>{"ops"} : words);
        if (host.held != 0)
            std::printf("%d references are held\n", host.held);
    } catch (const std::exception &error) {
        std::printf("error: %s\n", error.what());
        return 1;
    }
    return 0;
}
