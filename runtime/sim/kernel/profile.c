/* SPDX-License-Identifier: GPL-2.0-only */
/* What does the kernel of SCX_PROFILE (612 for Linux 6.12) offer to schedulers? clang makes BTF of this file, once for each kernel, and the simulator answers
 * by it what an object asks of vmlinux's: constants, members of structs, kernel functions and their prototypes (docs/internals/simulator.md).
 * A change of a later kernel is a row with the version that brought or dropped it. After kernel/sched/ext.c, include/linux/sched/ext.h, kernel/bpf/helpers.c
 * and kernel/bpf/cpumask.c. */
#define SINCE(version) (SCX_PROFILE >= (version))

/* ---------------------------------------------------------------- constants */

enum scx_public_consts { SCX_OPS_NAME_LEN = 128, SCX_SLICE_DFL = 20000000ull, SCX_SLICE_INF = ~0ull };
enum scx_consts {
    SCX_DSP_DFL_MAX_BATCH = 32, SCX_DSP_MAX_LOOPS = 32, SCX_WATCHDOG_MAX_TIMEOUT = 30000, SCX_EXIT_BT_LEN = 64, SCX_EXIT_MSG_LEN = 1024,
    SCX_EXIT_DUMP_DFL_LEN = 32768, SCX_CPUPERF_ONE = 1024, SCX_OPS_TASK_ITER_BATCH = 32
};
enum scx_dsq_id_flags {
    SCX_DSQ_FLAG_BUILTIN = 1ull << 63, SCX_DSQ_FLAG_LOCAL_ON = 1ull << 62, SCX_DSQ_INVALID = SCX_DSQ_FLAG_BUILTIN, SCX_DSQ_GLOBAL = SCX_DSQ_FLAG_BUILTIN | 1,
    SCX_DSQ_LOCAL = SCX_DSQ_FLAG_BUILTIN | 2,
#if SINCE(618)
    SCX_DSQ_BYPASS = SCX_DSQ_FLAG_BUILTIN | 3,
#endif
    SCX_DSQ_LOCAL_ON = SCX_DSQ_FLAG_BUILTIN | SCX_DSQ_FLAG_LOCAL_ON, SCX_DSQ_LOCAL_CPU_MASK = 0xffffffffull
};
enum scx_dsq_iter_flags { SCX_DSQ_ITER_REV = 1 << 16 };
enum scx_wake_flags { SCX_WAKE_FORK = 4, SCX_WAKE_TTWU = 8, SCX_WAKE_SYNC = 16 };
enum scx_enq_flags {
    SCX_ENQ_WAKEUP = 1,
#if SINCE(619)
    SCX_ENQ_HEAD = 0x10000, SCX_ENQ_CPU_SELECTED = 0x100000,
#else
    SCX_ENQ_HEAD = 0x10, SCX_ENQ_CPU_SELECTED = 0x400,
#endif
    SCX_ENQ_PREEMPT = 1ull << 32,
#if SINCE(701)
    SCX_ENQ_IMMED = 1ull << 33,
#endif
    SCX_ENQ_REENQ = 1ull << 40, SCX_ENQ_LAST = 1ull << 41, __SCX_ENQ_INTERNAL_MASK = 0xffull << 56, SCX_ENQ_CLEAR_OPSS = 1ull << 56, SCX_ENQ_DSQ_PRIQ = 1ull << 57
};
enum scx_deq_flags { SCX_DEQ_SLEEP = 1, SCX_DEQ_CORE_SCHED_EXEC = 1ull << 32 };
enum scx_pick_idle_cpu_flags {
    SCX_PICK_IDLE_CORE = 1,
#if SINCE(615)
    SCX_PICK_IDLE_IN_NODE = 2
#endif
};
enum scx_kick_flags { SCX_KICK_IDLE = 1, SCX_KICK_PREEMPT = 2, SCX_KICK_WAIT = 4 };
enum scx_ops_flags {
    SCX_OPS_KEEP_BUILTIN_IDLE = 1, SCX_OPS_ENQ_LAST = 2, SCX_OPS_ENQ_EXITING = 4, SCX_OPS_SWITCH_PARTIAL = 8,
#if SINCE(614)
    SCX_OPS_ENQ_MIGRATION_DISABLED = 16,
#endif
#if SINCE(615)
    SCX_OPS_ALLOW_QUEUED_WAKEUP = 32, SCX_OPS_BUILTIN_IDLE_PER_NODE = 64,
#endif
#if SINCE(701)
    SCX_OPS_ALWAYS_ENQ_IMMED = 128,
    SCX_OPS_ALL_FLAGS = 255
#else
    SCX_OPS_HAS_CGROUP_WEIGHT = 65536,
    SCX_OPS_ALL_FLAGS = 65536 + (SINCE(615) ? 127 : SINCE(614) ? 31 : 15)
#endif
};
enum scx_exit_code { SCX_ECODE_RSN_HOTPLUG = 1ull << 32, SCX_ECODE_ACT_RESTART = 1ull << 48 };
enum scx_ent_flags {
    SCX_TASK_QUEUED = 1, SCX_TASK_RESET_RUNNABLE_AT = 4, SCX_TASK_DEQD_FOR_SLEEP = 8, SCX_TASK_STATE_SHIFT = 8, SCX_TASK_STATE_BITS = 2, SCX_TASK_STATE_MASK = 768
};
enum scx_task_state { SCX_TASK_NONE, SCX_TASK_INIT, SCX_TASK_READY, SCX_TASK_ENABLED };

