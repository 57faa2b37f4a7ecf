/* SPDX-License-Identifier: GPL-2.0-only */
/* What do tasks do under a policy, whichever it is? Programs of scxrun's own, made with it and carried in it: `list_tasks` is read as a file (bpf_iter), `trace_…`
 * stand on the kernel's tracepoints. What only the policy knows, which rule a task matches, programs of its own object tell. LookOn.cpp loads both when somebody
 * asks. */
#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "look-on.h"

#define KERNEL __attribute__((preserve_access_index)) /* members are where the running kernel has them */

struct KERNEL thread_info { unsigned cpu; };
struct KERNEL sched_entity { unsigned long long sum_exec_runtime; };
struct KERNEL sched_ext_entity { unsigned long long slice, dsq_vtime; };
struct KERNEL task_struct {
    struct thread_info thread_info;
    unsigned flags;
    int on_cpu, on_rq;
    struct sched_entity se;
    struct sched_ext_entity scx;
    unsigned policy;
    int pid, tgid;
    char comm[16];
};
struct seq_file;
struct KERNEL bpf_iter_meta { struct seq_file *seq; };
struct KERNEL bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; };

extern int scx_bpf_task_cpu(const struct task_struct *p) __ksym __weak;

char LICENSE[] SEC("license") = "GPL";

/* The loader's to set. */
const volatile int queue_at;              /* bytes, or enum queue_place */
const volatile int trace_tid, trace_tgid; /* whose decisions; 0: anybody's */

/* The policy's own, of whatever size its tasks' state has. */
struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, char);
} task__ SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, kTraceRing);
} trace_ring SEC(".maps");

/* Of those that wait the one that waits longest makes way. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 32768);
    __type(key, long long);
    __type(value, struct waiting);
} trace_since__ SEC(".maps");

bool trace_on; /* as soon as all programs of a trace stand where they should: a rule is missed no more from then on */
unsigned long long trace_count;

enum { kPfKthread = 0x200000, kPolicyShift = 8 };

static int cpuOf(struct task_struct *p)
{
    return bpf_core_field_exists(p->thread_info.cpu) ? (int)p->thread_info.cpu : scx_bpf_task_cpu(p);
}

static int queueOf(struct task_struct *p)
{
    char *state;

    if (queue_at == kOneQueue)
        return 0;
    if (queue_at == kQueueInVtime)
        return p->scx.dsq_vtime;
    state = bpf_task_storage_get(&task__, p, 0, 0);
    return state ? *(long long *)(state + queue_at) : 0;
}

SEC("?iter/task") int list_tasks(struct bpf_iter__task *context)
{
    struct task_struct *p = context->task;
    struct task_row row = {};

    if (!p) /* the end of all tasks is told as well */
        return 0;
    row.pid = p->pid;
    row.tgid = p->tgid;
    row.cpu = cpuOf(p);
    row.queue = queueOf(p);
    if (bpf_core_field_exists(p->on_cpu) && p->on_cpu)
        row.flags |= kRowRunning;
    if (p->on_rq == 1) /* TASK_ON_RQ_QUEUED */
        row.flags |= kRowRunnable;
    if (p->flags & kPfKthread)
        row.flags |= kRowKthread;
    row.flags |= (unsigned long long)p->policy << kPolicyShift;
    row.runtime = p->se.sum_exec_runtime;
    row.slice = p->scx.slice;
    __builtin_memcpy(row.comm, p->comm, sizeof row.comm);
    bpf_seq_write(context->meta->seq, &row, sizeof row);
    return 0;
}

/* Is it a task that was asked for, and may be told of? None is that idles. */
static bool wanted(struct task_struct *p)
{
    return trace_on && p->pid && (!trace_tid || trace_tid == p->pid) && (!trace_tgid || trace_tgid == p->tgid);
}

static void beginsToWait(struct task_struct *p, unsigned long long time)
{
    struct waiting waiting = {time, -1};
    long long pid = p->pid;

    bpf_map_update_elem(&trace_since__, &pid, &waiting, 0);
}

/* A task is about to be woken: the policy has not been asked yet. */
SEC("?tp_btf/sched_waking") int BPF_PROG(trace_waking, struct task_struct *p)
{
    if (wanted(p))
        beginsToWait(p, bpf_ktime_get_ns());
    return 0;
}

SEC("?tp_btf/sched_wakeup_new") int BPF_PROG(trace_new, struct task_struct *p)
{
    if (wanted(p))
        beginsToWait(p, bpf_ktime_get_ns());
    return 0;
}

/* The one task may begin to wait again, the other's waiting is over. */
SEC("?tp_btf/sched_switch") int BPF_PROG(trace_switch, unsigned char preempted, struct task_struct *prev, struct task_struct *next, unsigned state)
{
    bool prevWanted = wanted(prev), nextWanted = wanted(next), runnable = preempted || !state;
    unsigned long long time = bpf_ktime_get_ns();
    struct trace_event event = {.time = time, .rule = -1, .wait = -1};
    long long pid = next->pid;
    struct waiting *waited;

    if (prevWanted && runnable)
        beginsToWait(prev, time);
    if (!prevWanted && !nextWanted)
        return 0;
    event.cpu = bpf_get_smp_processor_id();
    event.queue = queueOf(next);
    event.prev = prev->pid;
    event.next = next->pid;
    waited = bpf_map_lookup_elem(&trace_since__, &pid);
    if (waited) {
        event.rule = waited->rule;
        event.wait = time - waited->since;
        bpf_map_delete_elem(&trace_since__, &pid);
    }
    __builtin_memcpy(event.comm, next->comm, sizeof event.comm);
    event.tgid = next->tgid;
    event.flags = (nextWanted ? kEventNextWanted : 0) | (prevWanted ? kEventPrevWanted : 0) | (runnable ? kEventPrevRunnable : 0) | next->policy << kPolicyShift;
    /* Numbered before there is room for it: a number that never comes is one that was lost. */
    event.number = __sync_fetch_and_add(&trace_count, 1);
    /* The reader looks by itself: woken for each event, it would trace itself most of all. */
    bpf_ringbuf_output(&trace_ring, &event, sizeof event, BPF_RB_NO_WAKEUP);
    return 0;
}
