/* SPDX-License-Identifier: GPL-2.0-only */
/* Every task goes into the DSQ `into`; FLAGS are those of the scheduler. */
#include "sched.h"

const volatile u64 into = DSQ_LOCAL;

CALLBACK(enqueue) {
    scx_bpf_dispatch(ARG(0), into, 8 * MS, ctx[1]);
    return 0;
}
CALLBACK(dispatch) {
    scx_bpf_consume(1);
    return 0;
}
SILENT(running)
SILENT(stopping)
SILENT(update_idle)
SLEEPABLE(init) { return scx_bpf_create_dsq(1, -1); }
SCHEDULER(.enqueue = enqueue, .dispatch = dispatch, .running = running, .stopping = stopping, .update_idle = update_idle, .init = init, .flags = FLAGS);
