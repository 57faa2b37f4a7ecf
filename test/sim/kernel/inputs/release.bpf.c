/* SPDX-License-Identifier: GPL-2.0-only */
/* Every task goes into the local DSQ of its CPU. When a higher class takes the CPU, those that wait there go into DSQ 1, if `reenqueue` is set. */
#include "sched.h"

extern u32 scx_bpf_reenqueue_local(void) KSYM;

const volatile int reenqueue = 1;

CALLBACK(enqueue) {
    scx_bpf_dispatch(ARG(0), ctx[1] & ENQ_REENQ ? 1 : DSQ_LOCAL, 20 * MS, ctx[1]);
    return 0;
}
CALLBACK(dispatch) {
    scx_bpf_consume(1);
    return 0;
}
SILENT(running)
SILENT(stopping)
SILENT(update_idle)
SILENT(cpu_acquire)
CALLBACK(cpu_release) {
    struct scx_cpu_release_args *args = ARG(1);
    PRINT("reason %d, %s", args->reason, args->task->comm);
    if (reenqueue)
        PRINT("%u go on", scx_bpf_reenqueue_local());
    return 0;
}
SLEEPABLE(init_task) { return 0; }
SILENT(enable)
SLEEPABLE(init) { return scx_bpf_create_dsq(1, -1); }
SCHEDULER(.enqueue = enqueue, .dispatch = dispatch, .running = running, .stopping = stopping, .update_idle = update_idle, .cpu_acquire = cpu_acquire, .cpu_release = cpu_release,
          .init_task = init_task, .enable = enable, .init = init);
