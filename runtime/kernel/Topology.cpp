// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/Topology.h"

#include "kernel/Sysfs.h"

#include <cstdlib>
#include <filesystem>

namespace scx {
namespace {

constexpr long kMost = 1024; // CPUs, ids, and the capacity of the strongest CPU

/// The first number of a list like `4-7,12`; `otherwise` if there is none in bounds.
long first(const std::string &list, long otherwise) {
    if (list.empty() || list[0] < '0' || list[0] > '9')
        return otherwise;
    long value = std::strtol(list.c_str(), nullptr, 10);
    return value >= 0 && value <= kMost ? value : otherwise;
}

/// `PREFIX` followed by a number and nothing else; -1 for any other name.
long numbered(const std::string &name, const std::string &prefix) {
    if (name.rfind(prefix, 0) != 0 || name.size() == prefix.size() || name.find_first_not_of("0123456789", prefix.size()) != std::string::npos)
        return -1;
    return first(name.substr(prefix.size()), -1);
}

template <typename Use> void eachNumbered(const std::string &folder, const std::string &prefix, Use use) {
    std::error_code none;
    for (const auto &entry : std::filesystem::directory_iterator(folder, none))
        if (long number = numbered(entry.path().filename(), prefix); number >= 0)
            use(number, entry.path().string());
}

/// The first CPU that shares the highest cache level there is. Virtual machines may show no caches: a package is the best guess.
long lastLevelCache(const std::string &cpu) {
    long shared = first(readLine(cpu + "/topology/package_cpus_list"), 0), highest = 0;
    eachNumbered(cpu + "/cache", "index", [&](long, const std::string &cache) {
        long level = first(readLine(cache + "/level"), 0), owner = first(readLine(cache + "/shared_cpu_list"), -1);
        if (level > highest && owner >= 0) {
            highest = level;
            shared = owner;
        }
    });
    return shared;
}

} // namespace

std::vector<CpuPlace> readTopology() {
    std::vector<CpuPlace> places;
    eachNumbered("/sys/devices/system/cpu", "cpu", [&](long cpu, const std::string &path) {
        if (cpu >= kMost)
            return;
        CpuPlace place;
        place.cpu = static_cast<int>(cpu);
        place.core = first(readLine(path + "/topology/thread_siblings_list"), cpu);
        place.capacity = first(readLine(path + "/cpu_capacity"), 1024);
        place.llc = lastLevelCache(path);
        eachNumbered(path, "node", [&](long node, const std::string &) { place.node = node; });
        places.push_back(place);
    });
    return places;
}

} // namespace scx
