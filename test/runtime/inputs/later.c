/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel of later than the test kernel's days, as far as asks.bpf.c looks: compiled for its BTF. */
struct sched_ext_ops {
    int (*init)(void);
    char name[128];
    unsigned long long flags;
    unsigned timeout_ms;
    void (*cgroup_set_bandwidth)(void *cgrp, unsigned long long period_us, unsigned long long quota_us, unsigned long long burst_us);
};
enum scx_ops_flags { SCX_OPS_KEEP_BUILTIN_IDLE = 1, SCX_OPS_ALWAYS_ENQ_IMMED = 128 };
struct task_struct {
    int pid;
    union {
        int other;
        struct {
            long long inner;
        };
    };
    struct {
        unsigned weight;
    } scx;
};
enum scx_enq_flags { SCX_ENQ_HEAD = 65536 };
enum bpf_func_id { BPF_FUNC_unspec, BPF_FUNC_map_lookup_elem };
_Bool scx_bpf_dsq_insert___v2(struct task_struct *p, unsigned long long dsq, unsigned long long slice, unsigned long long flags) { return p && dsq + slice + flags; }
int scx_bpf_task_cpu(struct task_struct *p, int more) { return p->pid + more; }

struct sched_ext_ops ops;
enum scx_ops_flags flags;
enum scx_enq_flags enqueue;
enum bpf_func_id helper;