/* ---------------------------------------------------------------- types */

#include "types.h"

struct bpf_rb_root { u64 __opaque[2]; };
struct bpf_rb_node { u64 __opaque[4]; };
struct bpf_list_head { u64 __opaque[2]; };
struct bpf_list_node { u64 __opaque[3]; };
struct bpf_cpumask { cpumask_t cpumask; u32 usage; };
struct bpf_iter_num { u64 __opaque[1]; };
struct bpf_iter_bits { u64 __opaque[2]; };
struct bpf_iter_scx_dsq { u64 __opaque[6]; };
struct bpf_iter_css { u64 __opaque[3]; };
struct bpf_iter_task { u64 __opaque[3]; };
struct bpf_dynptr { u64 __opaque[2]; };

struct sched_ext_ops {
    s32 (*select_cpu)(struct task_struct *p, s32 prev_cpu, u64 wake_flags);
    void (*enqueue)(struct task_struct *p, u64 enq_flags);
    void (*dequeue)(struct task_struct *p, u64 deq_flags);
    void (*dispatch)(s32 cpu, struct task_struct *prev);
    void (*tick)(struct task_struct *p);
    void (*runnable)(struct task_struct *p, u64 enq_flags);
    void (*running)(struct task_struct *p);
    void (*stopping)(struct task_struct *p, bool runnable);
    void (*quiescent)(struct task_struct *p, u64 deq_flags);
    bool (*yield)(struct task_struct *from, struct task_struct *to);
    bool (*core_sched_before)(struct task_struct *a, struct task_struct *b);
    void (*set_weight)(struct task_struct *p, u32 weight);
    void (*set_cpumask)(struct task_struct *p, const struct cpumask *cpumask);
    void (*update_idle)(s32 cpu, bool idle);
    void (*cpu_acquire)(s32 cpu, struct scx_cpu_acquire_args *args);
    void (*cpu_release)(s32 cpu, struct scx_cpu_release_args *args);
    s32 (*init_task)(struct task_struct *p, struct scx_init_task_args *args);
    void (*exit_task)(struct task_struct *p, struct scx_exit_task_args *args);
    void (*enable)(struct task_struct *p);
    void (*disable)(struct task_struct *p);
    void (*dump)(struct scx_dump_ctx *ctx);
    void (*dump_cpu)(struct scx_dump_ctx *ctx, s32 cpu, bool idle);
    void (*dump_task)(struct scx_dump_ctx *ctx, struct task_struct *p);
    s32 (*cgroup_init)(struct cgroup *cgrp, struct scx_cgroup_init_args *args);
    void (*cgroup_exit)(struct cgroup *cgrp);
    s32 (*cgroup_prep_move)(struct task_struct *p, struct cgroup *from, struct cgroup *to);
    void (*cgroup_move)(struct task_struct *p, struct cgroup *from, struct cgroup *to);
    void (*cgroup_cancel_move)(struct task_struct *p, struct cgroup *from, struct cgroup *to);
    void (*cgroup_set_weight)(struct cgroup *cgrp, u32 weight);
#if SINCE(617)
    void (*cgroup_set_bandwidth)(struct cgroup *cgrp, u64 period_us, u64 quota_us, u64 burst_us);
#endif
#if SINCE(619)
    void (*cgroup_set_idle)(struct cgroup *cgrp, bool idle);
#endif
    void (*cpu_online)(s32 cpu);
    void (*cpu_offline)(s32 cpu);
    s32 (*init)(void);
    void (*exit)(struct scx_exit_info *info);
    u32 dispatch_max_batch;
    u64 flags;
    u32 timeout_ms, exit_dump_len;
    u64 hotplug_seq;
    char name[SCX_OPS_NAME_LEN];
};

