// SPDX-License-Identifier: GPL-2.0-only
// What does a policy.bpf.o say about itself? (docs/internals/object.md)
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scx {

struct Parameter {
    std::string name, symbol, section, type, doc;
    bool live = false;
    int64_t value = 0;
    std::optional<int64_t> minimum, maximum;
};

/// Code of this or another machine that orders a queue.
struct HostCodeInfo {
    std::string architecture, section;
    std::vector<std::string> parameters;       // what it reads of the policy's
    std::map<std::string, uint64_t> functions; // offsets in the section
    size_t taskBytes = 0, queueBytes = 0;      // its state
    bool lifo = false;
};

/// Of a queue that a process orders.
struct UserInfo {
    int64_t time = 0, waitLimit = 0; // ns; a limit of 0: none
    std::string shared, records, answers;
    std::string toKernel, toProcess, spilled; // names of counters
    std::vector<std::string> attributes;
    HostCodeInfo code;
};

struct QueueInfo {
    std::string name, ordering, domain, on;
    std::string tasks, direct, ran, wait; // names of counters and of the histogram; empty: not kept
    std::string doc;
    std::optional<uint64_t> dsq;       // the id of its first DSQ; of an object that says it
    std::optional<int64_t> slice = {}; // ns, -1: no end; if it is the same for each task
    std::optional<UserInfo> user = {};
};

/// Something that a condition looks at.
struct LookInfo {
    std::string text, type; // as a parameter's type; `queue` and `scheduling policy` besides
    std::string reads;      // of a text: the attribute; then it has no number
    int64_t number = -1;    // that `explain__` reports its value by
};

struct ConditionInfo {
    std::string text, of; // of: the named rules it stands in
    int64_t number = -1;  // that is reported if it holds
    std::vector<LookInfo> looks;
};

struct RuleInfo {
    std::string text, queue, hits;
    std::vector<ConditionInfo> conditions; // none of an `else`

    /// The rule's text up to its options, in one line.
    std::string shortText() const;
};

struct StatInfo {
    std::string name, label;
    std::vector<std::string> parts; // as many of one name, one behind the other; empty: a single one
    // Of a histogram.
    int64_t width = 0;    // of a linear one's buckets; 0: log-linear
    size_t buckets = 256; // of a linear one the last is for all above
    bool isTime = false;  // it counts nanoseconds; of a log-linear one nobody says

    size_t count() const { return parts.empty() ? 1 : parts.size(); }
    /// What one of them is shown as.
    std::string title(size_t part) const { return (label.empty() ? name : label) + (parts.empty() ? "" : "[" + parts[part] + "]"); }
};

/// A hook whose callback not every kernel has.
struct OptionalHook {
    std::string program, member, hook, since;
};

/// What the policy is to be told while it runs.
struct ToldInfo {
    std::vector<std::string> cgroups; // regular expressions that their paths are compared with, a bit each
    bool hints = false, gpu = false;
};

/// Where the number of a task's queue is: nowhere, for there is one only; in its dsq_vtime; the member `queue__` of what the policy keeps of it.
enum class QueuePlace { One, Vtime, Storage };

struct ObjectInfo {
    std::string policy, doc, source;
    bool handlesHotplug = false, partial = false; // partial: only tasks of SCHED_EXT are its own
    std::vector<Parameter> parameters;
    std::vector<std::pair<std::string, std::vector<std::string>>> enums;
    std::vector<QueueInfo> queues;
    QueuePlace queuePlace = QueuePlace::One;
    std::vector<RuleInfo> rules;
    std::vector<StatInfo> counters, histograms;
    std::vector<OptionalHook> optional;
    ToldInfo told;
    std::vector<std::string> flags; // names of enum scx_ops_flags, to be set where the kernel knows them
    /// Null if there is no queue of that number.
    const QueueInfo *queueAt(int64_t number) const {
        return number >= 0 && static_cast<size_t>(number) < queues.size() ? &queues[static_cast<size_t>(number)] : nullptr;
    }
    bool ordersInUserSpace() const {
        return std::any_of(queues.begin(), queues.end(), [](const QueueInfo &q) { return q.user.has_value(); });
    }
};

/// A file as it was read, once: what is checked is what is loaded, whatever becomes of the file meanwhile.
struct ObjectFile {
    std::string path; // for messages
    std::string bytes;
};

/// Throws std::runtime_error with one line, `situation; what to do`.
ObjectFile readFile(const std::string &path);

/// Has it a description? If not, another compiler made it.
bool isPolicy(const ObjectFile &file);

/// Throws as readFile on anything that is not a policy object of a format we know. Names are identifiers, values are in their ranges, texts command no terminal.
ObjectInfo describe(const ObjectFile &file);

/// Throws as readFile unless the BTF of the object has each variable, counter and histogram that `info` names, in a size that fits, and the object each program.
void checkSymbols(const ObjectFile &file, const ObjectInfo &info);

/// Names and values as they are written.
using Settings = std::vector<std::pair<std::string, std::string>>;

/// `name=value` in words; `option` stands before each in what is thrown. Throws as readFile.
Settings splitSettings(const std::vector<std::string> &words, const std::string &option);
/// Throws as readFile if the policy has no parameter of that name; `list` is what shows those it has.
const Parameter &parameterOf(const ObjectInfo &info, const std::string &name, const std::string &list = "--list");

/// One of `known` that `name` was probably meant to be; empty if none is near.
std::string nearestName(const std::string &name, const std::vector<std::string> &known);

/// `20ms`, `30%`, `true`, an enumerator, as the parameter's type asks; checked against its range. Throws as readFile.
int64_t parseValue(const ObjectInfo &object, const Parameter &parameter, const std::string &text);
/// The same the other way round, for people.
std::string valueText(const ObjectInfo &object, const std::string &type, int64_t value);
/// `1ms..10s`, `at least 3`; empty: any value.
std::string rangeText(const ObjectInfo &object, const Parameter &parameter);
/// A duration: `5s`, `1.5ms`; in ns, exact. Throws as readFile.
int64_t parseDuration(const std::string &text);
/// For people: three digits or so and a unit.
std::string durationText(double ns);

} // namespace scx
