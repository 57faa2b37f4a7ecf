/* SPDX-License-Identifier: GPL-2.0-only */
/* All wait in DSQ 1, and CPU 1 is kicked for each. Tasks named m go to CPU `remote`, if that is set. */
#include "sched.h"

const volatile int remote = -1;

CALLBACK(select_cpu) { return (s32)ctx[1]; }
CALLBACK(enqueue) {
    struct task_struct *p = ARG(0);
    scx_bpf_dispatch(p, remote >= 0 && p->comm[0] == 'm' && p->migration_disabled ? DSQ_LOCAL_ON | remote : 1, 2 * MS, ctx[1]);
    scx_bpf_kick_cpu(1, KICK_IDLE);
    return 0;
}
CALLBACK(dispatch) {
    scx_bpf_consume(1);
    return 0;
}
SILENT(dequeue)
SILENT(runnable)
CALLBACK(running) {
    struct task_struct *p = ARG(0);
    PRINT("migration %u", p->migration_disabled);
    return 0;
}
SILENT(stopping)
SILENT(quiescent)
SILENT(set_cpumask)
SLEEPABLE(init) { return scx_bpf_create_dsq(1, -1); }
SCHEDULER(.select_cpu = select_cpu, .enqueue = enqueue, .dequeue = dequeue, .dispatch = dispatch, .runnable = runnable, .running = running, .stopping = stopping, .quiescent = quiescent,
          .set_cpumask = set_cpumask, .init = init);
