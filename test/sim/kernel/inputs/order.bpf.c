/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks b to e go into DSQ 1: with vtimes 20, 10, 20, 10, or first in, first out if `fifo`; e with SCX_ENQ_HEAD. `mixed`: c alone the other way than b. */
#include "sched.h"

const volatile int fifo, mixed;

CALLBACK(enqueue) {
    struct task_struct *p = ARG(0);
    char name = p->comm[0];
    u64 flags = ctx[1] | (name == 'e' ? ENQ_HEAD : 0);
    if (mixed && name == 'c' ? !fifo : fifo)
        scx_bpf_dispatch(p, 1, 20 * MS, flags);
    else
        scx_bpf_dispatch_vtime(p, 1, 20 * MS, name == 'b' || name == 'd' ? 20 : 10, flags);
    return 0;
}
CALLBACK(dispatch) {
    scx_bpf_consume(1);
    return 0;
}
SLEEPABLE(init) { return scx_bpf_create_dsq(1, -1); }
SCHEDULER(.enqueue = enqueue, .dispatch = dispatch, .init = init);
