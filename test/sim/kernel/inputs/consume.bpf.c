/* SPDX-License-Identifier: GPL-2.0-only */
/* All tasks wait in DSQ 1; c wakes CPU 1. With `held` the program keeps task 100 itself, and dispatches it again and again within one ops.dispatch. */
#include "sched.h"

const volatile int held;
int mine;

CALLBACK(select_cpu) { return (s32)ctx[1]; }
CALLBACK(enqueue) {
    struct task_struct *p = ARG(0);
    if (held) {
        mine = 1;
        return 0;
    }
    scx_bpf_dispatch(p, 1, 20 * MS, ctx[1]);
    if (p->comm[0] == 'c')
        scx_bpf_kick_cpu(1, KICK_IDLE);
    return 0;
}
CALLBACK(dispatch) {
    struct task_struct *p;
    if (mine && (p = bpf_task_from_pid(100))) {
        mine = 0;
        scx_bpf_dispatch(p, 2, 20 * MS, 0);
        scx_bpf_dispatch(p, 1, 20 * MS, 0);
        PRINT("slots %d", scx_bpf_dispatch_nr_slots());
        scx_bpf_dispatch_cancel();
        PRINT("slots %d", scx_bpf_dispatch_nr_slots());
        scx_bpf_dispatch(p, 1, 20 * MS, 0);
        scx_bpf_consume(1);
        PRINT("slots %d", scx_bpf_dispatch_nr_slots());
        scx_bpf_consume(2);
        bpf_task_release(p);
    } else
        scx_bpf_consume(1);
    return 0;
}
SILENT(dequeue)
SILENT(running)
SILENT(quiescent)
SILENT(runnable)
SLEEPABLE(init) { return scx_bpf_create_dsq(1, -1) ?: scx_bpf_create_dsq(2, -1); }
SCHEDULER(.select_cpu = select_cpu, .enqueue = enqueue, .dequeue = dequeue, .dispatch = dispatch, .running = running, .quiescent = quiescent, .runnable = runnable, .init = init);
