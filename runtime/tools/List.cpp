// SPDX-License-Identifier: GPL-2.0-only
#include "tools/List.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace scx {

using nlohmann::json;

namespace {

json described(const ObjectInfo &info) {
    json out = {{"policy", info.policy}, {"doc", info.doc}, {"params", json::array()}, {"queues", json::array()}, {"rules", json::array()}};
    for (const Parameter &p : info.parameters)
        out["params"].push_back({{"name", p.name}, {"type", p.type}, {"default", valueText(info, p.type, p.value)}, {"range", rangeText(info, p)}, {"live", p.live}, {"doc", p.doc}});
    for (const QueueInfo &q : info.queues)
        out["queues"].push_back({{"name", q.name}, {"ordering", q.ordering}, {"domain", q.domain}, {"on", q.on}, {"doc", q.doc}});
    for (const RuleInfo &r : info.rules)
        out["rules"].push_back(r.text);
    return out;
}

} // namespace

void listPolicy(const ObjectInfo &info, bool asJson) {
    if (asJson) {
        std::cout << described(info).dump(-1, ' ', false, json::error_handler_t::replace) << "\n";
        return;
    }
    auto with = [](const char *before, const std::string &text) { return text.empty() ? "" : before + text; };
    std::cout << "policy " << info.policy << with("  ", info.doc) << "\n";
    for (const Parameter &p : info.parameters)
        std::cout << "param  " << p.name << ": " << p.type << " = " << valueText(info, p.type, p.value) << with(" in ", rangeText(info, p)) << (p.live ? " (live)" : "") << with("  ", p.doc) << "\n";
    for (const QueueInfo &q : info.queues)
        std::cout << "queue  " << q.name << ": " << q.ordering << with(" per ", q.domain) << with(" on ", q.on) << with("  ", q.doc) << "\n";
    for (const RuleInfo &r : info.rules)
        std::cout << "rule   " << r.text << "\n";
}

} // namespace scx
