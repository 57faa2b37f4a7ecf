/* SPDX-License-Identifier: GPL-2.0-only */
/* In the first ops.dispatch with a task that ended: goes over DSQ 1, moves its tasks, and tries again what must fail. */
#include "sched.h"

enum { REVERSE = 1 << 16 };

static void look(u64 flags) {
    struct bpf_iter_scx_dsq it;
    struct task_struct *p;
    bpf_iter_scx_dsq_new(&it, 1, flags);
    while ((p = bpf_iter_scx_dsq_next(&it)))
        PRINT("sees %c", p->comm[0]);
    bpf_iter_scx_dsq_destroy(&it);
}

CALLBACK(enqueue) {
    scx_bpf_dispatch(ARG(0), 1, 20 * MS, ctx[1]);
    return 0;
}
CALLBACK(dispatch) {
    struct task_struct *prev = ARG(1), *p;
    struct bpf_iter_scx_dsq it, back;
    if (!prev || prev->comm[0] != 'a') {
        scx_bpf_consume(1);
        return 0;
    }
    look(0);
    look(REVERSE);
    PRINT("unknown DSQ %d", bpf_iter_scx_dsq_new(&it, 9, 0));
    bpf_iter_scx_dsq_destroy(&it);
    PRINT("unknown flag %d", bpf_iter_scx_dsq_new(&it, 1, 1));
    bpf_iter_scx_dsq_destroy(&it);

    bpf_iter_scx_dsq_new(&it, 1, 0);
    if ((p = bpf_iter_scx_dsq_next(&it))) {
        PRINT("first %c", p->comm[0]);
        PRINT("moved %d", scx_bpf_dispatch_from_dsq(&it, p, 2, 0));
        PRINT("moved again %d", scx_bpf_dispatch_from_dsq(&it, p, 2, 0));
        bpf_iter_scx_dsq_new(&back, 2, 0);
        if ((p = bpf_iter_scx_dsq_next(&back)))
            PRINT("moved back %d", scx_bpf_dispatch_from_dsq(&back, p, 1, 0));
        bpf_iter_scx_dsq_destroy(&back);
        if (p)
            PRINT("queued anew, moved %d", scx_bpf_dispatch_from_dsq(&it, p, 2, 0));
    }
    while ((p = bpf_iter_scx_dsq_next(&it)))
        PRINT("then %c", p->comm[0]);
    bpf_iter_scx_dsq_destroy(&it);

    bpf_iter_scx_dsq_new(&it, 1, REVERSE);
    bpf_iter_scx_dsq_next(&it);
    if ((p = bpf_iter_scx_dsq_next(&it)))
        scx_bpf_dispatch_from_dsq(&it, p, DSQ_LOCAL_ON | 0, ENQ_HEAD);
    bpf_iter_scx_dsq_destroy(&it);
    return 0;
}
SILENT(running)
SLEEPABLE(init) { return scx_bpf_create_dsq(1, -1) ?: scx_bpf_create_dsq(2, -1); }
SCHEDULER(.enqueue = enqueue, .dispatch = dispatch, .running = running, .init = init);
