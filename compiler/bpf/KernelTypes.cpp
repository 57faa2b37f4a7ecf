// SPDX-License-Identifier: GPL-2.0-only
// Local views of kernel structs and signatures of kfuncs, after include/linux/sched/ext.h and kernel/sched/ext.c of 6.12. A member may
// be missing here or there: only those we read are listed, and those that some kernels lack are guarded by fieldExists.
#include "bpf/KernelTypes.h"

namespace scx {
namespace {

constexpr KernelField kListHead[] = {{"next", 'p', "list_head"}};
constexpr KernelField kDsqListNode[] = {{"node", 's', "list_head"}, {"flags", 'u'}};
constexpr KernelField kDsq[] = {{"list", 's', "list_head"}, {"nr", 'u'}, {"id", 'L'}};
constexpr KernelField kEntity[] = {{"flags", 'u'}, {"weight", 'u'}, {"slice", 'L'}, {"dsq_vtime", 'L'}, {"dsq_list", 's', "scx_dsq_list_node"}};
constexpr KernelField kSchedEntity[] = {{"sum_exec_runtime", 'L'}};
constexpr KernelField kThreadInfo[] = {{"cpu", 'u'}};
constexpr KernelField kKuid[] = {{"val", 'u'}};
constexpr KernelField kCred[] = {{"uid", 's', "kuid_t"}, {"gid", 's', "kuid_t"}};
constexpr KernelField kCpumask[] = {{"bits", 'L'}};
constexpr KernelField kKernfs[] = {{"name", 'p', "char"}, {"id", 'L'}};
constexpr KernelField kCgroup[] = {{"level", 'i'}, {"kn", 'p', "kernfs_node"}, {"ancestors", 'p', "cgroup", 1}};
constexpr KernelField kCssSet[] = {{"dfl_cgrp", 'p', "cgroup"}};
constexpr KernelField kNsCommon[] = {{"inum", 'u'}};
constexpr KernelField kPidNamespace[] = {{"ns", 's', "ns_common"}};
constexpr KernelField kUpid[] = {{"nr", 'i'}, {"ns", 'p', "pid_namespace"}};
constexpr KernelField kPid[] = {{"level", 'u'}, {"numbers", 's', "upid", 1}};
constexpr KernelField kScxTaskGroup[] = {{"weight", 'u'}};
constexpr KernelField kTaskGroup[] = {{"scx_weight", 'u'}, {"scx", 's', "scx_task_group"}}; // the first until 6.16, the second since
// clang-format off
constexpr KernelField kTask[] = {
    {"thread_info", 's', "thread_info"}, {"flags", 'u'}, {"static_prio", 'i'}, {"se", 's', "sched_entity"}, {"scx", 's', "sched_ext_entity"},
    {"policy", 'u'}, {"nr_cpus_allowed", 'i'}, {"cpus_ptr", 'p', "cpumask"}, {"migration_disabled", 'h'}, {"pid", 'i'}, {"tgid", 'i'},
    {"real_parent", 'p', "task_struct"}, {"group_leader", 'p', "task_struct"}, {"cred", 'p', "cred"}, {"comm", 'c', "", 16},
    {"cgroups", 'p', "css_set"}, {"nvcsw", 'L'}, {"nivcsw", 'L'}, {"self_exec_id", 'L'}, {"mm", 'p', "mm_struct"}, {"thread_pid", 'p', "pid"}, {"sched_task_group", 'p', "task_group"}, {"on_cpu", 'i'}, {"on_rq", 'i'}};
// clang-format on
constexpr KernelField kExitInfo[] = {{"kind", 'e'}, {"exit_code", 'l'}, {"reason", 'p', "char"}, {"msg", 'p', "char"}, {"dump", 'p', "char"}};
constexpr KernelField kInitTaskArgs[] = {{"fork", 'b'}, {"cgroup", 'p', "cgroup"}};
constexpr KernelField kCgroupInitArgs[] = {{"weight", 'u'}};
constexpr KernelField kRq[] = {{"clock", 'L'}, {"curr", 'p', "task_struct"}};
constexpr KernelField kMm[] = {{"exe_file", 'p', "file"}};
constexpr KernelField kFile[] = {{"f_path", 's', "path"}};
constexpr KernelField kPath[] = {{"dentry", 'p', "dentry"}};
constexpr KernelField kDentry[] = {{"d_parent", 'p', "dentry"}, {"d_name", 's', "qstr"}};
constexpr KernelField kQstr[] = {{"name", 'p', "char"}};
constexpr KernelField kIterMeta[] = {{"seq", 'p'}};
constexpr KernelField kIterNum[] = {{"__opaque", 'L', "", 1}};
constexpr KernelField kIterDsq[] = {{"__opaque", 'L', "", 6}};
constexpr KernelField kIterDsqKern[] = {{"dsq", 'p', "scx_dispatch_q"}};
constexpr KernelField kTimer[] = {{"__opaque", 'L', "", 2}};

// clang-format off
constexpr KernelStruct kStructs[] = {
    {"task_struct", kTask}, {"sched_ext_entity", kEntity}, {"scx_dispatch_q", kDsq}, {"scx_dsq_list_node", kDsqListNode}, {"list_head", kListHead}, {"sched_entity", kSchedEntity}, {"thread_info", kThreadInfo}, {"kuid_t", kKuid},
    {"cred", kCred}, {"cpumask", kCpumask}, {"kernfs_node", kKernfs}, {"cgroup", kCgroup}, {"css_set", kCssSet}, {"scx_exit_info", kExitInfo},
    {"scx_init_task_args", kInitTaskArgs}, {"scx_cgroup_init_args", kCgroupInitArgs}, {"bpf_iter_meta", kIterMeta}, {"bpf_iter_num", kIterNum}, {"bpf_iter_scx_dsq", kIterDsq}, {"bpf_iter_scx_dsq_kern", kIterDsqKern}, {"bpf_timer", kTimer}, {"rq", kRq},
    {"mm_struct", kMm}, {"file", kFile}, {"path", kPath}, {"dentry", kDentry}, {"qstr", kQstr},
    {"ns_common", kNsCommon}, {"pid_namespace", kPidNamespace}, {"upid", kUpid}, {"pid", kPid}, {"scx_task_group", kScxTaskGroup}, {"task_group", kTaskGroup},
};
// clang-format on

// clang-format off
constexpr KfuncRow kKfuncs[] = {
    {"scx_bpf_select_cpu_dfl", "itiLB"},
    {"scx_bpf_dispatch", "vtLLL"}, {"scx_bpf_dsq_insert", "vtLLL"},
    {"scx_bpf_dispatch_vtime", "vtLLLL"}, {"scx_bpf_dsq_insert_vtime", "vtLLLL"},
    {"scx_bpf_consume", "bL"}, {"scx_bpf_dsq_move_to_local", "bL"},
    {"scx_bpf_dispatch_from_dsq", "bqtLL"}, {"scx_bpf_dsq_move", "bqtLL"},
    {"scx_bpf_dispatch_vtime_from_dsq", "bqtLL"}, {"scx_bpf_dsq_move_vtime", "bqtLL"},
    {"scx_bpf_dispatch_from_dsq_set_slice", "vqL"}, {"scx_bpf_dsq_move_set_slice", "vqL"},
    {"scx_bpf_dispatch_from_dsq_set_vtime", "vqL"}, {"scx_bpf_dsq_move_set_vtime", "vqL"},
    {"scx_bpf_create_dsq", "iLi"}, {"scx_bpf_dsq_nr_queued", "iL"}, {"scx_bpf_kick_cpu", "viL"},
    {"scx_bpf_cpuperf_set", "viu"},
    {"scx_bpf_test_and_clear_cpu_idle", "bi"}, {"scx_bpf_pick_idle_cpu", "iKL"}, {"scx_bpf_task_cpu", "it"}, {"scx_bpf_nr_cpu_ids", "u"},
    {"scx_bpf_now", "L"}, {"scx_bpf_cpu_rq", "Ri"}, {"scx_bpf_cpu_curr", "ti"},
    {"scx_bpf_get_idle_cpumask", "K"}, {"scx_bpf_get_idle_smtmask", "K"}, {"scx_bpf_put_idle_cpumask", "vK"},
    {"scx_bpf_get_online_cpumask", "K"}, {"scx_bpf_get_possible_cpumask", "K"}, {"scx_bpf_put_cpumask", "vK"},
    {"bpf_cpumask_test_cpu", "buK"},
    {"scx_bpf_reenqueue_local", "u"}, {"scx_bpf_reenqueue_local___v2___void", "v"}, {"scx_bpf_reenqueue_local___void", "v"},
    {"bpf_iter_num_new", "inii"}, {"bpf_iter_num_next", "In"}, {"bpf_iter_num_destroy", "vn"},
    {"bpf_iter_scx_dsq_new", "iqLL"}, {"bpf_iter_scx_dsq_next", "tq"}, {"bpf_iter_scx_dsq_destroy", "vq"},
    {"scx_bpf_error_bstr", "vCPu"}, {"scx_bpf_exit_bstr", "vlCPu"}, {"scx_bpf_dump_bstr", "vCPu"},
    {"bpf_rcu_read_lock", "v"}, {"bpf_rcu_read_unlock", "v"}, {"bpf_task_from_pid", "ti"}, {"bpf_task_release", "vt"},
    {"bpf_rdonly_cast", "VVu"},
    {"scx_bpf_task_set_slice", "btL"}, {"scx_bpf_task_set_dsq_vtime", "btL"},
};
// clang-format on

} // namespace

const KernelStruct *findKernelStruct(std::string_view name) {
    for (const KernelStruct &row : kStructs)
        if (row.name == name)
            return &row;
    return nullptr;
}

const KfuncRow *findKfunc(std::string_view name) {
    for (const KfuncRow &row : kKfuncs)
        if (row.name == name)
            return &row;
    return nullptr;
}

} // namespace scx