#if SINCE(619)
struct scx_bpf_dsq_insert_vtime_args { u64 dsq_id, slice, vtime, enq_flags; };
struct scx_bpf_select_cpu_and_args { s32 prev_cpu; u64 wake_flags, flags; };
#endif
#if SINCE(615)
struct scx_event_stats {
    s64 SCX_EV_SELECT_CPU_FALLBACK, SCX_EV_DISPATCH_LOCAL_DSQ_OFFLINE, SCX_EV_DISPATCH_KEEP_LAST, SCX_EV_ENQ_SKIP_EXITING, SCX_EV_ENQ_SKIP_MIGRATION_DISABLED,
        SCX_EV_REFILL_SLICE_DFL, SCX_EV_BYPASS_DURATION, SCX_EV_BYPASS_DISPATCH, SCX_EV_BYPASS_ACTIVATE;
};
#endif

/* BTF has the types that a variable is of. */
#define SEEN(kind, name) kind name seen_##name;
SEEN(enum, scx_public_consts) SEEN(enum, scx_consts) SEEN(enum, scx_dsq_id_flags) SEEN(enum, scx_dsq_iter_flags) SEEN(enum, scx_wake_flags)
SEEN(enum, scx_enq_flags) SEEN(enum, scx_deq_flags) SEEN(enum, scx_pick_idle_cpu_flags) SEEN(enum, scx_kick_flags) SEEN(enum, scx_ops_flags)
SEEN(enum, scx_exit_kind) SEEN(enum, scx_exit_code) SEEN(enum, scx_cpu_preempt_reason) SEEN(enum, scx_ent_flags) SEEN(enum, scx_task_state)
SEEN(struct, task_struct) SEEN(struct, rq) SEEN(struct, scx_exit_info) SEEN(struct, scx_init_task_args) SEEN(struct, scx_exit_task_args)
SEEN(struct, scx_cgroup_init_args) SEEN(struct, scx_cpu_acquire_args) SEEN(struct, scx_cpu_release_args) SEEN(struct, scx_dump_ctx) SEEN(struct, sched_ext_ops)
SEEN(struct, task_group) SEEN(struct, css_set) SEEN(struct, cgroup) SEEN(struct, kernfs_node) SEEN(struct, mm_struct) SEEN(struct, file) SEEN(struct, dentry)
SEEN(struct, pid) SEEN(struct, pid_namespace) SEEN(struct, cred) SEEN(struct, scx_dispatch_q) SEEN(struct, cpumask) SEEN(struct, cgroup_subsys_state)
SEEN(struct, bpf_rb_root) SEEN(struct, bpf_rb_node) SEEN(struct, bpf_list_head) SEEN(struct, bpf_list_node) SEEN(struct, bpf_cpumask)
SEEN(struct, bpf_iter_num) SEEN(struct, bpf_iter_bits) SEEN(struct, bpf_iter_scx_dsq) SEEN(struct, bpf_iter_css) SEEN(struct, bpf_iter_task) SEEN(struct, bpf_dynptr)
#if SINCE(619)
SEEN(struct, scx_bpf_dsq_insert_vtime_args) SEEN(struct, scx_bpf_select_cpu_and_args)
#endif

