// SPDX-License-Identifier: GPL-2.0-only
// How is a policy loaded, watched and ended?
#pragma once

#include "kernel/Attended.h"
#include "object/Object.h"

#include <chrono>
#include <map>
#include <memory>

struct bpf_link;
struct bpf_map;
struct bpf_object;

namespace scx {

/// Why the kernel ended a policy: what its `exit` callback was told (struct scx_exit_info in kernel/sched/ext.c).
struct ExitInfo {
    int kind = 0; // 0: still running; values of enum scx_exit_kind
    int64_t code = 0;
    std::string reason, message;
    bool error() const { return kind >= 1024; }                                 // SCX_EXIT_ERROR and what follows
    bool stall() const { return kind == 1026; }                                 // SCX_EXIT_ERROR_STALL: the watchdog
    bool restart() const { return static_cast<uint64_t>(code) & (1ull << 48); } // SCX_ECODE_ACT_RESTART
};

class Hints;

struct LoadOptions {
    bool statistics = true, verbose = false, dump = false;
    std::string verifierLog;      // a file that gets all that libbpf and the verifier said when the load fails; empty: none
    std::string userPolicy;       // a shared object that orders queues in user space; empty: their disciplines do
    std::shared_ptr<Hints> hints; // if the policy reads them: the same in each of its lives
};

/// One loaded policy. The kernel takes its default scheduler back when this object, or the process, goes: the link is not pinned.
class Scheduler {
  public:
    /// Opens, sets parameters and topology, and loads, so that the verifier has said its word. Throws std::runtime_error with one line on any failure.
    Scheduler(const ObjectFile &file, const ObjectInfo &info, const std::map<std::string, int64_t> &parameters, const LoadOptions &options);
    ~Scheduler();
    /// A line for each hook that this kernel has no callback for.
    const std::vector<std::string> &lostHooks() const { return lost; }
    /// From here on it schedules. Throws likewise; may be called once. A policy that fails while it starts attaches all the same: look at `exitInfo`
    /// before believing that it runs.
    void attach();
    ExitInfo exitInfo() const;
    /// Live parameters, in the form of memory, while it runs: each is one store, seen by the next decision.
    void set(const ObjectInfo &info, const std::map<std::string, int64_t> &values);
    /// What the policy is told while it runs.
    const std::vector<std::shared_ptr<Attended>> &tellers() const { return telling; }
    /// The kernel's dump of the end in error; empty unless LoadOptions asked for it, and if the object can keep none.
    std::string dump() const;
    /// Ends the policy; exit information is complete afterwards.
    void detach();
    /// With several of one name, of that number.
    uint64_t counter(const std::string &name, size_t part = 0) const;
    /// For programs that look on, over this policy's maps (LookOn.h).
    const bpf_object *loaded() const { return object; }
    /// The buckets of a histogram; with several of one name, of that number.
    std::vector<uint64_t> histogram(const std::string &name, size_t buckets = 256, size_t part = 0) const;

  private:
    bpf_object *object = nullptr;
    bpf_map *ops = nullptr;
    bpf_link *link = nullptr;
    std::vector<std::string> lost;
    std::vector<std::shared_ptr<Attended>> telling;
    std::map<std::string, size_t> cpuMembers;
    size_t cpuStride = 0; // bytes of the state of one CPU

    struct Variable {
        char *address = nullptr;
        size_t size = 0;
    };
    bpf_map *sectionMap(const std::string &section) const;
    Variable find(const std::string &section, const std::string &name) const;
    void store(const std::string &section, const std::string &symbol, int64_t value);
    uint32_t makeRoomForDump();
    void fillTopology();
    void load(const LoadOptions &options);
    void orderInUserSpace(const ObjectFile &file, const ObjectInfo &info, const LoadOptions &options);
    void beginTelling(const ToldInfo &wanted, const LoadOptions &options);
};

/// Throws unless this user can load a scheduler into this kernel now.
void checkKernel();

} // namespace scx
