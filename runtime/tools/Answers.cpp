// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Answers.h"

#include "tools/Explain.h"
#include "tools/Figures.h"
#include "tools/List.h"
#include "tools/Tasks.h"

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace scx {

using nlohmann::json;

namespace {

constexpr size_t kMostTraces = 4;                                             // each has its programs and its ring
constexpr int64_t kGrace = 10'000'000'000, kLongestGrace = 3'600'000'000'000; // ns

Settings settingsOf(const json &request) {
    Settings settings;
    if (request.contains("values"))
        for (const auto &[name, value] : request.at("values").items())
            settings.emplace_back(name, value.get<std::string>());
    return settings;
}

void demandRights(const Peer &peer, const char *what) {
    if (!mayChange(peer))
        throw std::runtime_error(std::string(what) + " takes the rights of root or of the user that scxrun runs as; try sudo");
}

json changed(Runner &runner, const json &request, const Peer &peer) {
    demandRights(peer, "a change");
    Settings settings = settingsOf(request);
    if (settings.empty())
        throw std::runtime_error("there is nothing to set; write name=value");
    json changes = json::array();
    for (const Runner::Change &change : runner.set(settings)) {
        changes.push_back({{"name", change.name}, {"from", change.from}, {"to", change.to}});
        std::cerr << "scxrun: " << change.name << " was " << change.from << ", is " << change.to << " (by process " << peer.pid << " of user " << peer.uid
                  << ")\n";
    }
    return {{"changes", changes}};
}

json replacing(Runner &runner, const json &request, int file, const Peer &peer, const std::function<void(const json &)> &say) {
    demandRights(peer, "a new policy");
    if (file < 0)
        throw std::runtime_error("no object came with the request; send its descriptor");
    int64_t grace = request.contains("grace") ? parseDuration(request.at("grace").get<std::string>()) : kGrace;
    if (grace < 0 || grace > kLongestGrace)
        throw std::runtime_error("`" + request.at("grace").get<std::string>() + "` is no time of grace; it takes 0s..1h");
    ObjectFile object = readFile("/proc/self/fd/" + std::to_string(file)); // whatever its name means to us
    object.path = request.value("path", "the object");
    auto seconds = std::chrono::ceil<std::chrono::seconds>(std::chrono::nanoseconds(grace));
    Policy policy = readPolicy(std::move(object), settingsOf(request));
    std::string before = runner.policy().info.policy, after = policy.info.policy;
    runner.prepare(std::move(policy), seconds, {[=](Runner::Clock::duration gap) {
        double milliseconds = std::chrono::duration<double, std::milli>(gap).count();
        std::cerr << "scxrun: " << after << " follows " << before << " after " << milliseconds << " ms without a policy\n";
        say({{"policy", after}, {"before", before}, {"gap_ms", milliseconds}, {"grace_s", seconds.count()}});
    }, [=](bool kept, const std::string &why) { say(kept ? json{{"kept", true}} : json{{"kept", false}, {"why", why}}); }});
    return nullptr; // told when it is done
}

} // namespace

bool mayChange(const Peer &peer) { return peer.uid == 0 || peer.uid == geteuid(); }

bool mayExamine(const Peer &peer, int tid) {
    struct stat owner;
    return mayChange(peer) || (tid > 0 && stat(("/proc/" + std::to_string(tid)).c_str(), &owner) == 0 && owner.st_uid == peer.uid);
}

const TaskList &Answers::taskList() {
    if (!tasks)
        tasks = std::make_unique<TaskList>(runner.policy().info, runner.scheduler().loaded());
    return *tasks;
}

Said Answers::listTasks() {
    const Policy &policy = runner.policy();
    return {{{"policy", policy.info.policy}, {"row", sizeof(TaskRow)}, {"partial", policy.info.partial}}, taskList().open()};
}

json Answers::explain(const json &request, const Peer &peer) {
    int tid = request.at("tid").get<int>();
    if (!mayExamine(peer, tid))
        throw std::runtime_error("thread " + std::to_string(tid) + " is not yours; try sudo");
    const Policy &policy = runner.policy();
    std::vector<TaskRow> found = readRows<TaskRow>(taskList().open(tid));
    if (found.empty())
        throw std::runtime_error("there is no thread " + std::to_string(tid) + "; ps -eL shows them");
    return explanation(policy.info, found.front(), reportsOf(tid, policy.file, policy.info, runner.scheduler().loaded()));
}

Said Answers::trace(const json &request, const Peer &peer, int client, const Say &say) {
    const Policy &policy = runner.policy();
    TraceFilter filter;
    filter.tid = request.value("tid", 0);
    filter.tgid = request.value("pid", 0);
    if (!mayExamine(peer, filter.tid ? filter.tid : filter.tgid))
        throw std::runtime_error("a trace of what is not yours takes the rights of root or of the user that scxrun runs as; try sudo");
    json names = json::array();
    for (const QueueInfo &q : policy.info.queues)
        names.push_back(q.name);
    if (traces.size() >= kMostTraces && !traces.contains(client))
        throw std::runtime_error("there are " + std::to_string(kMostTraces) + " traces already; end one");
    traces.erase(client);
    auto look = std::make_unique<DecisionTrace>(filter, policy.file, policy.info, runner.scheduler().loaded());
    json rules = json::array();
    for (const RuleInfo &r : policy.info.rules)
        rules.push_back(r.shortText());
    Said said{{{"policy", policy.info.policy},
               {"event", sizeof(TraceEvent)},
               {"ring", kTraceRing},
               {"partial", policy.info.partial},
               {"queues", names},
               {"rules", rules}},
              dup(look->ring())};
    traces[client] = {std::move(look), say};
    return said;
}

void Answers::policyEnded() {
    tasks.reset();
    for (auto &[client, trace] : traces)
        trace.say({{"ended", true}});
    traces.clear();
}

Said Answers::answer(const json &request, int file, const Peer &peer, int client, const Say &say) {
    try {
        std::string ask = request.value("ask", "");
        if (ask == "list")
            return {description(runner.policy().info, runner.policy().values)};
        if (ask == "stats") {
            if (!statistics)
                throw std::runtime_error("no statistics are kept; start scxrun without --no-stats");
            json document = figures(runner.scheduler(), runner.policy().info, request.value("buckets", false));
            document["seconds"] = std::chrono::duration<double>(Runner::Clock::now() - runner.since()).count();
            return {document};
        }
        if (ask == "tasks")
            return listTasks();
        if (ask == "explain")
            return {explain(request, peer)};
        if (ask == "trace")
            return trace(request, peer, client, say);
        if (ask == "set")
            return {changed(runner, request, peer)};
        if (ask == "replace")
            return {replacing(runner, request, file, peer, say)};
        throw std::runtime_error("`" + ask + "` cannot be asked; list, stats, tasks, explain, trace, set and replace can");
    } catch (const json::exception &) {
        return {{{"error", "the request has not the form it should; see docs/operations/control.md"}}};
    } catch (const std::runtime_error &error) { return {{{"error", error.what()}}}; }
}

} // namespace scx
