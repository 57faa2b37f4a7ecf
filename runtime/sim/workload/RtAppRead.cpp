// SPDX-License-Identifier: GPL-2.0-only
// An rt-app file becomes tasks of phases: the top of it, and tasks. Their events are read in RtAppEvents.cpp.
#include "sim/workload/RtAppReader.h"

#include <algorithm>

namespace scx::sim {
namespace {

constexpr int kRtPriority = 10; // of a real-time task that says none

/// `SCHED_OTHER` as TaskSpec has it.
std::string policyOf(const JsonMember &member, const Source &source) {
    static constexpr std::pair<const char *, const char *> policies[] = {{"SCHED_OTHER", "other"}, {"SCHED_BATCH", "batch"}, {"SCHED_IDLE", "idle"},
                                                                         {"SCHED_EXT", "ext"},     {"SCHED_FIFO", "fifo"},   {"SCHED_RR", "rr"}};
    for (auto [name, policy] : policies)
        if (member.value.text == name)
            return policy;
    if (member.value.text == "SCHED_DEADLINE")
        source.fail(member.value.at, "`SCHED_DEADLINE` tasks are not simulated; make it SCHED_FIFO, which runs before sched_ext, too");
    source.fail(member.value.at,
                "`" + member.value.text + "` is no policy; there are SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_EXT, SCHED_FIFO and SCHED_RR");
}

Signal signalOf(const JsonMember &member, const Source &source) {
    static constexpr std::pair<const char *, Signal> signals[] = {{"SIGSTOP", Signal::Stop}, {"SIGCONT", Signal::Continue}, {"SIGKILL", Signal::Kill}};
    for (auto [name, signal] : signals)
        if (member.value.text == name)
            return signal;
    source.fail(member.value.at, "`" + member.value.text + "` does nothing here; there are SIGSTOP, SIGCONT and SIGKILL");
}

std::string cgroupOf(const std::string &path, Position at, const Source &source) {
    if (path.empty() || path == "/")
        return "/";
    if (path[0] != '/' || path.back() == '/' || path.find("//") != std::string::npos)
        source.fail(at, "`" + path + "` is no cgroup; write its path from the root, like /web/api");
    return path;
}

} // namespace

RtAppFile RtAppReader::read(std::string_view text) {
    const Json root = readJson(text, source);
    Fields fields(root, source, "a workload");
    settle(fields, RtAppKey::Root);
    if (const JsonMember *own = fields.take("scxsim", Json::Object))
        extension(own->value);
    if (const JsonMember *global = fields.take("global", Json::Object))
        readGlobal(global->value);
    if (const JsonMember *resources = fields.take("resources"); resources && resources->value.kind != Json::Object)
        source.fail(resources->value.at, std::string("`resources` is ") + resources->value.kindName() + "; write an object, or leave it out");
    const JsonMember *tasks = fields.take("tasks", Json::Object);
    fields.finish();
    if (!tasks || tasks->value.members.empty())
        source.fail(root.at, "a workload has `tasks`; write \"tasks\": { \"name\": { \"run\": 1000, \"sleep\": 1000 } }");
    const int groups = scaled ? (cpus + kFileCpus - 1) / kFileCpus : 1;
    for (copy = 0; copy < groups; ++copy)
        for (const JsonMember &task : tasks->value.members)
            readTask(task);
    if (std::all_of(file.tasks.begin(), file.tasks.end(), [](const RtAppTask &task) { return task.instances == 0; }))
        source.fail(tasks->at, "no task ever starts; give one an `instance` above 0");
    finishEvents();
    return std::move(file);
}

/// What becomes of the keys that are not done. Those that are noted are told once a file, at the first place.
void RtAppReader::settle(Fields &fields, RtAppKey::Place place) {
    for (const RtAppKey &key : rtAppKeys()) {
        if (key.place != place || key.fate == RtAppKey::Done)
            continue;
        const JsonMember *found = fields.take(key.name);
        if (!found || key.fate == RtAppKey::Silent || (found->value.kind == Json::Boolean && !found->value.boolean))
            continue;
        if (key.fate == RtAppKey::Refused)
            source.fail(found->at, "`" + std::string(key.name) + "` " + key.why);
        if (noted.insert(key.name).second)
            file.notes.push_back(source.place(found->at, "`" + std::string(key.name) + "` is passed over; " + key.why));
    }
}

void RtAppReader::readGlobal(const Json &object) {
    Fields fields(object, source, "`global`");
    settle(fields, RtAppKey::Global);
    const int64_t seconds = fields.integer("duration", -1, -1, 1'000'000);
    file.duration = seconds > 0 ? static_cast<uint64_t>(seconds) * kSecond : 0;
    if (const JsonMember *policy = fields.take("default_policy", Json::String))
        defaultPolicy = policyOf(*policy, source);
    device = fields.string("io_device", device);
    bufferSize = static_cast<uint64_t>(fields.integer("mem_buffer_size", static_cast<int64_t>(bufferSize), 1, kMostInt));
    fields.finish();
}

/// What only the simulator reads: `scxsim` of the whole file.
void RtAppReader::extension(const Json &object) {
    Fields fields(object, source, "`scxsim` of a workload");
    file.about = fields.string("about", "");
    if (const JsonMember *cgroups = fields.take("cgroups", Json::Object))
        for (const JsonMember &cgroup : cgroups->value.members) {
            const std::string path = cgroupOf(cgroup.name, cgroup.at, source);
            addCgroup(path, static_cast<uint32_t>(integerOf(cgroup.value, source, cgroup.name, 1, 10'000)));
        }
    if (const JsonMember *events = fields.take("events", Json::Array))
        for (const JsonMember &member : events->value.members)
            machineEvent(member.value);
    fields.finish();
}

void RtAppReader::machineEvent(const Json &object) {
    Fields fields(object, source, "an event of the machine");
    MachineEvent event;
    event.at = static_cast<uint64_t>(fields.integer("at", 0, 0, kMostInt)) * kMicrosecond;
    const JsonMember *offline = fields.take("offline"), *online = fields.take("online"), *cgroup = fields.take("cgroup", Json::String),
                     *task = fields.take("task", Json::String);
    if ((offline != nullptr) + (online != nullptr) + (cgroup != nullptr) + (task != nullptr) != 1)
        source.fail(object.at, "an event of the machine is one of `offline`, `online`, `cgroup` and `task`; name one CPU, cgroup or task");
    if (task) {
        event.task = task->value.text;
        changed.push_back(task);
        changeOfTask(fields, object, event);
    } else if (cgroup) {
        event.kind = MachineEvent::CgroupWeight;
        event.cgroup = cgroupOf(cgroup->value.text, cgroup->value.at, source);
        event.weight = static_cast<uint32_t>(fields.integer("weight", 100, 1, 10'000));
        addCgroup(event.cgroup);
    } else {
        event.kind = offline ? MachineEvent::CpuOffline : MachineEvent::CpuOnline;
        event.cpu = static_cast<int>(integerOf((offline ? offline : online)->value, source, offline ? "offline" : "online", 0, cpus - 1));
    }
    fields.finish();
    file.events.push_back(event);
}

/// Somebody else changes the task.
void RtAppReader::changeOfTask(Fields &fields, const Json &object, MachineEvent &event) {
    const JsonMember *priority = fields.take("priority"), *signal = fields.take("signal", Json::String);
    const std::vector<int> allowed = readCpus(fields);
    const std::optional<std::string> to = cgroup(fields);
    if ((priority != nullptr) + (signal != nullptr) + !allowed.empty() + to.has_value() != 1)
        source.fail(object.at, "what happens to a task is one of `priority`, `cpus`, `taskgroup` and `signal`; write an event for each");
    event.kind = priority ? MachineEvent::TaskNice : signal ? MachineEvent::TaskSignal : to ? MachineEvent::TaskCgroup : MachineEvent::TaskAffinity;
    if (signal)
        event.signal = signalOf(*signal, source);
    event.nice = priority ? static_cast<int>(integerOf(priority->value, source, "priority", -20, 19)) : 0;
    event.cpus = allowed;
    event.cgroup = to.value_or("");
}

/// Parents stand before their children.
void RtAppReader::addCgroup(const std::string &path, std::optional<uint32_t> weight) {
    if (path == "/")
        return;
    addCgroup(path.rfind('/') ? path.substr(0, path.rfind('/')) : "/");
    auto known = std::find_if(file.cgroups.begin(), file.cgroups.end(), [&](const CgroupSpec &cgroup) { return cgroup.path == path; });
    if (known == file.cgroups.end())
        file.cgroups.push_back({path, weight.value_or(100)});
    else if (weight)
        known->weight = *weight;
}

void RtAppReader::readTask(const JsonMember &member) {
    const std::string what = "task `" + member.name + "`";
    Fields fields(member.value, source, what);
    RtAppTask task;
    Scale scale = Scale::None;
    task.spec.comm = member.name;
    task.spec.policy = defaultPolicy;
    if (const JsonMember *policy = fields.take("policy", Json::String))
        task.spec.policy = policyOf(*policy, source);
    if (const JsonMember *own = fields.take("scxsim", Json::Object))
        extension(own->value, task, scale);
    if (copy > 0 && scale != Scale::Copies)
        return;
    settle(fields, RtAppKey::Task);
    const bool realTime = task.spec.policy == "fifo" || task.spec.policy == "rr";
    if (realTime)
        task.spec.rtPriority = static_cast<int>(fields.integer("priority", kRtPriority, 1, 99));
    else
        task.spec.nice = static_cast<int>(fields.integer("priority", 0, -20, 19));
    task.spec.cgroup = cgroup(fields).value_or("/");
    task.delay = static_cast<uint64_t>(fields.integer("delay", 0, 0, kMostInt)) * kMicrosecond;
    task.instances = static_cast<int>(fields.integer("instance", 1, 0, 100'000));
    if (scaled && scale == Scale::Instances)
        task.instances = (task.instances * cpus + kFileCpus - 1) / kFileCpus;
    own.clear();
    copied = scale == Scale::Copies;
    current = &member;
    const std::vector<int> allowed = readCpus(fields);
    if (const JsonMember *phases = fields.take("phases", Json::Object)) {
        task.loop = loop(fields).value_or(-1);
        fields.finish();
        for (const JsonMember &phase : phases->value.members)
            task.phases.push_back(readPhase(phase, task, allowed));
        if (task.phases.empty())
            source.fail(phases->at, what + " has no phase; give it one, or write its events without `phases`");
    } else {
        RtAppPhase only;
        const std::optional<int64_t> times = loop(fields);
        only.loop = times.value_or(1);
        task.loop = times ? 1 : -1;
        only.cpus = allowed;
        only.migrate = task.migrate;
        fields.allow([](const std::string &name) { return eventOf(name) != nullptr; });
        fields.finish(eventNames());
        readEvents(member, only, what);
        task.phases.push_back(std::move(only));
    }
    for (const RtAppPhase &phase : task.phases) // all instances come to a barrier
        for (const RtAppEvent &event : phase.events)
            if (event.kind == RtAppEvent::Barrier)
                file.barriers[event.resource] += task.instances;
    task.spec.affinity = task.phases[0].cpus;
    task.timers = own.size();
    file.tasks.push_back(std::move(task));
}

/// What only the simulator reads: `scxsim` of a task.
void RtAppReader::extension(const Json &object, RtAppTask &task, Scale &scale) {
    Fields fields(object, source, "`scxsim` of a task");
    TaskSpec &spec = task.spec;
    task.migrate = fields.boolean("migrate", true);
    spec.group = fields.string("group", "");
    spec.exe = fields.string("exe", "");
    spec.kthread = fields.boolean("kthread", false);
    spec.uid = static_cast<uint32_t>(fields.integer("uid", spec.uid, 0, kMostInt));
    spec.gid = static_cast<uint32_t>(fields.integer("gid", spec.gid, 0, kMostInt));
    if (const JsonMember *policy = fields.take("policy", Json::String))
        spec.policy = policyOf(*policy, source);
    if (const JsonMember *how = fields.take("scale", Json::String)) {
        scale = how->value.text == "instances" ? Scale::Instances : Scale::Copies;
        if (how->value.text != "instances" && how->value.text != "copies")
            source.fail(how->value.at, "`" + how->value.text + "` is no way to scale; there are instances and copies");
    }
    fields.finish();
}

RtAppPhase RtAppReader::readPhase(const JsonMember &member, const RtAppTask &task, const std::vector<int> &allowed) {
    const std::string what = "phase `" + member.name + "`";
    Fields fields(member.value, source, what);
    settle(fields, RtAppKey::Phase);
    RtAppPhase phase;
    phase.loop = loop(fields).value_or(1);
    phase.cpus = readCpus(fields);
    if (phase.cpus.empty())
        phase.cpus = allowed;
    phase.migrate = task.migrate;
    if (const JsonMember *own = fields.take("scxsim", Json::Object)) {
        Fields more(own->value, source, "`scxsim` of a phase");
        phase.migrate = more.boolean("migrate", task.migrate);
        more.finish();
    }
    if (const JsonMember *priority = fields.take("priority")) {
        if (task.spec.rtPriority)
            source.fail(priority->at, "a real-time task keeps its priority here; set it at the task");
        phase.nice = static_cast<int>(integerOf(priority->value, source, "priority", -20, 19));
    }
    phase.cgroup = cgroup(fields);
    fields.allow([](const std::string &name) { return eventOf(name) != nullptr; });
    fields.finish(eventNames());
    readEvents(member, phase, what);
    return phase;
}

std::optional<std::string> RtAppReader::cgroup(Fields &fields) {
    const JsonMember *found = fields.take("taskgroup", Json::String);
    if (!found)
        return std::nullopt;
    std::string path = cgroupOf(found->value.text, found->value.at, source);
    addCgroup(path);
    return path;
}

std::optional<int64_t> RtAppReader::loop(Fields &fields) {
    const JsonMember *found = fields.take("loop");
    if (!found)
        return std::nullopt;
    const int64_t times = integerOf(found->value, source, "loop", -1, kMostInt);
    if (times == 0)
        source.fail(found->value.at, "`loop` is 0; write how often, or -1 for ever");
    return times;
}

/// A copy's CPUs are as many further on; they begin again at 0 behind the last.
std::vector<int> RtAppReader::readCpus(Fields &fields) {
    const JsonMember *found = fields.take("cpus");
    if (!found)
        return {};
    std::vector<int> numbers = cpusOf(found->value, source, scaled ? std::max(kFileCpus, cpus) : cpus);
    for (int &cpu : numbers)
        cpu = (cpu + copy * kFileCpus) % cpus;
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
}

RtAppFile readRtApp(std::string_view text, const Source &source, const Machine &machine, bool scaled) {
    return RtAppReader(source, static_cast<int>(machine.cpus.size()), scaled).read(text);
}

} // namespace scx::sim