/* ---------------------------------------------------------------- kernel functions */

/* Only the prototype counts: BTF has the functions that are defined. */
#define GIVES(type, name, ...) type name(__VA_ARGS__) { return (type)0; }
#define DOES(name, ...) void name(__VA_ARGS__) {}

/* sched_ext: queues */
GIVES(s32, scx_bpf_create_dsq, u64 dsq_id, s32 node)
DOES(scx_bpf_destroy_dsq, u64 dsq_id)
GIVES(s32, scx_bpf_dsq_nr_queued, u64 dsq_id)
GIVES(u32, scx_bpf_dispatch_nr_slots, void)
DOES(scx_bpf_dispatch_cancel, void)
GIVES(int, bpf_iter_scx_dsq_new, struct bpf_iter_scx_dsq *it, u64 dsq_id, u64 flags)
GIVES(struct task_struct *, bpf_iter_scx_dsq_next, struct bpf_iter_scx_dsq *it)
DOES(bpf_iter_scx_dsq_destroy, struct bpf_iter_scx_dsq *it)
#if !SINCE(618)
DOES(scx_bpf_dispatch, struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags)
DOES(scx_bpf_dispatch_vtime, struct task_struct *p, u64 dsq_id, u64 slice, u64 vtime, u64 enq_flags)
GIVES(bool, scx_bpf_consume, u64 dsq_id)
DOES(scx_bpf_dispatch_from_dsq_set_slice, struct bpf_iter_scx_dsq *it__iter, u64 slice)
DOES(scx_bpf_dispatch_from_dsq_set_vtime, struct bpf_iter_scx_dsq *it__iter, u64 vtime)
GIVES(bool, scx_bpf_dispatch_from_dsq, struct bpf_iter_scx_dsq *it__iter, struct task_struct *p, u64 dsq_id, u64 enq_flags)
GIVES(bool, scx_bpf_dispatch_vtime_from_dsq, struct bpf_iter_scx_dsq *it__iter, struct task_struct *p, u64 dsq_id, u64 enq_flags)
#endif
#if SINCE(613)
DOES(scx_bpf_dsq_insert, struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags)
DOES(scx_bpf_dsq_insert_vtime, struct task_struct *p, u64 dsq_id, u64 slice, u64 vtime, u64 enq_flags)
GIVES(bool, scx_bpf_dsq_move_to_local, u64 dsq_id)
DOES(scx_bpf_dsq_move_set_slice, struct bpf_iter_scx_dsq *it__iter, u64 slice)
DOES(scx_bpf_dsq_move_set_vtime, struct bpf_iter_scx_dsq *it__iter, u64 vtime)
GIVES(bool, scx_bpf_dsq_move, struct bpf_iter_scx_dsq *it__iter, struct task_struct *p, u64 dsq_id, u64 enq_flags)
GIVES(bool, scx_bpf_dsq_move_vtime, struct bpf_iter_scx_dsq *it__iter, struct task_struct *p, u64 dsq_id, u64 enq_flags)
#endif
#if SINCE(619)
GIVES(bool, scx_bpf_dsq_insert___v2, struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags)
GIVES(bool, __scx_bpf_dsq_insert_vtime, struct task_struct *p, struct scx_bpf_dsq_insert_vtime_args *args)
GIVES(struct task_struct *, scx_bpf_dsq_peek, u64 dsq_id)
#endif
#if SINCE(701)
GIVES(bool, scx_bpf_dsq_move_to_local___v2, u64 dsq_id, u64 enq_flags)
#endif
GIVES(u32, scx_bpf_reenqueue_local, void)
#if SINCE(619)
DOES(scx_bpf_reenqueue_local___v2, void)
#endif
#if SINCE(700)
DOES(scx_bpf_dsq_reenq, u64 dsq_id, u64 reenq_flags)
#endif

