// SPDX-License-Identifier: GPL-2.0-only
// Which workload does a name or a path mean?
#include "object/Object.h"
#include "sim/workload/Builtin.h"
#include "sim/workload/ReadFile.h"
#include "sim/workload/RtApp.h"
#include "sim/workload/Trace.h"
#include "support/Embedded.h"

#include <algorithm>
#include <stdexcept>

namespace scx {
std::span<const EmbeddedFile> embeddedWorkloads(); // examples/workloads/*.json
}

namespace scx::sim {
namespace {

struct Builtin {
    const char *name, *about; // about: null for a file, which says it itself
    Workload (*make)(const Machine &machine, uint64_t seed);
};

constexpr Builtin kBuiltins[] = {
    {"cpu", nullptr, nullptr},
    {"interactive", nullptr, nullptr},
    {"desktop", nullptr, nullptr},
    {"web", "a server: requests come at random, their work varies widely, some ask a database; a log writer and a nightly job beside them", webWorkload},
    {"pipeline", nullptr, nullptr},
    {"batch", nullptr, nullptr},
    {"pinned", nullptr, nullptr},
    {"fork-storm", "shells that start a short-lived child for each piece of work; children fork children", forkStormWorkload},
    {"cgroups", nullptr, nullptr},
    {"adversary",
     "what a policy hopes nobody does: yield without end, sleep just before the slice ends, hop between CPUs, renice, rename, wake in pairs, sleep by the "
     "hundred",
     adversaryWorkload},
};

std::string_view embedded(const std::string &name) {
    for (const EmbeddedFile &file : embeddedWorkloads())
        if (file.name == name + ".json")
            return file.text;
    throw std::logic_error("no file is embedded for workload " + name);
}

/// JSON begins with an object, or by mistake with an array, perhaps behind comments.
bool isJson(const std::string &text) {
    size_t first = text.find_first_not_of(" \t\r\n");
    return first != std::string::npos && (std::string_view("{[/").find(text[first]) != std::string_view::npos);
}

} // namespace

Workload openWorkload(const std::string &nameOrPath, const Machine &machine, uint64_t seed) {
    Workload workload;
    auto builtin = std::find_if(std::begin(kBuiltins), std::end(kBuiltins), [&](const Builtin &b) { return nameOrPath == b.name; });
    if (builtin != std::end(kBuiltins)) {
        workload = builtin->make ? builtin->make(machine, seed) : startRtApp(readRtApp(embedded(nameOrPath), Source{nameOrPath + ".json"}, machine, true));
    } else if (std::optional<std::string> text = readFile(nameOrPath)) {
        const Source source{nameOrPath};
        workload = isJson(*text) ? startRtApp(readRtApp(*text, source, machine, false)) : startTrace(readTrace(*text, source), machine);
    } else {
        std::vector<std::string> names;
        for (const Builtin &b : kBuiltins)
            names.emplace_back(b.name);
        const std::string near = nearestName(nameOrPath, names);
        throw std::runtime_error("there is no workload `" + nameOrPath + "`; " +
                                 (near.empty() ? "write the path of a file or a name that --list shows" : "did you mean `" + near + "`?"));
    }
    workload.name = nameOrPath;
    return workload;
}

std::vector<std::pair<std::string, std::string>> builtinWorkloads() {
    const Machine one{"1", {CpuShape{}}, {}, 0};
    std::vector<std::pair<std::string, std::string>> rows;
    for (const Builtin &b : kBuiltins)
        rows.emplace_back(b.name, b.about ? b.about : readRtApp(embedded(b.name), Source{std::string(b.name) + ".json"}, one, true).about);
    return rows;
}

} // namespace scx::sim
