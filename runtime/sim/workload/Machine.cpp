// SPDX-License-Identifier: GPL-2.0-only
// How a machine is written: the short form and the JSON file (docs/workloads.md).
#include "sim/kernel/Machine.h"

#include "object/Object.h"
#include "sim/workload/Json.h"
#include "sim/workload/ReadFile.h"

#include <charconv>
#include <map>
#include <stdexcept>

namespace scx::sim {
namespace {

constexpr int kMostCpus = 1024, kStrongest = 1024;
constexpr const char *kForms = "write 8, 2x4x2 (sockets x cores x threads) or the path of a JSON file";

/// Splits at each `by`; an empty text is one empty part.
std::vector<std::string> split(const std::string &text, char by) {
    std::vector<std::string> parts(1);
    for (char c : text)
        if (c == by)
            parts.emplace_back();
        else
            parts.back() += c;
    return parts;
}

class ShortForm {
  public:
    explicit ShortForm(const std::string &text) : text(text) {}

    Machine read() {
        std::vector<std::string> parts = split(text, ',');
        shape(parts[0]);
        for (size_t i = 1; i < parts.size(); ++i)
            setting(parts[i]);
        return build();
    }

  private:
    const std::string &text;
    Machine machine;
    int sockets = 1, cores = 1, threads = 1, llcs = 1, nodes = 0; // llcs: of a socket; nodes: in all, 0 for one a socket
    std::vector<int> capacities{kStrongest};

    [[noreturn]] void fail(const std::string &message) const { throw std::runtime_error("machine `" + text + "`: " + message); }

    int number(const std::string &part, const char *of, int most) const {
        int value = 0;
        auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (error != std::errc() || end != part.data() + part.size() || value < 1 || value > most)
            fail("`" + part + "` is no number of " + of + "; write one from 1 to " + std::to_string(most));
        return value;
    }

    void shape(const std::string &part) {
        std::vector<std::string> counts = split(part, 'x');
        if (counts.size() == 1)
            cores = number(counts[0], "CPUs", kMostCpus);
        else if (counts.size() == 3) {
            sockets = number(counts[0], "sockets", kMostCpus);
            cores = number(counts[1], "cores", kMostCpus);
            threads = number(counts[2], "threads", 8);
        } else
            fail(std::string("its shape is not known; ") + kForms);
        if (static_cast<int64_t>(sockets) * cores * threads > kMostCpus)
            fail("it has " + std::to_string(static_cast<int64_t>(sockets) * cores * threads) + " CPUs; at most " + std::to_string(kMostCpus) +
                 " are simulated");
    }

    void setting(const std::string &part) {
        size_t equals = part.find('=');
        const std::string name = part.substr(0, equals), value = equals == std::string::npos ? "" : part.substr(equals + 1);
        if (name == "llcs")
            llcs = number(value, "LLCs", kMostCpus);
        else if (name == "nodes")
            nodes = number(value, "nodes", kMostCpus);
        else if (name == "hz")
            machine.tickNs = 1'000'000'000ull / static_cast<uint64_t>(number(value, "ticks a second", 10'000));
        else if (name == "switch")
            machine.costs.contextSwitch = duration(value);
        else if (name == "migration")
            machine.costs.migration = duration(value);
        else if (name == "cold")
            machine.costs.coldCache = duration(value);
        else if (name == "capacities") {
            capacities.clear();
            for (const std::string &capacity : split(value, ':'))
                capacities.push_back(number(capacity, "a capacity", kStrongest));
        } else {
            const std::string near = nearestName(name, {"llcs", "nodes", "capacities", "hz", "switch", "migration", "cold"});
            fail("`" + name + "` is no setting; " +
                 (near.empty() ? "there are llcs, nodes, capacities, hz, switch, migration and cold" : "did you mean `" + near + "`?"));
        }
    }

    uint64_t duration(const std::string &value) const {
        try {
            return static_cast<uint64_t>(parseDuration(value));
        } catch (const std::runtime_error &error) { fail(error.what()); }
    }

