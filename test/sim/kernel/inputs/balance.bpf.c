/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks named l go into the local DSQ, g into the global one, others into DSQ 1, and kick their CPU if `kick` is a flag more than 1. The first `spurious` calls of ops.dispatch
 * dispatch task 100, which sleeps. */
#include "sched.h"

const volatile int spurious, kick = -1;
int calls;

CALLBACK(enqueue) {
    struct task_struct *p = ARG(0);
    char name = p->comm[0];
    scx_bpf_dispatch(p, name == 'l' ? DSQ_LOCAL : name == 'g' ? DSQ_GLOBAL : 1, 10 * MS, ctx[1]);
    if (kick >= 0 && name == 'b')
        scx_bpf_kick_cpu(0, kick);
    return 0;
}
CALLBACK(dispatch) {
    if (calls++ < spurious) {
        struct task_struct *p = bpf_task_from_pid(100);
        if (p) {
            scx_bpf_dispatch(p, DSQ_GLOBAL, 0, 0);
            bpf_task_release(p);
        }
    } else
        scx_bpf_consume(1);
    return 0;
}
SILENT(running)
SILENT(stopping)
SILENT(update_idle)
SLEEPABLE(init) { return scx_bpf_create_dsq(1, -1); }
SCHEDULER(.enqueue = enqueue, .dispatch = dispatch, .running = running, .stopping = stopping, .update_idle = update_idle, .init = init);
