/* SPDX-License-Identifier: GPL-2.0-only */
/* What is queued stays there, but for the first task. */
#include "sched.h"

#define DUMP(text, ...) ({ static const char format__[] = text; unsigned long long data__[] = {__VA_ARGS__}; scx_bpf_dump_bstr((char *)format__, data__, sizeof data__); })

const volatile u64 slice = 1000 * MS;
int told;

CALLBACK(enqueue) {
    struct task_struct *p = ARG(0);
    scx_bpf_dispatch(p, p->comm[0] == 'a' ? DSQ_LOCAL : 1, slice, ctx[1]);
    return 0;
}
CALLBACK(dump) {
    DUMP("two lines\n%d of the whole", 2);
    return 0;
}
CALLBACK(dump_cpu) {
    if (!told++)
        DUMP("of CPU %d, idle %d\n", ctx[1], (u8)ctx[2]);
    return 0;
}
CALLBACK(dump_task) {
    struct task_struct *p = ARG(1);
    DUMP("of task %d\n", p->pid);
    return 0;
}
SLEEPABLE(init) { return scx_bpf_create_dsq(1, -1); }
SCHEDULER(.enqueue = enqueue, .init = init, .timeout_ms = 98,
#ifdef OWN_DUMP
          .dump = dump, .dump_cpu = dump_cpu, .dump_task = dump_task, .exit_dump_len = LENGTH
#endif
);