    Machine build() {
        const int allCores = sockets * cores, allLlcs = sockets * llcs, allNodes = nodes ? nodes : sockets, parts = static_cast<int>(capacities.size());
        if (cores % llcs)
            fail(std::to_string(llcs) + " LLCs do not divide the " + std::to_string(cores) + " cores of a socket into equal parts; take another llcs=");
        if (allLlcs % allNodes)
            fail(std::to_string(allNodes) + " nodes do not divide the " + std::to_string(allLlcs) + " LLCs into equal parts; take another nodes= or llcs=");
        if (cores % parts)
            fail(std::to_string(parts) + " capacities do not divide the " + std::to_string(cores) + " cores of a socket into equal parts; name each part's");
        for (int thread = 0; thread < threads; ++thread)
            for (int core = 0; core < allCores; ++core) {
                const int llc = core * allLlcs / allCores;
                machine.cpus.push_back({core / cores, llc * allNodes / allLlcs, llc, core, capacities[static_cast<size_t>(core % cores * parts / cores)]});
            }
        return std::move(machine);
    }
};

uint64_t durationOf(Fields &fields, const Source &source, const char *name) {
    const JsonMember *found = fields.take(name, Json::String);
    if (!found)
        return 0;
    try {
        return static_cast<uint64_t>(parseDuration(found->value.text));
    } catch (const std::runtime_error &error) { source.fail(found->value.at, error.what()); }
}

/// A core lies in one LLC, an LLC in one node, as in every machine that the kernel knows.
void checkNesting(const Machine &machine, const Json &cpus, const Source &source) {
    std::map<int, int> llcOf, nodeOf, socketOf;
    for (size_t i = 0; i < machine.cpus.size(); ++i) {
        const CpuShape &cpu = machine.cpus[i];
        auto within = [&](std::map<int, int> &outer, const char *inner, int id, const char *name, int of) {
            if (auto [known, first] = outer.emplace(id, of); !first && known->second != of)
                source.fail(cpus.members[i].value.at, std::string(inner) + " " + std::to_string(id) + " lies in " + name + " " + std::to_string(known->second) +
                                                          " and " + std::to_string(of) + "; give it one, or this CPU another " + inner);
        };
        within(llcOf, "core", cpu.core, "llc", cpu.llc);
        within(nodeOf, "llc", cpu.llc, "node", cpu.node);
        within(socketOf, "core", cpu.core, "socket", cpu.socket);
    }
}

Machine readMachine(const std::string &text, const Source &source) {
    const Json root = readJson(text, source);
    Fields fields(root, source, "a machine");
    Machine machine;
    const JsonMember *shape = fields.take("shape", Json::String), *cpus = fields.take("cpus", Json::Array);
    if (!shape == !cpus)
        source.fail(root.at, "a machine has either `shape` or `cpus`; write \"shape\": \"2x4x2\", or list each CPU");
    if (shape) {
        machine = ShortForm(shape->value.text).read();
    } else {
        if (cpus->value.members.empty() || cpus->value.members.size() > static_cast<size_t>(kMostCpus))
            source.fail(cpus->value.at,
                        "it has " + std::to_string(cpus->value.members.size()) + " CPUs; from 1 to " + std::to_string(kMostCpus) + " are simulated");
        for (const JsonMember &member : cpus->value.members) {
            Fields cpu(member.value, source, "a CPU");
            auto id = [&](const char *name, int64_t otherwise) { return static_cast<int>(cpu.integer(name, otherwise, 0, kMostCpus - 1)); };
            machine.cpus.push_back({id("socket", 0), id("node", 0), id("llc", 0), id("core", static_cast<int64_t>(machine.cpus.size())),
                                    static_cast<int>(cpu.integer("capacity", kStrongest, 1, kStrongest))});
            cpu.finish();
        }
        checkNesting(machine, cpus->value, source);
    }
    if (const JsonMember *costs = fields.take("costs", Json::Object)) {
        Fields cost(costs->value, source, "the costs");
        machine.costs = {durationOf(cost, source, "switch"), durationOf(cost, source, "migration"), durationOf(cost, source, "cold")};
        cost.finish();
    }
    machine.tickNs = 1'000'000'000ull / static_cast<uint64_t>(fields.integer("hz", static_cast<int64_t>(1'000'000'000ull / machine.tickNs), 1, 10'000));
    fields.finish();
    return machine;
}

} // namespace

Machine parseMachine(const std::string &text) {
    Machine machine;
    if (!text.empty() && text[0] >= '0' && text[0] <= '9' && text.find('/') == std::string::npos && !text.ends_with(".json"))
        machine = ShortForm(text).read();
    else if (std::optional<std::string> file = readFile(text))
        machine = readMachine(*file, Source{text});
    else
        throw std::runtime_error("there is no machine `" + text + "`; " + kForms);
    machine.name = text;
    return machine;
}

} // namespace scx::sim
