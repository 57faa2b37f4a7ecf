// SPDX-License-Identifier: GPL-2.0-only
// How an rt-app file is read; only RtAppRead.cpp and RtAppEvents.cpp need it.
#pragma once

#include "sim/workload/RtApp.h"

#include <limits>
#include <map>
#include <set>

namespace scx::sim {

class RtAppReader {
  public:
    RtAppReader(const Source &source, int cpus, bool scaled) : source(source), cpus(cpus), scaled(scaled) {}
    RtAppFile read(std::string_view text);

  private:
    static constexpr int64_t kMostInt = std::numeric_limits<int32_t>::max(); // rt-app reads numbers into an int
    enum class Scale : uint8_t { None, Instances, Copies };

    const Source &source;
    const int cpus;
    const bool scaled;
    RtAppFile file;
    std::set<std::string> noted; // keys whose note was given
    std::string defaultPolicy = "other", device = "/dev/null";
    uint64_t bufferSize = 4 << 20;

    // The task that is being read.
    const JsonMember *current = nullptr;
    int copy = 0;
    bool copied = false;               // it stands once for each kFileCpus CPUs, with resources of its own
    std::map<std::string, size_t> own; // its timers

    // Resources by their names, each with the place where it is first waited for and released.
    struct Named {
        size_t index;
        const JsonMember *waited = nullptr, *released = nullptr;
    };
    using Resources = std::map<std::pair<int, std::string>, Named>; // by copy and name
    Resources mutexes, conditions, semaphores, barriers, timers;
    std::vector<const JsonMember *> forks;   // in the order of the events
    std::vector<const JsonMember *> changed; // tasks that events of the machine name

    void settle(Fields &fields, RtAppKey::Place place);
    void readGlobal(const Json &object);
    void extension(const Json &object);
    void machineEvent(const Json &object);
    void changeOfTask(Fields &fields, const Json &object, MachineEvent &event);
    void addCgroup(const std::string &path, std::optional<uint32_t> weight = {});
    void readTask(const JsonMember &member);
    void extension(const Json &object, RtAppTask &task, Scale &scale);
    RtAppPhase readPhase(const JsonMember &member, const RtAppTask &task, const std::vector<int> &allowed);
    std::optional<std::string> cgroup(Fields &fields);
    std::optional<int64_t> loop(Fields &fields);
    std::vector<int> readCpus(Fields &fields);

    // RtAppEvents.cpp
    static const RtAppKey *eventOf(const std::string &key); // null: it is no event
    static std::vector<std::string> eventNames();
    void readEvents(const JsonMember &owner, RtAppPhase &phase, const std::string &what);
    RtAppEvent readEvent(const JsonMember &member, const std::string &name);
    RtAppEvent readTimer(const JsonMember &member);
    RtAppEvent readMemoryRun(const JsonMember &member);
    std::string nameIn(const JsonMember &member, bool orTask = false);
    Named &resource(Resources &kind, size_t &count, const std::string &name);
    void finishEvents();
    size_t taskNamed(const JsonMember &member, const std::string &purpose) const;
};

} // namespace scx::sim