/* sched_ext: CPUs */
GIVES(s32, scx_bpf_select_cpu_dfl, struct task_struct *p, s32 prev_cpu, u64 wake_flags, bool *is_idle)
DOES(scx_bpf_kick_cpu, s32 cpu, u64 flags)
GIVES(u32, scx_bpf_cpuperf_cap, s32 cpu)
GIVES(u32, scx_bpf_cpuperf_cur, s32 cpu)
DOES(scx_bpf_cpuperf_set, s32 cpu, u32 perf)
GIVES(u32, scx_bpf_nr_cpu_ids, void)
GIVES(const struct cpumask *, scx_bpf_get_possible_cpumask, void)
GIVES(const struct cpumask *, scx_bpf_get_online_cpumask, void)
DOES(scx_bpf_put_cpumask, const struct cpumask *cpumask)
GIVES(const struct cpumask *, scx_bpf_get_idle_cpumask, void)
GIVES(const struct cpumask *, scx_bpf_get_idle_smtmask, void)
DOES(scx_bpf_put_idle_cpumask, const struct cpumask *idle_mask)
GIVES(bool, scx_bpf_test_and_clear_cpu_idle, s32 cpu)
GIVES(s32, scx_bpf_pick_idle_cpu, const struct cpumask *cpus_allowed, u64 flags)
GIVES(s32, scx_bpf_pick_any_cpu, const struct cpumask *cpus_allowed, u64 flags)
GIVES(struct rq *, scx_bpf_cpu_rq, s32 cpu)
#if SINCE(615)
GIVES(u32, scx_bpf_nr_node_ids, void)
GIVES(int, scx_bpf_cpu_node, s32 cpu)
GIVES(const struct cpumask *, scx_bpf_get_idle_cpumask_node, int node)
GIVES(const struct cpumask *, scx_bpf_get_idle_smtmask_node, int node)
GIVES(s32, scx_bpf_pick_idle_cpu_node, const struct cpumask *cpus_allowed, int node, u64 flags)
GIVES(s32, scx_bpf_pick_any_cpu_node, const struct cpumask *cpus_allowed, int node, u64 flags)
#endif
#if SINCE(616)
GIVES(s32, scx_bpf_select_cpu_and, struct task_struct *p, s32 prev_cpu, u64 wake_flags, const struct cpumask *cpus_allowed, u64 flags)
#endif
#if SINCE(618)
GIVES(struct task_struct *, scx_bpf_cpu_curr, s32 cpu)
GIVES(struct rq *, scx_bpf_locked_rq, void)
#endif
#if SINCE(619)
GIVES(s32, __scx_bpf_select_cpu_and, struct task_struct *p, const struct cpumask *cpus_allowed, struct scx_bpf_select_cpu_and_args *args)
#endif

/* sched_ext: tasks, time and messages */
GIVES(bool, scx_bpf_task_running, const struct task_struct *p)
GIVES(s32, scx_bpf_task_cpu, const struct task_struct *p)
GIVES(struct cgroup *, scx_bpf_task_cgroup, struct task_struct *p)
#if SINCE(619)
GIVES(bool, scx_bpf_task_set_slice, struct task_struct *p, u64 slice)
GIVES(bool, scx_bpf_task_set_dsq_vtime, struct task_struct *p, u64 vtime)
#endif
#if SINCE(614)
GIVES(u64, scx_bpf_now, void)
#endif
#if SINCE(615)
DOES(scx_bpf_events, struct scx_event_stats *events, unsigned long events__sz)
#endif
DOES(scx_bpf_exit_bstr, s64 exit_code, char *fmt, unsigned long long *data, u32 data__sz)
DOES(scx_bpf_error_bstr, char *fmt, unsigned long long *data, u32 data__sz)
DOES(scx_bpf_dump_bstr, char *fmt, unsigned long long *data, u32 data__sz)

