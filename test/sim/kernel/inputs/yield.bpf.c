/* SPDX-License-Identifier: GPL-2.0-only */
/* One DSQ; with YIELD, ops.yield leaves the slice as it is. `zero` takes a task's slice after it was put into the local DSQ. */
#include "sched.h"

const volatile int zero;

CALLBACK(enqueue) {
    struct task_struct *p = ARG(0);
    scx_bpf_dispatch(p, zero ? DSQ_LOCAL : 1, 5 * MS, ctx[1]);
    if (zero)
        p->scx.slice = 0;
    return 0;
}
CALLBACK(dispatch) {
    scx_bpf_consume(1);
    return 0;
}
SILENT(running)
SILENT(stopping)
SILENT(yield)
SLEEPABLE(init) { return scx_bpf_create_dsq(1, -1); }
SCHEDULER(.enqueue = enqueue, .dispatch = dispatch, .running = running, .stopping = stopping, .init = init,
#ifdef YIELD
          .yield = yield
#endif
);
