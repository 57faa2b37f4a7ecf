// SPDX-License-Identifier: GPL-2.0-only
// How is a policy watched that runs? By programs that it knows nothing of (docs/internals/runtime.md): most are scxrun's own (look-on.bpf.c), those about its rules
// are in its object. They are loaded when somebody asks, over the maps of the running policy, and are gone when nobody does any more: until then, and from then
// on, they cost nothing. The policy is what `running` says, an object that is loaded and stays so meanwhile. Everything here throws std::runtime_error with one
// line if the kernel does not take the programs.
#pragma once

#include "kernel/look-on.h"
#include "object/Object.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

struct bpf_link;
struct bpf_object;

namespace scx {

struct TaskRow : task_row {
    bool is(row_flag flag) const { return flags & flag; }
    unsigned policy() const { return static_cast<unsigned>(flags >> 8); }
};
static_assert(sizeof(TaskRow) == 56);

/// What `explain__` writes of a task: kReportRule, kReportSlice, and the numbers that the description gives conditions and what they look at.
struct ReportRow {
    int64_t number, value;
};
inline constexpr int64_t kReportRule = 0, kReportSlice = 1;

struct TraceEvent : trace_event {
    unsigned policy() const { return flags >> 8; }
};
static_assert(sizeof(TraceEvent) == 72);

/// Whose decisions are told; 0: anybody's.
struct TraceFilter {
    int tid = 0, tgid = 0;
};

struct ObjectCloser {
    void operator()(bpf_object *object) const;
};
using LoadedObject = std::unique_ptr<bpf_object, ObjectCloser>;
struct LinkCloser {
    void operator()(bpf_link *link) const;
};

/// All that an iterator writes, to its end; closes it.
std::string readAll(int iterator);
template <typename Row> std::vector<Row> readRows(int iterator) {
    std::string bytes = readAll(iterator);
    std::vector<Row> rows(bytes.size() / sizeof(Row));
    std::memcpy(rows.data(), bytes.data(), rows.size() * sizeof(Row));
    return rows;
}

/// All tasks.
class TaskList {
  public:
    TaskList(const ObjectInfo &info, const bpf_object *running);
    /// To read: a TaskRow about each task, or about one thread. The reader's to close.
    int open(int tid = 0) const;

  private:
    LoadedObject object;
};

/// ReportRows about one thread; none if there is nothing to say of any.
std::vector<ReportRow> reportsOf(int tid, const ObjectFile &file, const ObjectInfo &info, const bpf_object *running);

/// Each decision.
class DecisionTrace {
  public:
    DecisionTrace(const TraceFilter &filter, const ObjectFile &file, const ObjectInfo &info, const bpf_object *running);
    /// The ring of kTraceRing bytes into which TraceEvents come; stays ours.
    int ring() const;

  private:
    LoadedObject object, rules;
    std::vector<std::unique_ptr<bpf_link, LinkCloser>> links;

    void attach(bpf_object *from);
};

/// A map that only a trace needs is not made when the policy is loaded.
void leaveOutTrace(bpf_object *object);

} // namespace scx
