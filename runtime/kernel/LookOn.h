// SPDX-License-Identifier: GPL-2.0-only
// How is a policy watched that runs? Its object holds programs that it knows nothing of (docs/internals/object.md). They are loaded when somebody asks, over the
// maps of the running policy, and are gone when nobody does any more: until then, and from then on, they cost nothing.
#pragma once

#include "object/Object.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct bpf_link;
struct bpf_object;

namespace scx {

/// What `tasks__` writes of each task, and `explain__` before its reports.
struct TaskRow {
    enum Flag : uint64_t { Running = 1, Runnable = 2, Kthread = 4 };
    int32_t pid, tgid;  // of the thread, of its process
    int32_t cpu, queue; // where it runs or last ran; the number of its queue
    uint64_t flags;     // of Flag; the kernel's number of its scheduling policy from bit 8 on
    uint64_t runtime;   // ns of CPU time so far
    uint64_t slice;     // ns that are left of its slice; ~0: no end
    char comm[16];
    bool is(Flag flag) const { return flags & flag; }
    unsigned policy() const { return static_cast<unsigned>(flags >> 8); }
};
static_assert(sizeof(TaskRow) == 56);

/// What `explain__` reports besides: kReportRule, kReportSlice, and the numbers that the description gives conditions and what they look at.
struct ReportRow {
    int64_t number, value;
};
inline constexpr int64_t kReportRule = 0, kReportSlice = 1;

/// A CPU turns from one task to another.
struct TraceEvent {
    enum Flag : uint32_t { NextWanted = 1, PrevWanted = 2, PrevRunnable = 4 };
    uint64_t time;      // ns of the monotonic clock
    int32_t cpu, queue; // the queue of the next one
    int32_t prev, next; // threads; 0: idle
    int64_t rule, wait; // the rule that sorted the next one when it began to wait, ns since then; -1: not known
    char comm[16];      // the next one's
    int32_t tgid;
    uint32_t flags;  // of Flag; the kernel's number of the next one's scheduling policy from bit 8 on
    uint64_t number; // events are numbered; one that is missing was lost, as the ring was full
    unsigned policy() const { return flags >> 8; }
};
static_assert(sizeof(TraceEvent) == 72);

/// Whose decisions are told; 0: anybody's.
struct TraceFilter {
    int tid = 0, tgid = 0;
};

/// Some of these programs, loaded. Throws std::runtime_error with one line if the kernel does not take them, or the object has none.
class LookOn {
  public:
    LookOn(const ObjectFile &file, const ObjectInfo &info, const bpf_object *running, std::initializer_list<const char *> programs,
           const std::optional<TraceFilter> &filter = {});
    ~LookOn();
    LookOn(const LookOn &) = delete;
    LookOn &operator=(const LookOn &) = delete;

    /// A file to read: a row about each task, or about one thread. The reader's to close. Throws likewise.
    int tasks(const char *program, int tid = 0) const;
    /// From here on events come, in the ring of that descriptor, which stays ours. Throws likewise.
    int trace();

  private:
    bpf_object *object = nullptr;
    std::vector<bpf_link *> links;
};

inline constexpr uint32_t kTraceRing = 1 << 20; // bytes

/// The maps that only a trace needs are not made when the policy is loaded.
void leaveOutTrace(bpf_object *object);

} // namespace scx
