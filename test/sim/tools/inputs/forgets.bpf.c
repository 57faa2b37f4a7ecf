// SPDX-License-Identifier: GPL-2.0-only
/* A scheduler that keeps every fifth task for itself and never dispatches it. */
#include "sched.h"

static u64 seen;

CALLBACK(enqueue) {
    struct task_struct *p = ARG(0);
    if (++seen % 5)
        scx_bpf_dispatch(p, DSQ_GLOBAL, 20 * MS, 0);
    return 0;
}
SCHEDULER(.enqueue = enqueue, .timeout_ms = 500);