/* all kinds of programs: tasks and cgroups */
GIVES(struct task_struct *, bpf_task_acquire, struct task_struct *p)
DOES(bpf_task_release, struct task_struct *p)
GIVES(struct task_struct *, bpf_task_from_pid, s32 pid)
GIVES(struct cgroup *, bpf_cgroup_acquire, struct cgroup *cgrp)
DOES(bpf_cgroup_release, struct cgroup *cgrp)
GIVES(struct cgroup *, bpf_cgroup_ancestor, struct cgroup *cgrp, int level)
GIVES(struct cgroup *, bpf_cgroup_from_id, u64 cgid)
GIVES(long, bpf_task_under_cgroup, struct task_struct *task, struct cgroup *ancestor)
#if SINCE(614)
GIVES(struct task_struct *, bpf_task_from_vpid, s32 vpid)
#endif

/* masks of CPUs */
GIVES(struct bpf_cpumask *, bpf_cpumask_create, void)
GIVES(struct bpf_cpumask *, bpf_cpumask_acquire, struct bpf_cpumask *cpumask)
DOES(bpf_cpumask_release, struct bpf_cpumask *cpumask)
GIVES(u32, bpf_cpumask_first, const struct cpumask *cpumask)
GIVES(u32, bpf_cpumask_first_zero, const struct cpumask *cpumask)
GIVES(u32, bpf_cpumask_first_and, const struct cpumask *src1, const struct cpumask *src2)
DOES(bpf_cpumask_set_cpu, u32 cpu, struct bpf_cpumask *cpumask)
DOES(bpf_cpumask_clear_cpu, u32 cpu, struct bpf_cpumask *cpumask)
GIVES(bool, bpf_cpumask_test_cpu, u32 cpu, const struct cpumask *cpumask)
GIVES(bool, bpf_cpumask_test_and_set_cpu, u32 cpu, struct bpf_cpumask *cpumask)
GIVES(bool, bpf_cpumask_test_and_clear_cpu, u32 cpu, struct bpf_cpumask *cpumask)
DOES(bpf_cpumask_setall, struct bpf_cpumask *cpumask)
DOES(bpf_cpumask_clear, struct bpf_cpumask *cpumask)
GIVES(bool, bpf_cpumask_and, struct bpf_cpumask *dst, const struct cpumask *src1, const struct cpumask *src2)
DOES(bpf_cpumask_or, struct bpf_cpumask *dst, const struct cpumask *src1, const struct cpumask *src2)
DOES(bpf_cpumask_xor, struct bpf_cpumask *dst, const struct cpumask *src1, const struct cpumask *src2)
GIVES(bool, bpf_cpumask_equal, const struct cpumask *src1, const struct cpumask *src2)
GIVES(bool, bpf_cpumask_intersects, const struct cpumask *src1, const struct cpumask *src2)
GIVES(bool, bpf_cpumask_subset, const struct cpumask *src1, const struct cpumask *src2)
GIVES(bool, bpf_cpumask_empty, const struct cpumask *cpumask)
GIVES(bool, bpf_cpumask_full, const struct cpumask *cpumask)
DOES(bpf_cpumask_copy, struct bpf_cpumask *dst, const struct cpumask *src)
GIVES(u32, bpf_cpumask_any_distribute, const struct cpumask *cpumask)
GIVES(u32, bpf_cpumask_any_and_distribute, const struct cpumask *src1, const struct cpumask *src2)
GIVES(u32, bpf_cpumask_weight, const struct cpumask *cpumask)
#if SINCE(615)
GIVES(int, bpf_cpumask_populate, struct cpumask *cpumask, void *src, unsigned long src__sz)
#endif

/* objects, trees and lists */
GIVES(void *, bpf_obj_new_impl, u64 local_type_id__k, void *meta__ign)
DOES(bpf_obj_drop_impl, void *p__alloc, void *meta__ign)
GIVES(void *, bpf_refcount_acquire_impl, void *p__refcounted_kptr, void *meta__ign)
GIVES(int, bpf_list_push_front_impl, struct bpf_list_head *head, struct bpf_list_node *node, void *meta__ign, u64 off)
GIVES(int, bpf_list_push_back_impl, struct bpf_list_head *head, struct bpf_list_node *node, void *meta__ign, u64 off)
GIVES(struct bpf_list_node *, bpf_list_pop_front, struct bpf_list_head *head)
GIVES(struct bpf_list_node *, bpf_list_pop_back, struct bpf_list_head *head)
GIVES(int, bpf_rbtree_add_impl, struct bpf_rb_root *root, struct bpf_rb_node *node, bool (less)(struct bpf_rb_node *a, const struct bpf_rb_node *b),
      void *meta__ign, u64 off)
