/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own choice of a CPU, as for a synchronous wakeup if `sync` is set. */
#include "sched.h"

const volatile int sync;

CALLBACK(select_cpu) {
    struct task_struct *p = ARG(0);
    bool idle = 0;
    s32 cpu = scx_bpf_select_cpu_dfl(p, (s32)ctx[1], ctx[2] | (sync ? WAKE_SYNC : 0), &idle);
    if (idle)
        scx_bpf_dispatch(p, DSQ_LOCAL, 5 * MS, 0);
    return cpu;
}
CALLBACK(enqueue) {
    scx_bpf_dispatch(ARG(0), DSQ_GLOBAL, 5 * MS, ctx[1]);
    return 0;
}
SILENT(runnable)
SCHEDULER(.select_cpu = select_cpu, .enqueue = enqueue, .runnable = runnable);
