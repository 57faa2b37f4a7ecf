/* SPDX-License-Identifier: GPL-2.0-only */
/* ops.enqueue puts every task into the local DSQ of CPU `to`. */
#include "sched.h"

const volatile int to = 1, preempt;

CALLBACK(select_cpu) { return (s32)ctx[1]; }
CALLBACK(enqueue) {
    scx_bpf_dispatch(ARG(0), DSQ_LOCAL_ON | to, 20 * MS, ctx[1] | (preempt ? ENQ_PREEMPT : 0));
    return 0;
}
SILENT(dispatch)
SILENT(runnable)
SILENT(running)
SILENT(stopping)
SILENT(quiescent)
SCHEDULER(.select_cpu = select_cpu, .enqueue = enqueue, .dispatch = dispatch, .runnable = runnable, .running = running, .stopping = stopping, .quiescent = quiescent);