GIVES(struct bpf_rb_node *, bpf_rbtree_remove, struct bpf_rb_root *root, struct bpf_rb_node *node)
GIVES(struct bpf_rb_node *, bpf_rbtree_first, struct bpf_rb_root *root)
#if SINCE(616)
GIVES(struct bpf_rb_node *, bpf_rbtree_root, struct bpf_rb_root *root)
GIVES(struct bpf_rb_node *, bpf_rbtree_left, struct bpf_rb_root *root, struct bpf_rb_node *node)
GIVES(struct bpf_rb_node *, bpf_rbtree_right, struct bpf_rb_root *root, struct bpf_rb_node *node)
GIVES(struct bpf_list_node *, bpf_list_front, struct bpf_list_head *head)
GIVES(struct bpf_list_node *, bpf_list_back, struct bpf_list_head *head)
#endif

/* iterators, locks and casts */
GIVES(int, bpf_iter_num_new, struct bpf_iter_num *it, int start, int end)
GIVES(int *, bpf_iter_num_next, struct bpf_iter_num *it)
DOES(bpf_iter_num_destroy, struct bpf_iter_num *it)
GIVES(int, bpf_iter_bits_new, struct bpf_iter_bits *it, const u64 *unsafe_ptr__ign, u32 nr_words)
GIVES(int *, bpf_iter_bits_next, struct bpf_iter_bits *it)
DOES(bpf_iter_bits_destroy, struct bpf_iter_bits *it)
GIVES(int, bpf_iter_css_new, struct bpf_iter_css *it, struct cgroup_subsys_state *start, unsigned int flags)
GIVES(struct cgroup_subsys_state *, bpf_iter_css_next, struct bpf_iter_css *it)
DOES(bpf_iter_css_destroy, struct bpf_iter_css *it)
GIVES(int, bpf_iter_task_new, struct bpf_iter_task *it, struct task_struct *task__nullable, unsigned int flags)
GIVES(struct task_struct *, bpf_iter_task_next, struct bpf_iter_task *it)
DOES(bpf_iter_task_destroy, struct bpf_iter_task *it)
DOES(bpf_rcu_read_lock, void)
DOES(bpf_rcu_read_unlock, void)
DOES(bpf_preempt_disable, void)
DOES(bpf_preempt_enable, void)
#if SINCE(614)
DOES(bpf_local_irq_save, unsigned long *flags__irq_flag)
DOES(bpf_local_irq_restore, unsigned long *flags__irq_flag)
#endif
GIVES(void *, bpf_cast_to_kern_ctx, void *obj)
GIVES(void *, bpf_rdonly_cast, const void *obj__ign, u32 btf_id__k)
GIVES(int, bpf_dynptr_adjust, const struct bpf_dynptr *p, u32 start, u32 end)
GIVES(bool, bpf_dynptr_is_null, const struct bpf_dynptr *p)
GIVES(bool, bpf_dynptr_is_rdonly, const struct bpf_dynptr *p)
GIVES(u32, bpf_dynptr_size, const struct bpf_dynptr *p)
GIVES(int, bpf_dynptr_clone, const struct bpf_dynptr *p, struct bpf_dynptr *clone__uninit)
GIVES(void *, bpf_dynptr_slice, const struct bpf_dynptr *p, u32 offset, void *buffer__opt, u32 buffer__szk)
GIVES(void *, bpf_dynptr_slice_rdwr, const struct bpf_dynptr *p, u32 offset, void *buffer__opt, u32 buffer__szk)
DOES(bpf_throw, u64 cookie)
