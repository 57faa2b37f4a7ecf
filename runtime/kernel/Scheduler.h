// SPDX-License-Identifier: GPL-2.0-only
// How is a policy loaded, watched and ended?
#pragma once

#include "object/Object.h"

#include <map>
#include <memory>

struct bpf_object;
struct bpf_link;
struct bpf_map;

namespace scx {

struct ExitInfo {
    int kind = 0; // 0: still running; values of enum scx_exit_kind
    int64_t code = 0;
    std::string reason, message;
    bool error() const { return kind >= 1024; }
    bool restart() const { return static_cast<uint64_t>(code) & (1ull << 48); } // SCX_ECODE_ACT_RESTART
};

struct LoadOptions {
    bool statistics = true, verbose = false;
    std::string verifierLog; // a file that gets all that libbpf and the verifier said when the load fails; empty: none
};

/// One loaded policy. The kernel takes its default scheduler back when this object, or the process, goes: the link is not pinned.
class Scheduler {
public:
    /// Opens, sets parameters and topology, loads and attaches. Throws std::runtime_error with one line on any failure.
    Scheduler(const std::string &path, const ObjectInfo &info, const std::map<std::string, int64_t> &parameters, const LoadOptions &options);
    ~Scheduler();
    ExitInfo exitInfo() const;
    /// The kernel's dump of the end in error; empty if the policy keeps none (it has no `uei_dump`).
    std::string dump() const;
    /// Ends the policy; exit information is complete afterwards.
    void detach();
    uint64_t counter(const std::string &name) const;
    std::vector<uint64_t> histogram(const std::string &name) const;

private:
    bpf_object *object = nullptr;
    bpf_link *link = nullptr;
    struct Variable {
        char *address = nullptr;
        size_t size = 0, count = 0, stride = 0;
    };
    Variable find(const std::string &section, const std::string &name) const;
    std::map<std::string, size_t> cpuMembers;
    void fillTopology();
    void settleOps(bpf_map *ops, const ObjectInfo &info);
};

/// Throws unless this user can load a scheduler into this kernel now.
void checkKernel();

} // namespace scx
