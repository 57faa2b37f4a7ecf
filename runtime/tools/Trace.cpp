// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Trace.h"

#include "kernel/LookOn.h"
#include "object/Document.h"
#include "object/TraceEvents.h"
#include "tools/Conversation.h"
#include "tools/Ring.h"
#include "tools/Tasks.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <poll.h>
#include <set>
#include <stdexcept>

namespace scx {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr int kLook = 20; // ms between two looks into the ring: woken for each event, we would see ourselves most

volatile std::sig_atomic_t stopped = 0;

void onSignals() {
    struct sigaction action = {};
    action.sa_handler = [](int) { stopped = 1; };
    for (int signal : {SIGINT, SIGTERM, SIGPIPE}) // what reads us may have seen enough
        sigaction(signal, &action, nullptr);
}

/// What a trace is about, and how its numbers read.
struct Names {
    std::string policy;
    std::vector<std::string> queues, rules;
    bool partial = false;

    explicit Names(const json &answer) : policy(answer.at("policy")), queues(answer.at("queues")), rules(answer.at("rules")), partial(answer.at("partial")) {}
    bool ours(const TraceEvent &e) const { return e.next && isOurs(e.policy(), partial); }
    std::string queue(const TraceEvent &e) const {
        return ours(e) && e.queue >= 0 && static_cast<size_t>(e.queue) < queues.size() ? queues[static_cast<size_t>(e.queue)] : "-";
    }
    std::string rule(const TraceEvent &e) const {
        return ours(e) && e.rule >= 0 && static_cast<size_t>(e.rule) < rules.size() ? rules[static_cast<size_t>(e.rule)] : "-";
    }
};

/// What is asked for besides threads, which the kernel's side has sorted out.
class Choice {
  public:
    Choice(const TraceOptions &options, const Names &names) : names(names), queue(options.queue), comm(options.comm), prefix(comm.ends_with('*')) {
        if (prefix)
            comm.pop_back();
        if (!queue.empty() && std::find(names.queues.begin(), names.queues.end(), queue) == names.queues.end())
            throw std::runtime_error("`" + names.policy + "` has no queue `" + queue + "`; scxrun list shows those it has");
    }
    /// Is it a decision for one of these tasks?
    bool takes(const TraceEvent &e) const {
        std::string name = nameOf(e.comm);
        return e.flags & kEventNextWanted && (comm.empty() || (prefix ? name.starts_with(comm) : name == comm)) && (queue.empty() || names.queue(e) == queue);
    }

  private:
    const Names &names;
    std::string queue, comm;
    bool prefix;
};

class Reader {
  public:
    virtual ~Reader() = default;
    /// `taken`: it is a decision that was asked for.
    virtual void on(const TraceEvent &event, bool taken) = 0;
};

/// A line, or a document, for each decision.
class Lines : public Reader {
  public:
    Lines(const Names &names, bool asJson) : names(names), asJson(asJson) {
        if (!asJson)
            printf("%12s %4s %8s %-15s %-12s %10s  %s\n", "seconds", "cpu", "tid", "task", "queue", "waited", "rule");
    }
    void on(const TraceEvent &e, bool taken) override {
        if (!taken)
            return;
        if (!began)
            began = e.time;
        double seconds = static_cast<double>(e.time - *began) / 1e9;
        if (asJson)
            printDocument({{"seconds", seconds},
                           {"cpu", e.cpu},
                           {"tid", e.next},
                           {"pid", e.tgid},
                           {"comm", nameOf(e.comm)},
                           {"queue", names.ours(e) ? json(names.queue(e)) : json()},
                           {"rule", names.ours(e) && e.rule >= 0 ? json(names.rule(e)) : json()},
                           {"wait_ns", e.wait < 0 ? json() : json(e.wait)}});
        else
            printf("%12.6f %4d %8d %-15s %-12s %10s  %s\n", seconds, e.cpu, e.next, nameOf(e.comm).c_str(), names.queue(e).c_str(),
                   e.wait < 0 ? "-" : durationText(static_cast<double>(e.wait)).c_str(), names.rule(e).c_str());
    }

  private:
    const Names &names;
    bool asJson;
    std::optional<uint64_t> began;
};

/// Rows of CPUs and of tasks, as scxsim's timeline has them. A span is written when it ends.
class Perfetto : public Reader {
  public:
    Perfetto(const Names &names, FILE *out) : names(names), events(out, {{"policy", names.policy}}) {
        events.name("process", kCpus, 0, "CPUs");
        events.name("process", kTasks, 0, "tasks");
    }
    void on(const TraceEvent &e, bool taken) override {
        if (!began)
            began = e.time;
        last = std::max(last, e.time);
        end(e.cpu, e.time);
        if (taken)
            running[e.cpu] = e;
    }
    void finish() {
        while (!running.empty())
            end(running.begin()->first, last);
        events.finish();
    }

  private:
    enum { kCpus = 1, kTasks = 2 }; // process ids
    const Names &names;
    TraceEvents events;
    std::map<int, TraceEvent> running; // by CPU
    std::set<int> cpus;
    std::map<int, std::string> tasks;
    std::optional<uint64_t> began;
    uint64_t last = 0;

