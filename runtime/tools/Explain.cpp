// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Explain.h"

#include "kernel/LookOn.h"
#include "kernel/Sysfs.h"
#include "object/Document.h"
#include "object/Text.h"
#include "tools/Conversation.h"
#include "tools/Tasks.h"
#include "tools/Trace.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace scx {
namespace {

using nlohmann::json;

/// Empty: there is none of that number, as that of the threads which order queues in user space.
std::string queueName(const ObjectInfo &info, int64_t number) {
    return number >= 0 && static_cast<size_t>(number) < info.queues.size() ? info.queues[static_cast<size_t>(number)].name : "";
}

std::string lookText(const ObjectInfo &info, const LookInfo &look, int64_t value) {
    if (look.type == "scheduling policy")
        return policyName(static_cast<unsigned>(value));
    if (std::string name = look.type == "queue" ? queueName(info, value) : ""; !name.empty())
        return name;
    if (look.type == "duration" && value >= 0)
        return durationText(static_cast<double>(value));
    return valueText(info, look.type, value);
}

json conditionRow(const ObjectInfo &info, const ConditionInfo &condition, const std::map<int64_t, int64_t> &reports) {
    json row = {{"text", condition.text}, {"holds", reports.contains(condition.number)}, {"looks", json::array()}};
    if (!condition.of.empty())
        row["of"] = condition.of;
    for (const LookInfo &look : condition.looks) {
        json one = {{"text", look.text}};
        if (!look.reads.empty())
            one["reads"] = look.reads;
        auto value = reports.find(look.number);
        if (look.number >= 0) // what was not reported is missing, as a waker is outside of a wakeup
            one["value"] = value == reports.end() ? json() : json(lookText(info, look, value->second));
        row["looks"].push_back(one);
    }
    return row;
}

std::string processName(const json &task) { return printable(readLine("/proc/" + std::to_string(task.at("pid").get<int>()) + "/comm")); }

/// Texts that no program reports: they are read by whoever asks, with that one's rights.
std::string readText(const json &task, const std::string &attribute) {
    std::string folder = "/proc/" + std::to_string(task.at("tid").get<int>());
    if (attribute == "comm" || attribute == "leader.comm")
        return "\"" + (attribute == "comm" ? task.at("comm").get<std::string>() : processName(task)) + "\"";
    if (attribute == "cgroup" || attribute == "cgroup.path") {
        std::ifstream groups(folder + "/cgroup");
        for (std::string line; std::getline(groups, line);)
            if (line.starts_with("0::"))
                return "\"" + line.substr(3) + "\"";
    }
    if (attribute == "exe") {
        char path[4096];
        if (ssize_t length = readlink((folder + "/exe").c_str(), path, sizeof path); length > 0)
            return "\"" + std::string(path, static_cast<size_t>(length)) + "\"";
        return "none, or hidden from you";
    }
    return "";
}

void fillTexts(json &answer) {
    for (json &rule : answer["rules"])
        for (json &condition : rule["conditions"])
            for (json &look : condition["looks"])
                if (look.contains("reads"))
                    look["value"] = readText(answer, look.at("reads").get<std::string>());
}

void printCondition(std::ostream &out, const json &condition) {
    std::string text = condition.at("text").get<std::string>();
    out << "         " << (condition.at("holds").get<bool>() ? "+ " : "- ") << (condition.contains("of") ? condition.at("of").get<std::string>() + ": " : "");
    const json &looks = condition.at("looks");
    const char *before = ": ";
    if (looks.size() == 1 && looks[0].at("text") == text) // `kthread` is not said twice
        before = "";
    else
        out << text;
    for (const json &look : looks) {
        if (!look.contains("value"))
            continue;
        out << before << look.at("text").get<std::string>() << " is " << (look.at("value").is_null() ? "missing" : look.at("value").get<std::string>());
        before = ", ";
    }
    out << "\n";
}

} // namespace

