/* SPDX-License-Identifier: GPL-2.0-only */
/* When b is queued at 1 ms or later, the CPU where that happens kicks the others with `kick`, and itself. */
#include "sched.h"

const volatile u64 kick = KICK_PREEMPT | KICK_WAIT;

CALLBACK(select_cpu) { return (s32)ctx[1]; }
CALLBACK(enqueue) {
    struct task_struct *p = ARG(0);
    scx_bpf_dispatch(p, 1, 20 * MS, ctx[1]);
    if (p->comm[0] == 'b' && bpf_ktime_get_ns() >= MS) {
        scx_bpf_kick_cpu(0, KICK_PREEMPT);
        scx_bpf_kick_cpu(1, kick);
        scx_bpf_kick_cpu(2, kick);
    }
    return 0;
}
CALLBACK(dispatch) {
    scx_bpf_consume(1);
    return 0;
}
SLEEPABLE(init) { return scx_bpf_create_dsq(1, -1); }
SCHEDULER(.select_cpu = select_cpu, .enqueue = enqueue, .dispatch = dispatch, .init = init);
