// SPDX-License-Identifier: GPL-2.0-only
#include "tools/List.h"

#include <iostream>

namespace scx {

using nlohmann::json;

json description(const ObjectInfo &info, const std::map<std::string, int64_t> &values) {
    json out = {{"policy", info.policy}, {"doc", info.doc}, {"params", json::array()}, {"queues", json::array()}, {"rules", json::array()}};
    for (const Parameter &p : info.parameters) {
        auto set = values.find(p.name);
        int64_t value = set == values.end() ? p.value : set->second;
        out["params"].push_back({{"name", p.name},
                                 {"type", p.type},
                                 {"default", valueText(info, p.type, p.value)},
                                 {"value", valueText(info, p.type, value)},
                                 {"number", value},
                                 {"range", rangeText(info, p)},
                                 {"live", p.live},
                                 {"doc", p.doc}});
    }
    for (const QueueInfo &q : info.queues)
        out["queues"].push_back({{"name", q.name}, {"ordering", q.ordering}, {"domain", q.domain}, {"on", q.on}, {"doc", q.doc}});
    for (const RuleInfo &r : info.rules)
        out["rules"].push_back(r.text);
    return out;
}

void printDescription(const json &d) {
    auto text = [](const json &row, const char *name) { return row.at(name).get<std::string>(); };
    auto with = [&](const char *before, const json &row, const char *name) { return text(row, name).empty() ? "" : before + text(row, name); };
    std::cout << "policy " << text(d, "policy") << with("  ", d, "doc") << "\n";
    for (const json &p : d.at("params"))
        std::cout << "param  " << text(p, "name") << ": " << text(p, "type") << " = " << text(p, "value")
                  << (p.at("value") == p.at("default") ? "" : with(", by default ", p, "default")) << with(" in ", p, "range")
                  << (p.at("live").get<bool>() ? " (live)" : "") << with("  ", p, "doc") << "\n";
    for (const json &q : d.at("queues"))
        std::cout << "queue  " << text(q, "name") << ": " << text(q, "ordering") << with(" per ", q, "domain") << with(" on ", q, "on") << with("  ", q, "doc")
                  << "\n";
    for (const json &r : d.at("rules"))
        std::cout << "rule   " << r.get<std::string>() << "\n";
}

} // namespace scx