std::string explanationText(const json &a) {
    std::ostringstream out;
    auto text = [&](const char *name) { return a.at(name).get<std::string>(); };
    auto time = [](const json &ns) { return ns.is_null() ? std::string("forever") : durationText(ns.get<double>()); };
    out << text("comm") << " [" << a.at("tid").get<int>() << "]"
        << (a.at("tid") == a.at("pid") ? "" : " of " + processName(a) + " [" + std::to_string(a.at("pid").get<int>()) + "]") << ": ";
    if (!a.at("ours").get<bool>()) {
        out << "its scheduling policy is " << text("scheduling_policy") << ", so `" << text("policy") << "` does not schedule it\n";
        return out.str();
    }
    out << "queue " << text("queue") << ", slice "
        << (a.at("slice_known").get<bool>() ? time(a.at("slice_ns")) + " (" + time(a.at("slice_left_ns")) + " left)" : time(a.at("slice_left_ns"))) << ", "
        << text("state") << " CPU " << a.at("cpu").get<int>() << ", ran " << time(a.at("runtime_ns")) << "\n";
    for (size_t i = 0; i < a.at("rules").size(); ++i) {
        const json &rule = a.at("rules")[i];
        bool matches = a.at("rule") == json(i);
        out << (matches ? "  yes  " : "  no   ") << rule.at("text").get<std::string>() << "\n";
        for (const json &condition : rule.at("conditions"))
            printCondition(out, condition);
        if (matches) {
            if (rule.at("queue") != a.at("queue"))
                out << "it goes to " << rule.at("queue").get<std::string>() << " when it waits next\n";
            break; // the rest is not asked
        }
    }
    if (!a.contains("waits_ns")) // nobody watched
        return out.str();
    const json &waits = a.at("waits_ns");
    std::string watched = durationText(a.at("watched_ns").get<double>());
    if (waits.empty())
        out << "it did not begin to run in " << watched << "\n";
    else {
        out << "waits, of the last " << watched << ", the newest first:";
        for (size_t i = 0; i < std::min<size_t>(waits.size(), 8); ++i)
            out << " " << durationText(waits[waits.size() - 1 - i].get<double>());
        std::vector<int64_t> sorted = waits.get<std::vector<int64_t>>();
        std::sort(sorted.begin(), sorted.end());
        out << "; of " << sorted.size() << " half below " << durationText(static_cast<double>(sorted[(sorted.size() - 1) / 2])) << ", the longest "
            << durationText(static_cast<double>(sorted.back())) << "\n";
    }
    return out.str();
}

json explanation(const ObjectInfo &info, int tid, const std::string &bytes) {
    TaskRow row;
    if (bytes.size() < sizeof row)
        throw std::runtime_error("there is no thread " + std::to_string(tid) + "; ps -eL shows them");
    std::memcpy(&row, bytes.data(), sizeof row);
    std::map<int64_t, int64_t> reports;
    for (size_t at = sizeof row; at + sizeof(ReportRow) <= bytes.size(); at += sizeof(ReportRow)) {
        ReportRow report;
        std::memcpy(&report, bytes.data() + at, sizeof report);
        reports[report.number] = report.value;
    }
    auto endless = [](uint64_t ns) { return ns == ~0ull ? json() : json(ns); };
    auto slice = reports.find(kReportSlice), rule = reports.find(kReportRule);
    json out = {{"policy", info.policy},
                {"tid", row.pid},
                {"pid", row.tgid},
                {"comm", nameOf(row.comm)},
                {"cpu", row.cpu},
                {"scheduling_policy", policyName(row.policy())},
                {"ours", isOurs(row.policy(), info.partial)},
                {"runtime_ns", row.runtime},
                {"slice_left_ns", endless(row.slice)},
                {"slice_known", slice != reports.end()},
                {"slice_ns", slice == reports.end() ? json() : endless(static_cast<uint64_t>(slice->second))},
                {"state", row.is(TaskRow::Running)    ? "runs on"
                          : row.is(TaskRow::Runnable) ? "waits at"
                                                      : "sleeps, last on"},
                {"queue", queueName(info, row.queue)},
                {"rule", rule == reports.end() ? json() : json(rule->second)},
                {"rules", json::array()}};
    for (const RuleInfo &r : info.rules) {
        json conditions = json::array();
        for (const ConditionInfo &condition : r.conditions)
            conditions.push_back(conditionRow(info, condition, reports));
        out["rules"].push_back({{"text", r.shortText()}, {"queue", r.queue}, {"conditions", conditions}});
    }
    return out;
}

json askExplanation(Conversation &scxrun, int tid) {
    json answer = scxrun.ask({{"ask", "explain"}, {"tid", tid}});
    fillTexts(answer);
    return answer;
}

int runExplain(const ExplainOptions &options) {
    try {
        Conversation scxrun;
        json answer = askExplanation(scxrun, options.tid);
        TraceOptions trace;
        trace.tid = options.tid;
        trace.limit = options.watch;
        answer["watched_ns"] = options.watch.count();
        answer["waits_ns"] = answer.at("ours").get<bool>() ? json(waitsOf(scxrun, trace)) : json::array();
        if (options.json)
            printDocument(answer);
        else
            std::cout << explanationText(answer);
        return 0;
    } catch (const std::exception &error) {
        std::cerr << "scxrun: " << error.what() << "\n";
        return 1;
    }
}

} // namespace scx
