// SPDX-License-Identifier: GPL-2.0-only
// The whole of lowering, and the metadata that describes the object (docs/internals/object.md).
#include "lower/Lower.h"
#include "core/Explain.h"
#include "lower/Host.h"
#include "lower/Lowering.h"
#include "sema/Checker.h"
#include "syntax/Print.h"
#include "syntax/Visit.h"

#include <nlohmann/json.hpp>

namespace scx {
namespace {

/// What a rule's condition is made of, as `explain__` reports it.
nlohmann::json described(const std::vector<Condition> &conditions, const SourceManager &sources) {
    using nlohmann::json;
    json rows = json::array();
    auto text = [&](const Expr &e) { // as it is written, in one line
        std::string line;
        for (char c : std::string(sources.text(e.span)))
            if (bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r'; !space || (!line.empty() && line.back() != ' '))
                line += space ? ' ' : c;
        return line;
    };
    for (const Condition &c : conditions) {
        json row = {{"text", text(*c.condition)}, {"number", c.number}, {"looks", json::array()}};
        if (c.of)
            row["of"] = c.of->name;
        for (const Look &look : c.looks) {
            json one = {{"text", text(*look.value)}};
            if (look.number >= 0) {
                one["number"] = look.number;
                one["type"] = typeText(look.value->type);
            } else if (look.value->ref.kind == RefKind::Attribute)
                one["reads"] = static_cast<const AttributeRow *>(look.value->ref.decl)->name;
            row["looks"].push_back(one);
        }
        rows.push_back(row);
    }
    return rows;
}

/// What a process has to know that orders the queue. `core`: the queue as it was lowered; `host`: its code.
nlohmann::json userRow(const Program &surface, const QueueDecl &q, const QueueDecl &core, const nlohmann::json &host) {
    using nlohmann::json;
    int64_t timeout = 30'000'000'000, limit = -1;
    for (const Option &o : surface.settings)
        if (o.name == "timeout")
            timeout = Checker::evaluate(*o.value).value_or(timeout);
    for (const Options *options : {&q.options, q.discipline ? &q.discipline->options : nullptr})
        for (size_t i = 0; options && limit < 0 && i < options->size(); ++i)
            if (const Option &o = (*options)[i]; o.name == "wait_limit")
                limit = o.value->kind == ExprKind::Name && o.value->name == "none" ? 0 : Checker::evaluate(*o.value).value_or(-1);
    json told = json::array();
    for (const Expr *e : userReads(core).task)
        told.push_back(e->name);
    return {{"time_ns", Checker::evaluate(*userSpaceTime(core)).value_or(0)},
            {"wait_limit_ns", limit < 0 ? timeout / 4 : limit},
            {"shared", q.name + "__user"},
            {"records", q.name + "__records"},
            {"answers", q.name + "__answers"},
            {"attributes", told},
            {"to_kernel", q.name + "__to_kernel"},
            {"to_process", q.name + "__to_process"},
            {"spilled", q.name + "__spilled"},
            {"host", host}};
}

std::string metadata(const Program &core, const Program &surface, const SourceManager &sources, const Module &module,
                     const std::map<std::string, nlohmann::json> &host) {
    using nlohmann::json;
    auto line = [&](Span at) { return sources.position(at).line; };
    json out = {{"format", 1},
                {"compiler", "scxc " SCX_VERSION},
                {"policy", core.policy.name},
                {"doc", surface.policy.doc},
                {"source", std::string(sources.name(surface.file))},
                {"switch", "all"},
                {"timeout_ms", 30000},
                {"handles_hotplug", false},
                {"flags", json::array()},
                {"params", json::array()},
                {"enums", json::array()},
                {"queues", json::array()},
                {"rules", json::array()},
                {"counters", json::array()},
                {"histograms", json::array()},
                {"optional", json::array()}};
    for (const Option &o : core.settings) {
        if (o.name == "timeout")
            out["timeout_ms"] = Checker::evaluate(*o.value).value_or(30'000'000'000) / 1'000'000;
        if (o.name == "switch" && o.value->name == "partial")
            out["switch"] = "partial";
    }
    for (const auto &h : core.hooks) {
        if (h->name == "cpu_online" || h->name == "cpu_offline")
            out["handles_hotplug"] = true;
        if (const HookRow *row = findHook(h->name); row->optionalMember)
            out["optional"].push_back({{"program", core.policy.name + "_" + h->name}, {"member", row->member}, {"hook", row->event}, {"since", row->since}});
    }
    auto readsWeight = [](const Expr &e) {
        const auto *row = e.ref.kind == RefKind::Attribute ? static_cast<const AttributeRow *>(e.ref.decl) : nullptr;
        return row && (row->read == Read::GroupWeight || row->read == Read::CgroupWeight); // of a cgroup, and of a task's
    };
    if (anyExpr(core, readsWeight))
        out["flags"].push_back("SCX_OPS_HAS_CGROUP_WEIGHT"); // without it the kernel warns that weights are ignored
    for (const auto &p : surface.params) {
        json row = {{"name", p->name},
                    {"symbol", p->name},
                    {"section", p->live ? ".data" : ".rodata"},
                    {"type", typeText(p->type)},
                    {"live", p->live},
                    {"default", p->evaluated},
                    {"doc", p->doc},
                    {"line", line(p->nameSpan)}};
        if (p->range) {
            row["min"] = p->minimum;
            row["max"] = p->maximum;
        }
        out["params"].push_back(row);
    }
    for (const auto &e : core.enums)
        out["enums"].push_back({{"name", e->name}, {"values", e->values}});
    auto has = [&](const std::string &name) {
        for (const auto &s : core.stats)
            if (s->name == name)
                return true;
        return false;
    };
    static const char *const domains[] = {"", "cpu", "core", "llc", "node", "cgroup"};
    for (const auto &q : surface.queues) {
        json row = {{"name", q->name},
                    {"ordering", q->orderingName},
                    {"doc", q->doc},
                    {"line", line(q->nameSpan)},
                    {"domain", q->domain == Domain::None ? json() : json(domains[static_cast<int>(q->domain)])},
                    {"on", q->on ? json(printExpr(*q->on)) : json()}};
        for (const auto &lowered : core.queues)
            if (lowered->name == q->name)
                row["dsq"] = Lowering::firstDsq(*lowered);
        for (const auto &lowered : core.queues)
            if (lowered->name == q->name && userSpaceTime(*lowered))
                row["user"] = userRow(surface, *q, *lowered, host.at(q->name));
        for (const char *figure : {"tasks", "direct", "ran", "wait"})
            if (has(q->name + "__" + figure))
                row[figure] = q->name + "__" + figure;
        out["queues"].push_back(row);
    }
    std::vector<std::vector<Condition>> conditions = conditionsOf(surface);
    if (surface.match)
        for (size_t i = 0; i < surface.match->rules.size(); ++i) {
            const MatchRule &r = surface.match->rules[i];
            std::string text = std::string(sources.text(r.span));
            json row = {{"text", text.substr(0, text.find_last_not_of(" ;\n") + 1)},
                        {"queue", r.queue},
                        {"line", line(r.span)},
                        {"conditions", described(conditions[i], sources)}};
            if (has("rule__" + std::to_string(i)))
                row["hits"] = "rule__" + std::to_string(i);
            out["rules"].push_back(row);
        }
    for (const auto &s : surface.stats) {
        json row = {{"name", s->name}, {"label", s->label}, {"line", line(s->nameSpan)}};
        if (s->width) {
            row["width"] = s->width;
            row["buckets"] = s->buckets;
            row["unit"] = s->takes.kind == TypeKind::Duration ? "ns" : "";
        }
        if (s->per == "queue")
            for (const auto &q : surface.queues)
                row["parts"].push_back(q->name);
        else if (s->per == "rule")
            for (const json &rule : out["rules"])
                row["parts"].push_back(rule["text"]);
        else if (s->length)
            for (int64_t i = 0; i < s->parts; ++i)
                row["parts"].push_back(std::to_string(i));
        out[s->kind == StatKind::Counter ? "counters" : "histograms"].push_back(row);
    }
    for (const json &q : out["queues"])
        if (q.contains("user"))
            for (const char *figure : {"to_kernel", "to_process", "spilled"})
                out["counters"].push_back({{"name", q["user"][figure]}, {"label", ""}, {"line", q["line"]}});
    // What the loader is to tell the policy while it runs. A function that nothing calls may read more: there is no map for that.
    auto there = [&](const char *map) { return module.ir->getNamedGlobal(map) != nullptr; };
    out["told"] = {
        {"cgroups", there("cgroup_bits__") ? cgroupExpressions(core) : std::vector<std::string>()}, {"hints", there("hints__")}, {"gpu", there("gpu_users__")}};
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

void lower(const Program &core, const Program &surface, const SourceManager &sources, Module &module, Diagnostics &diags) {
    Lowering(core, sources, module, diags).run();
    if (!diags.ok())
        return;
    std::map<std::string, nlohmann::json> host = lowerHost(core, sources, module, diags);
    if (diags.ok())
        module.section(".scx.meta", "scx_meta__", metadata(core, surface, sources, module, host));
}

} // namespace scx
