// SPDX-License-Identifier: GPL-2.0-only
// Does the state fit into what the kernel gives? A task's storage has 64 KiB at most, some of which are the kernel's and the compiler's own;
// CPU state is there 1024 times, and with all globals in one map, so its bound is what a machine would notice.
#include "bpf/Tables.h"
#include "sema/Checker.h"

namespace scx {
namespace {

constexpr int64_t kMaxTask = 60'000, kMaxCpu = 65'536, kMaxGlobal = 64 << 20;

/// Adds up what one kind of state takes; tells where it is too much, once.
class Budget {
  public:
    Budget(Diagnostics &diags, std::string what, int64_t most) : diags(diags), what(std::move(what)), most(most) {}
    void take(int64_t bytes, Span at) {
        bool before = taken > most;
        taken += bytes;
        if (!before && taken > most)
            diags.report(Diag::TooMany, at, "bytes of " + what, std::to_string(most));
    }
    void take(const Field &f, int64_t times = 1) { take((f.type.kind == TypeKind::Bool ? 1 : 8) * std::max<int64_t>(1, f.type.length) * times, f.nameSpan); }

  private:
    Diagnostics &diags;
    std::string what;
    int64_t most, taken = 0;
};

} // namespace

void checkSizes(const Program &program, Diagnostics &diags) {
    Budget task(diags, "state for each task", kMaxTask), cpu(diags, "state for each CPU", kMaxCpu), global(diags, "state", kMaxGlobal);
    for (const StateDecl &s : program.states)
        for (const auto &f : s.fields)
            if (s.kind == StateKind::Cgroup)
                global.take(*f, kMaxCgroups);
            else
                (s.kind == StateKind::Task ? task : s.kind == StateKind::Cpu ? cpu : global).take(*f);
    for (const auto &s : program.stats)
        s->kind == StatKind::Counter ? cpu.take(s->parts * 8, s->nameSpan) : global.take(s->parts * s->buckets * 8, s->nameSpan);
    for (const auto &q : program.queues)
        if (q->discipline)
            for (const StateDecl &s : q->discipline->states)
                for (const auto &f : s.fields)
                    s.kind == StateKind::Task ? task.take(*f) : global.take(*f, q->domain == Domain::None ? 1 : kMaxCpus);
}

} // namespace scx
