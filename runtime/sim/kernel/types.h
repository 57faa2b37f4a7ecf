/* SPDX-License-Identifier: GPL-2.0-only */
/* What of the kernel can a scheduler's object see? The one definition of it: the simulator includes this header in C++, and clang makes the BTF of each
 * kernel profile out of it (kernel/profile.c), by which CO-RE relocations of objects are settled. So both see the same layout.
 * Members have the kernel's names (include/linux/sched.h, include/linux/sched/ext.h of 6.12); their order is our own. What a member of the kernel would tell
 * and the simulation does not know is left out, so that an object that needs it is told so by name.
 * SCX_PROFILE is the kernel's version, 612 for 6.12; only profile.c sets it, C++ code sees all members.
 * Members that a program may write (scx.slice, scx.dsq_vtime, scx.disallow) begin at a multiple of 8 bytes and nothing else is in these 8: the arena knows
 * what may be touched by units of 8 bytes. */
// clang-format off: as the kernel writes it, shorter
#ifndef SCX_SIM_KERNEL_TYPES_H
#define SCX_SIM_KERNEL_TYPES_H

#ifdef __cplusplus
#include <cstdint>
namespace scx::sim {
#define SCX_ENUM(name) int /* of the size of the enum; its constants are the profile's */
#else
typedef _Bool bool;
#define SCX_ENUM(name) enum name /* CO-RE takes an enum only for an enum */
enum scx_exit_kind {
    SCX_EXIT_NONE, SCX_EXIT_DONE, SCX_EXIT_UNREG = 64, SCX_EXIT_UNREG_BPF, SCX_EXIT_UNREG_KERN, SCX_EXIT_SYSRQ, SCX_EXIT_ERROR = 1024, SCX_EXIT_ERROR_BPF,
    SCX_EXIT_ERROR_STALL
};
enum scx_cpu_preempt_reason { SCX_CPU_PREEMPT_RT, SCX_CPU_PREEMPT_DL, SCX_CPU_PREEMPT_STOP, SCX_CPU_PREEMPT_UNKNOWN };
#endif

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int s32;
typedef long long s64;
typedef unsigned long long u64;
typedef int pid_t;

enum { SCX_SIM_MAX_CPUS = 1024, TASK_COMM_LEN = 16 };

struct cpumask { unsigned long bits[SCX_SIM_MAX_CPUS / 64]; };
typedef struct cpumask cpumask_t;

struct task_struct;
struct cgroup;

struct thread_info { unsigned long flags; u32 cpu; };

struct scx_dispatch_q { u64 id; u32 nr; };

struct sched_ext_entity {
    struct scx_dispatch_q *dsq;
    u32 flags;      /* enum scx_ent_flags */
    u32 weight;     /* 1 to 10000, 100 for nice 0 */
    s32 sticky_cpu;
    s32 holding_cpu;
    u64 ddsp_dsq_id, ddsp_enq_flags;
    u64 slice;      /* ns; programs write it */
    u64 dsq_vtime;  /* programs write it */
    bool disallow __attribute__((aligned(8))); /* init_task writes it */
    struct cgroup *cgrp_moving_from __attribute__((aligned(8)));
};

struct sched_entity { u64 sum_exec_runtime, exec_start; };

typedef struct { u32 val; } kuid_t;
typedef struct { u32 val; } kgid_t;
struct cred { kuid_t uid; kgid_t gid; kuid_t euid; kgid_t egid; };

struct ns_common { u32 inum; };
struct pid_namespace { struct ns_common ns; u32 level; };
struct upid { s32 nr; struct pid_namespace *ns; };
struct pid { u32 level; struct upid numbers[1]; };

struct qstr { u32 hash, len; const char *name; };
struct dentry { struct dentry *d_parent; struct qstr d_name; };
struct path { struct dentry *dentry; };
struct file { struct path f_path; };
struct mm_struct { struct file *exe_file; };

struct kernfs_node { struct kernfs_node *parent; const char *name; u64 id; };
struct cgroup_subsys_state { struct cgroup *cgroup; u64 serial_nr; };
struct cgroup {
    struct cgroup_subsys_state self;
    s32 level;
    struct kernfs_node *kn;
    struct cgroup *ancestors[16]; /* of which [level] is itself */
#ifdef __cplusplus
    void *bpf_cgrp_storage; /* what bpf/ keeps of it for programs; begins as null */
#endif
};
struct css_set { struct cgroup *dfl_cgrp; };
struct task_group { struct cgroup_subsys_state css; u32 scx_weight; };

struct task_struct {
    struct thread_info thread_info;
    u32 flags;      /* PF_… */
    u32 __state;
    s32 on_rq;
    s32 prio, static_prio, normal_prio;
    u32 rt_priority;
    struct sched_entity se;
    struct sched_ext_entity scx;
    u32 policy;
    s32 nr_cpus_allowed;
    const struct cpumask *cpus_ptr;
    struct cpumask cpus_mask;
    u16 migration_disabled;
    pid_t pid, tgid;
    struct task_struct *real_parent, *parent, *group_leader;
    struct pid *thread_pid;
    const struct cred *real_cred, *cred;
    char comm[TASK_COMM_LEN];
    struct css_set *cgroups;
    struct task_group *sched_task_group;
    unsigned long nvcsw, nivcsw;
    u64 start_time, start_boottime, utime;
    u32 self_exec_id;
    s32 wake_cpu, recent_used_cpu;
    struct mm_struct *mm;
#ifdef __cplusplus
    void *bpf_storage; /* what bpf/ keeps of it for programs; begins as null */
    void *simulated; /* what the simulation itself keeps of the task; no program may read it */
#endif
};

struct rq {
    u64 clock, clock_task;
    struct task_struct *curr, *idle;
    s32 cpu;
    u32 nr_running;
};

struct scx_exit_info {
    SCX_ENUM(scx_exit_kind) kind;
    s64 exit_code;
    const char *reason;
    unsigned long *bt;
    u32 bt_len;
    char *msg, *dump;
};
struct scx_init_task_args { bool fork; struct cgroup *cgroup; };
struct scx_exit_task_args { bool cancelled; };
struct scx_cgroup_init_args { u32 weight; };
struct scx_cpu_acquire_args { char unused; };
struct scx_cpu_release_args { SCX_ENUM(scx_cpu_preempt_reason) reason; struct task_struct *task; };
struct scx_dump_ctx { SCX_ENUM(scx_exit_kind) kind; s64 exit_code; const char *reason; u64 at_ns, at_jiffies; };

#ifdef __cplusplus
} // namespace scx::sim
#endif
#endif
