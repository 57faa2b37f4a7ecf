// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/KernelForms.h"

#include <algorithm>

namespace scx {
namespace {

using Forms = const std::string_view[];
constexpr Forms kInsert = {"scx_bpf_dsq_insert___v2", "scx_bpf_dsq_insert", "scx_bpf_dispatch"};
constexpr Forms kInsertOrdered = {"__scx_bpf_dsq_insert_vtime", "scx_bpf_dsq_insert_vtime", "scx_bpf_dispatch_vtime"};
constexpr Forms kConsume = {"scx_bpf_dsq_move_to_local___v2", "scx_bpf_dsq_move_to_local", "scx_bpf_consume"};
constexpr Forms kMove = {"scx_bpf_dsq_move", "scx_bpf_dispatch_from_dsq"};
constexpr Forms kMoveOrdered = {"scx_bpf_dsq_move_vtime", "scx_bpf_dispatch_vtime_from_dsq"};
constexpr Forms kMoveSlice = {"scx_bpf_dsq_move_set_slice", "scx_bpf_dispatch_from_dsq_set_slice"};
constexpr Forms kMoveKey = {"scx_bpf_dsq_move_set_vtime", "scx_bpf_dispatch_from_dsq_set_vtime"};
constexpr Forms kRunning = {"scx_bpf_cpu_curr", "scx_bpf_cpu_rq"};
constexpr Forms kIdle = {"__scx_bpf_select_cpu_and", "scx_bpf_select_cpu_and", "scx_bpf_select_cpu_dfl"};
constexpr Forms kReenqueue = {"scx_bpf_reenqueue_local___v2", "scx_bpf_reenqueue_local"};

// clang-format off
constexpr OperationForms kOperations[] = {
    {"insert", kInsert}, {"insert in order", kInsertOrdered}, {"take the first", kConsume}, {"move one", kMove}, {"move one in order", kMoveOrdered},
    {"a slice with a move", kMoveSlice}, {"a key with a move", kMoveKey}, {"what runs on a CPU", kRunning}, {"find an idle CPU", kIdle}, {"give back what waits for a CPU", kReenqueue},
};
// clang-format on

struct LossRow {
    std::string_view name, loss;
};
// By kernel/sched/ext.c of 6.12 and what came after it.
constexpr LossRow kLosses[] = {
    {"scx_bpf_now", "the clock is read by bpf_ktime_get_ns each time, which costs more (it came with Linux 6.14)"},
    {"scx_bpf_cpu_curr", "what runs on a CPU is read from its run queue (it came with Linux 6.18)"},
    {"scx_bpf_task_set_slice", "slices are stored in the task itself (it came with Linux 6.19)"},
    {"scx_bpf_task_set_dsq_vtime", "keys are stored in the task itself (it came with Linux 6.19)"},
    {"scx_bpf_cpu_node", "the machine counts as one NUMA node (it came with Linux 6.15)"},
    {"scx_bpf_events", "the kernel's counters of events are not read (it came with Linux 6.15)"},
    {"task_struct.sched_task_group", "weights of cgroups count as 100; it takes CONFIG_CGROUP_SCHED"},
    {"task_group.scx_weight", "weights of cgroups are read from task_group.scx.weight, as from Linux 6.17 on, or count as 100"},
    {"task_group.scx.weight", "weights of cgroups are read from task_group.scx_weight, as up to Linux 6.16, or count as 100"},
    {"scx_dispatch_q.list", "the head of an ordered queue is found by an iteration, which costs more"},
    {"task_struct.thread_info.cpu", "a task's CPU is asked of the kernel"},
    {"scx_init_task_args.cgroup", "cgroups are not told apart; it takes CONFIG_EXT_GROUP_SCHED"},
    {"SCX_OPS_HAS_CGROUP_WEIGHT", "nothing, from Linux 7.1 on; before it the kernel warns that weights are ignored"},
};

constexpr AttachRow kAttach[] = {{"fentry/", ""},           {"fexit/", ""},         {"fmod_ret/", ""},   {"fentry.s/", ""}, {"fexit.s/", ""},
                                 {"tp_btf/", "btf_trace_"}, {"iter/", "bpf_iter_"}, {"lsm/", "bpf_lsm_"}};

} // namespace

const OperationForms *findForms(std::string_view function) {
    for (const OperationForms &row : kOperations)
        if (std::find(row.forms.begin(), row.forms.end(), function) != row.forms.end())
            return &row;
    return nullptr;
}

std::string_view lossWithout(std::string_view name) {
    for (const LossRow &row : kLosses)
        if (row.name == name)
            return row.loss;
    return {};
}

std::span<const AttachRow> attachRows() { return kAttach; }

} // namespace scx