    void end(int cpu, uint64_t at) {
        auto it = running.find(cpu);
        if (it == running.end())
            return;
        const TraceEvent &e = it->second;
        std::string name = nameOf(e.comm), place = "CPU " + std::to_string(cpu);
        uint64_t row = static_cast<uint64_t>(cpu) + 1, task = static_cast<uint64_t>(e.next), from = e.time - std::min(e.time, *began);
        if (cpus.insert(cpu).second)
            events.name("thread", kCpus, row, place);
        if (std::string &known = tasks[e.next]; known != name)
            events.name("thread", kTasks, task, known = name);
        json arguments = {{"task", name}, {"tid", e.next}, {"pid", e.tgid}, {"cpu", cpu}, {"queue", names.queue(e)}, {"rule", names.rule(e)}};
        if (e.wait >= 0)
            arguments["waited"] = durationText(static_cast<double>(e.wait));
        events.span(name, "run", kCpus, row, from, at - e.time, arguments);
        if (uint64_t wait = std::min<uint64_t>(from, e.wait < 0 ? 0 : static_cast<uint64_t>(e.wait)))
            events.span("waits", "wait", kTasks, task, from - wait, wait);
        events.span(place, "run", kTasks, task, from, at - e.time, arguments);
        running.erase(it);
    }
};

json request(const TraceOptions &options) {
    json asked = {{"ask", "trace"}};
    if (options.pid)
        asked["pid"] = options.pid;
    if (options.tid)
        asked["tid"] = options.tid;
    return asked;
}

struct Told {
    uint64_t events = 0, lost = 0;
    bool policyEnded = false;
};

/// Until it is time, or somebody wants no more, or the policy ends. `each`: false ends it.
Told listen(Conversation &scxrun, const json &answer, std::chrono::nanoseconds limit, const std::function<bool(const TraceEvent &)> &each) {
    if (answer.at("event") != sizeof(TraceEvent))
        throw std::runtime_error("scxrun traces in another form; is it of another version?");
    Ring ring(scxrun.takeFile(), answer.at("ring").get<size_t>());
    Told told;
    uint64_t next = 0; // the number that is due: all before it have come or are lost
    bool more = true;
    auto takeAll = [&] {
        ring.take([&](std::span<const char> bytes) {
            TraceEvent event;
            if (bytes.size() != sizeof event)
                return;
            std::memcpy(&event, bytes.data(), sizeof event);
            next = std::max(next, event.number + 1);
            ++told.events;
            more = more && each(event);
        });
    };
    Clock::time_point end = Clock::now() + limit;
    while (more && !stopped && !told.policyEnded) {
        int patience = kLook;
        if (limit.count()) {
            auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
            if (left <= 0)
                break;
            patience = static_cast<int>(std::min<long>(left, patience));
        }
        pollfd waiting{scxrun.fd(), POLLIN, 0};
        poll(&waiting, 1, patience);
        takeAll();
        fflush(stdout);
        if (waiting.revents) {
            try {
                told.policyEnded = scxrun.hear().contains("ended");
            } catch (const std::runtime_error &) { told.policyEnded = true; }
        }
    }
    told.lost = next - std::min(next, told.events);
    return told;
}

} // namespace

std::vector<int64_t> waitsOf(Conversation &scxrun, const TraceOptions &options) {
    std::vector<int64_t> waits;
    json answer = scxrun.ask(request(options));
    listen(scxrun, answer, options.limit, [&](const TraceEvent &event) {
        if (event.flags & kEventNextWanted && event.wait >= 0)
            waits.push_back(event.wait);
        return true;
    });
    return waits;
}

int runTrace(const TraceOptions &options) {
    FILE *file = nullptr;
    try {
        onSignals();
        Conversation scxrun;
        json answer = scxrun.ask(request(options));
        const Names names(answer);
        const Choice choice(options, names);
        if (!options.perfetto.empty() && !(file = fopen(options.perfetto.c_str(), "w")))
            throw std::runtime_error("cannot write `" + options.perfetto + "`: " + std::strerror(errno) + "; name another file");
        std::optional<Perfetto> drawn;
        std::optional<Lines> lines;
        Reader &reader = file ? static_cast<Reader &>(drawn.emplace(names, file)) : lines.emplace(names, options.json);
        uint64_t decisions = 0;
        Told told = listen(scxrun, answer, options.limit, [&](const TraceEvent &event) {
            bool taken = choice.takes(event);
            reader.on(event, taken);
            decisions += taken;
            return !(options.count && decisions >= options.count) && std::cout.good() && !ferror(stdout);
        });
        if (drawn) {
            drawn->finish();
            bool written = fflush(file) == 0 && !ferror(file);
            fclose(std::exchange(file, nullptr));
            if (!written)
                throw std::runtime_error("`" + options.perfetto + "` could not be written to the end; is the disk full?");
            std::cerr << "scxrun: " << decisions << " decisions in `" << options.perfetto << "`; ui.perfetto.dev opens it\n";
        }
        std::cout.flush();
        if (told.lost)
            std::cerr << "scxrun: " << told.lost << " events were lost, as more came than could be read; filter by task or queue\n";
        if (told.policyEnded)
            std::cerr << "scxrun: `" << names.policy << "` ended, and with it the trace\n";
        return 0;
    } catch (const std::exception &error) {
        if (file)
            fclose(file);
        std::cerr << "scxrun: " << error.what() << "\n";
        return 1;
    }
}

} // namespace scx
