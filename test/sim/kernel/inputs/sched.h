/* SPDX-License-Identifier: GPL-2.0-only */
/* For schedulers in C that show one behaviour of the kernel each: the types that the simulated kernel shows, its functions, and how a scheduler is made of callbacks.
 * Compile with: clang -target bpf -mcpu=v3 -O2 -g -I runtime/sim/kernel */
// clang-format off: as the kernel writes it, shorter
#pragma once
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#include "types.h"
#pragma clang attribute pop

#define SEC(name) __attribute__((section(name), used))
#define KSYM __attribute__((section(".ksyms")))

enum { ENQ_WAKEUP = 1, ENQ_HEAD = 16 };
#define ENQ_PREEMPT (1ull << 32)
#define ENQ_REENQ (1ull << 40)
#define ENQ_LAST (1ull << 41)
#define DSQ_GLOBAL (1ull << 63 | 1)
#define DSQ_LOCAL (1ull << 63 | 2)
#define DSQ_LOCAL_ON (3ull << 62)
#define MS 1000000ull
#define WAKE_SYNC 16
#define KICK_IDLE 1
#define KICK_PREEMPT 2
#define KICK_WAIT 4

struct bpf_iter_scx_dsq { u64 opaque[6]; };

extern s32 scx_bpf_select_cpu_dfl(struct task_struct *p, s32 prev_cpu, u64 wake_flags, bool *is_idle) KSYM;
extern void scx_bpf_dispatch(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) KSYM;
extern void scx_bpf_dispatch_vtime(struct task_struct *p, u64 dsq_id, u64 slice, u64 vtime, u64 enq_flags) KSYM;
extern bool scx_bpf_consume(u64 dsq_id) KSYM;
extern u32 scx_bpf_dispatch_nr_slots(void) KSYM;
extern void scx_bpf_dispatch_cancel(void) KSYM;
extern s32 scx_bpf_create_dsq(u64 dsq_id, s32 node) KSYM;
extern s32 scx_bpf_dsq_nr_queued(u64 dsq_id) KSYM;
extern void scx_bpf_kick_cpu(s32 cpu, u64 flags) KSYM;
extern s32 scx_bpf_pick_idle_cpu(const struct cpumask *cpus_allowed, u64 flags) KSYM;
extern bool scx_bpf_test_and_clear_cpu_idle(s32 cpu) KSYM;
extern s32 scx_bpf_task_cpu(const struct task_struct *p) KSYM;
extern struct cgroup *scx_bpf_task_cgroup(struct task_struct *p) KSYM;
extern void scx_bpf_destroy_dsq(u64 dsq_id) KSYM;
extern bool scx_bpf_task_running(const struct task_struct *p) KSYM;
extern void scx_bpf_error_bstr(char *format, unsigned long long *data, u32 data__sz) KSYM;
extern void scx_bpf_exit_bstr(s64 exit_code, char *format, unsigned long long *data, u32 data__sz) KSYM;
extern void scx_bpf_dump_bstr(char *format, unsigned long long *data, u32 data__sz) KSYM;
extern bool scx_bpf_dispatch_from_dsq(struct bpf_iter_scx_dsq *it__iter, struct task_struct *p, u64 dsq_id, u64 enq_flags) KSYM;
extern int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq_id, u64 flags) KSYM;
extern struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it) KSYM;
extern void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it) KSYM;
extern struct task_struct *bpf_task_from_pid(s32 pid) KSYM;
extern void bpf_task_release(struct task_struct *p) KSYM;

static long (*bpf_trace_printk)(const char *format, u32 size, ...) = (void *)6;
static u32 (*bpf_get_smp_processor_id)(void) = (void *)8;
static u64 (*bpf_ktime_get_ns)(void) = (void *)5;

/* CALLBACK(enqueue) { struct task_struct *p = ARG(0); … } */
#define CALLBACK(name) SEC("struct_ops/" #name) s32 name(u64 *ctx)
#define SLEEPABLE(name) SEC("struct_ops.s/" #name) s32 name(u64 *ctx)
#define ARG(n) ((void *)ctx[n])
/* A callback that is there to be seen in a trace. */
#define SILENT(name) CALLBACK(name) { return 0; }
#define PRINT(text, ...) ({ static const char format__[] = text; bpf_trace_printk(format__, sizeof format__, ##__VA_ARGS__); })

struct sched_ext_ops {
    void *select_cpu, *enqueue, *dequeue, *dispatch, *tick, *runnable, *running, *stopping, *quiescent, *yield, *core_sched_before, *set_weight, *set_cpumask, *update_idle;
    void *cpu_acquire, *cpu_release, *init_task, *exit_task, *enable, *disable, *dump, *dump_cpu, *dump_task;
    void *cgroup_init, *cgroup_exit, *cgroup_prep_move, *cgroup_move, *cgroup_cancel_move, *cgroup_set_weight;
    void *cpu_online, *cpu_offline, *init, *exit;
    u32 dispatch_max_batch;
    u64 flags;
    u32 timeout_ms, exit_dump_len;
    u64 hotplug_seq;
    char name[128];
};
#define SCHEDULER(...) SEC(".struct_ops.link") struct sched_ext_ops ops = {.name = "test", __VA_ARGS__}
char _license[] SEC("license") = "GPL";
