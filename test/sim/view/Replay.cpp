// SPDX-License-Identifier: GPL-2.0-only
// Feeds the views of the simulator with events of a text, so that they are tested without a simulation. One event a line, in order of time; durations have units:
//   machine 4                                   CPUs; comes first
//   queue web [per llc]                         a queue of the policy, numbered as the compiler numbers them
//   rule TEXT
//   task 1003 web-3 [group=web] [weight=100] [nice=0] [cpus=0,1] [rule=0] [cgroup=/a]
//   5ms wake 1003 cpu=2 by=1001                 kinds as Trace prints them; fields: cpu=, dsq= (web, web:3 for an instance, local:2, global, 0x3), value= (a number or a duration)
//   6ms stop 1003 cpu=2 value=1ms slept         a word alone is a reason
//   7ms print cpu=1 TEXT
//   9ms end 1024 REASON; MESSAGE                as ExitFacts
//   10ms finish
#include "sim/view/Table.h"
#include "sim/view/Timeline.h"
#include "sim/view/Trace.h"

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

using namespace scx;
using namespace scx::sim;

namespace {

const std::map<std::string, Event::Kind> kinds = {
    {"new", Event::TaskNew},      {"exit", Event::TaskExit},      {"wake", Event::Wake},        {"queued", Event::Queued}, {"unqueued", Event::Unqueued},
    {"run", Event::Run},          {"stop", Event::Stop},          {"migrate", Event::Migrate},  {"idle", Event::Idle},     {"kick", Event::Kick},
    {"period", Event::PeriodEnd}, {"offline", Event::CpuOffline}, {"online", Event::CpuOnline}, {"renice", Event::Renice}, {"affinity", Event::Affinity},
    {"rename", Event::Rename},    {"cgroup", Event::CgroupMove}};
const std::map<std::string, Event::Reason> reasons = {{"slept", Event::Slept},     {"slice", Event::SliceEnd}, {"preempted", Event::Preempted},
                                                      {"yielded", Event::Yielded}, {"exited", Event::Exited},  {"changed", Event::Changed}};

struct Replay {
    ObjectInfo info;
    Machine machine;
    std::vector<std::string> lines;

    uint64_t dsq(const std::string &text) const {
        size_t colon = text.find(':');
        std::string name = text.substr(0, colon);
        uint64_t instance = colon == std::string::npos ? 0 : std::stoull(text.substr(colon + 1));
        if (name == "global")
            return kDsqGlobal;
        if (name == "local")
            return kDsqLocalOn | instance;
        for (const QueueInfo &q : info.queues)
            if (q.name == name)
                return *q.dsq | instance;
        return std::stoull(text, nullptr, 0);
    }

    static uint64_t number(const std::string &text) {
        return text.find_first_not_of("0123456789") == std::string::npos ? std::stoull(text) : static_cast<uint64_t>(parseDuration(text));
    }

    void tell(View &view, const std::string &line) const {
        std::istringstream in(line);
        std::string first, word;
        in >> first;
        if (first == "task") {
            TaskFacts facts;
            in >> facts.pid >> facts.comm;
            while (in >> word) {
                std::string name = word.substr(0, word.find('=')), value = word.substr(word.find('=') + 1);
                if (name == "group")
                    facts.group = value;
                if (name == "weight")
                    facts.weight = static_cast<uint32_t>(std::stoul(value));
                if (name == "nice")
                    facts.nice = std::stoi(value);
                if (name == "rule")
                    facts.rule = std::stoi(value);
                if (name == "cgroup")
                    facts.cgroup = value;
                if (name == "cpus") {
                    facts.allowed.assign((machine.cpus.size() + 63) / 64, 0);
                    std::istringstream list(value);
                    for (std::string cpu; std::getline(list, cpu, ',');)
                        facts.allowed[std::stoul(cpu) / 64] |= 1ull << std::stoul(cpu) % 64;
                }
            }
            return view.task(facts);
        }
        Event event{};
        event.time = number(first);
        in >> word;
        if (word == "finish")
            return view.finish(event.time);
        if (word == "end") {
            ExitFacts facts;
            facts.time = event.time;
            in >> facts.kind >> std::ws;
            std::getline(in, facts.reason, ';');
            std::getline(in >> std::ws, facts.message);
            event.kind = Event::End;
            view.ended(facts);
            return view.on(event);
        }
        if (word == "print") {
            in >> word;
            std::string rest;
            std::getline(in >> std::ws, rest);
            return view.print(event.time, std::stoi(word.substr(4)), rest);
        }
        event.kind = kinds.at(word);
        while (in >> word) {
            std::string name = word.substr(0, word.find('=')), value = word.substr(word.find('=') + 1);
            if (name == "cpu")
                event.cpu = static_cast<int16_t>(std::stoi(value));
            else if (name == "by" || name == "value")
                event.value = number(value);
            else if (name == "dsq")
                event.dsq = dsq(value);
            else if (reasons.count(word))
                event.reason = reasons.at(word);
            else
                event.task = static_cast<uint32_t>(std::stoul(word));
        }
        view.on(event);
    }

    explicit Replay(const std::string &path) {
        std::ifstream in(path);
        for (std::string line, word; std::getline(in, line);) {
            std::istringstream words(line);
            if (!(words >> word) || word[0] == '#')
                continue;
            if (word == "machine") {
                size_t cpus = 0;
                words >> cpus;
                machine.cpus.resize(cpus);
            } else if (word == "queue") {
                QueueInfo q;
                words >> q.name >> word >> q.domain;
                q.dsq = info.queues.size() << 32;
                info.queues.push_back(q);
            } else if (word == "rule") {
                info.rules.push_back({line.substr(line.find("rule") + 5), "", "", {}});
            } else {
                lines.push_back(line);
            }
        }
        info.policy = path.substr(path.find_last_of('/') + 1);
        info.policy.erase(std::min(info.policy.find('.'), info.policy.size()));
    }

    void into(View &view) const {
        view.begin(machine);
        for (const std::string &line : lines)
            tell(view, line);
    }
};

} // namespace

/// sim-view-replay WHAT FILE…: what a view makes of the events. WHAT: trace, table, tasks, json; compare and compare-json of several files; the name of a timeline to write.
int main(int argc, char **argv) try {
    if (argc < 3)
        throw std::runtime_error("sim-view-replay WHAT FILE…");
    std::string what = argv[1];
    Results results;
    for (int i = 2; i < argc; ++i) {
        Replay replay(argv[i]);
        Names names(replay.info);
        if (what == "trace") {
            Trace trace(names, stdout);
            replay.into(trace);
            continue;
        }
        Statistics statistics(names);
        replay.into(statistics);
        results.emplace_back(names.policy(), figures(statistics));
        if (what.find('.') != std::string::npos) {
            Recorder recorder(names);
            replay.into(recorder);
            writeTimeline(recorder.recording(), results.back().second, what);
        }
    }
    if (what == "table" || what == "tasks")
        printTable(results[0].second, what == "tasks");
    if (what == "json")
        std::cout << results[0].second.dump() << "\n";
    if (what == "compare")
        printComparison(results);
    if (what == "compare-json")
        std::cout << comparison(results).dump() << "\n";
    return 0;
} catch (const std::exception &e) {
    std::cerr << "sim-view-replay: error: " << e.what() << "\n";
    return 1;
}
