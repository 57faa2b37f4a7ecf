// SPDX-License-Identifier: GPL-2.0-only
// What does a policy.bpf.o say about itself? (docs/internals/object.md)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scx {

struct Parameter {
    std::string name, symbol, section, type, doc;
    bool live = false;
    int64_t value = 0;
    std::optional<int64_t> minimum, maximum;
};

struct QueueInfo {
    std::string name, ordering, domain, on;
    std::string tasks, direct, ran, wait; // names of counters and of the histogram; empty: not kept
};

struct RuleInfo {
    std::string text, queue, hits;
};

struct ObjectInfo {
    std::string policy, doc, source;
    bool handlesHotplug = false;
    std::vector<Parameter> parameters;
    std::vector<std::pair<std::string, std::vector<std::string>>> enums;
    std::vector<QueueInfo> queues;
    std::vector<RuleInfo> rules;
    std::vector<std::string> counters;
};

/// Throws std::runtime_error with one line, `situation; what to do`, on anything that is not a policy object of a format we know.
ObjectInfo readObject(const std::string &path);

/// `20ms`, `30%`, `true`, an enumerator, as the parameter's type asks; checked against its range. Throws as readObject.
int64_t parseValue(const ObjectInfo &object, const Parameter &parameter, const std::string &text);
/// The same the other way round, for people.
std::string valueText(const ObjectInfo &object, const std::string &type, int64_t value);
/// A duration: `5s`, `1.5ms`; in ns. Throws as readObject.
int64_t parseDuration(const std::string &text);
std::string durationText(double ns);

} // namespace scx
