/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks named w stay in the program's hands until `hold` ns are over, others go into the local DSQ. */
#include "sched.h"

const volatile u64 hold = 10 * MS;

CALLBACK(select_cpu) { return (s32)ctx[1]; }
CALLBACK(enqueue) {
    struct task_struct *p = ARG(0);
    if (p->comm[0] != 'w' || bpf_ktime_get_ns() >= hold)
        scx_bpf_dispatch(p, DSQ_LOCAL, 20 * MS, ctx[1]);
    return 0;
}
SILENT(dequeue)
CALLBACK(dispatch) {
    struct task_struct *p = bpf_task_from_pid(102);
    if (p) {
        if (bpf_ktime_get_ns() >= hold)
            scx_bpf_dispatch(p, DSQ_LOCAL_ON | scx_bpf_task_cpu(p), 20 * MS, 0);
        bpf_task_release(p);
    }
    return 0;
}
SILENT(runnable)
SILENT(running)
SILENT(quiescent)
SILENT(set_weight)
SILENT(set_cpumask)
SLEEPABLE(cgroup_prep_move) { return 0; }
SILENT(cgroup_move)
SCHEDULER(.select_cpu = select_cpu, .enqueue = enqueue, .dequeue = dequeue, .dispatch = dispatch, .runnable = runnable, .running = running, .quiescent = quiescent, .set_weight = set_weight,
          .set_cpumask = set_cpumask, .cgroup_prep_move = cgroup_prep_move, .cgroup_move = cgroup_move);
