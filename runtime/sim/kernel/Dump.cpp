// SPDX-License-Identifier: GPL-2.0-only
// The text that the kernel writes when a policy ends in error: kernel/sched/ext.c, scx_dump_state, without backtraces.
#include "sim/kernel/Cpumask.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"

#include <cstdarg>
#include <cstdio>

namespace scx::sim {
namespace {

[[gnu::format(printf, 2, 3)]] void line(std::string &out, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    std::vsnprintf(text, sizeof text, format, args);
    va_end(args);
    out += text;
    out += '\n';
}

/// As %*pb prints it: hexadecimal, groups of 32 bits with commas, as many digits as CPUs take.
std::string maskText(const cpumask &mask, int cpus) {
    std::string out;
    for (int group = (cpus - 1) / 32; group >= 0; --group) {
        uint32_t bits = static_cast<uint32_t>(mask.bits[group / 2] >> (group % 2 * 32));
        int here = group == (cpus - 1) / 32 ? ((cpus - 1) % 32) / 4 + 1 : 8;
        char text[16];
        std::snprintf(text, sizeof text, "%0*x", here, bits);
        out += (out.empty() ? "" : ",") + std::string(text);
    }
    return out;
}

} // namespace

void Kernel::dumpText(const std::string &text) {
    if (dumping.out)
        dumping.line += text;
}

void Kernel::dumpOps(std::string &out, const char *prefix, const std::function<void()> &callback) {
    dumping = {&out, "", prefix, true};
    callback();
    if (!dumping.line.empty()) {
        out += '\n';
        for (size_t from = 0; from < dumping.line.size();) {
            size_t to = std::min(dumping.line.find('\n', from), dumping.line.size());
            out += prefix + dumping.line.substr(from, to - from) + '\n';
            from = to + 1;
        }
    }
    dumping = {};
}

void Kernel::dumpTask(std::string &out, scx_dump_ctx *context, Task &p, char marker) {
    char dsq[24] = "(n/a)";
    if (p.dsq)
        std::snprintf(dsq, sizeof dsq, "0x%llx", p.dsq->k->id);
    out += '\n';
    line(out, " %c%c %s[%d] %+ldms", marker, 'R', p.k->comm, p.k->pid, -static_cast<long>(jiffiesToMs(jiffies() - p.runnableAt)));
    line(out, "      scx_state/flags=%u/0x%x dsq_flags=0x%x ops_state/qseq=%u/%lu",
         p.enabled ? 3
         : p.ready ? 2
                   : 0,
         p.k->scx.flags & ~kTaskStateMask, p.ordered ? 1 : 0, static_cast<unsigned>(p.opsState), p.opsState == OpsState::Queued ? p.opsSequence : 0ul);
    line(out, "      sticky/holding_cpu=%d/%d dsq_id=%s dsq_vtime=%llu", p.k->scx.sticky_cpu, p.k->scx.holding_cpu, dsq, p.k->scx.dsq_vtime);
    line(out, "      cpus=%s", maskText(*p.k->cpus_ptr, cpuCount()).c_str());
    if (has(Op::DumpTask))
        dumpOps(out, "    ", [&] { call(Op::DumpTask, kRest, {reinterpret_cast<uint64_t>(context), reinterpret_cast<uint64_t>(p.k)}); });
}

std::string Kernel::dumpState(scx_dump_ctx *context, size_t size) {
    std::string out;
    task_struct *by = current();
    line(out, "%s[%d] triggered exit kind %d:", by->comm, by->pid, exit.kind);
    line(out, "  %s (%s)", exit.reason.c_str(), exit.message.c_str());
    out += "\nBacktrace:\n";
    if (has(Op::Dump))
        dumpOps(out, "", [&] { call(Op::Dump, kUnlocked, {reinterpret_cast<uint64_t>(context)}); });
    out += "\nCPU states\n----------\n";
    for (const auto &owned : rqs) {
        Rq &rq = *owned;
        bool idle = rq.runnable.empty() && !rq.curr;
        if (idle && !has(Op::DumpCpu))
            continue;
        std::string part = "\n";
        uint32_t flags =
            (rq.online ? kRqOnline : 0) | (rq.canStopTick ? kRqCanStopTick : 0) | (rq.balKeep ? kRqBalKeep : 0) | (rq.bypassing ? kRqBypassing : 0);
        line(part, "CPU %-4d: nr_run=%u flags=0x%x cpu_rel=%d pnt_seq=%lu", rq.cpu, rq.running, flags, rq.released,
             static_cast<unsigned long>(rq.classSwitches));
        task_struct *curr = rq.curr ? rq.curr->k : rq.idle;
        line(part, "          curr=%s[%d] class=%s", curr->comm, curr->pid,
             !rq.curr              ? "idle_sched_class"
             : rq.curr->realTime() ? "rt_sched_class"
                                   : "ext_sched_class");
        auto mask = [&](const char *name, const cpumask &cpus) {
            if (!emptyCpus(cpus, words))
                line(part, "  %s: %s", name, maskText(cpus, cpuCount()).c_str());
        };
        mask("cpus_to_kick   ", rq.kick);
        mask("idle_to_kick   ", rq.kickIfIdle);
        mask("cpus_to_preempt", rq.preempt);
        mask("cpus_to_wait   ", rq.wait);
        size_t used = part.size();
        if (has(Op::DumpCpu))
            dumpOps(part, "  ", [&] { call(Op::DumpCpu, kRest, {reinterpret_cast<uint64_t>(context), static_cast<uint64_t>(rq.cpu), idle}); });
        if (idle && part.size() == used)
            continue;
        out += part;
        if (rq.curr && !rq.curr->realTime())
            dumpTask(out, context, *rq.curr, '*');
        for (Task *p : rq.runnable)
            dumpTask(out, context, *p, ' ');
    }
    static const std::string marker = "\n\n~~~~ TRUNCATED ~~~~\n";
    if (out.size() >= size)
        out = size > marker.size() ? out.substr(0, size - 1 - marker.size()) + marker : out.substr(0, size ? size - 1 : 0);
    return out;
}

} // namespace scx::sim
