/* SPDX-License-Identifier: GPL-2.0-only */
/* One wrong call a WRONG; what it is stands in errors.test. */
#include "sched.h"

const volatile int wrong;

CALLBACK(select_cpu) { return wrong == 3 ? 7 : (s32)ctx[1]; }
CALLBACK(enqueue) {
    struct task_struct *p = ARG(0), *other;
    bool idle;
    switch (wrong) {
    case 1:
        scx_bpf_dispatch(p, 9, 0, 0);
        return 0;
    case 2:
        scx_bpf_dispatch(p, DSQ_LOCAL_ON | 7, 0, 0);
        return 0;
    case 4:
        scx_bpf_dispatch(p, DSQ_LOCAL_ON | 1, 0, 0);
        return 0;
    case 5:
        scx_bpf_dispatch_vtime(p, DSQ_LOCAL, 0, 1, 0);
        return 0;
    case 6:
        scx_bpf_dispatch(p, 1, 0, 0);
        break;
    case 7:
        if ((other = bpf_task_from_pid(1))) {
            scx_bpf_dispatch(other, 1, 0, 0);
            bpf_task_release(other);
        }
        return 0;
    case 8:
        scx_bpf_dispatch(p, 1, 0, 1ull << 56);
        return 0;
    case 9: case 10: case 15: case 16: case 18:
        return 0;
    case 17:
        scx_bpf_kick_cpu(-1, 0);
        break;
    case 20:
        scx_bpf_consume(1);
        break;
    case 21:
        scx_bpf_select_cpu_dfl(p, 0, 0, &idle);
        break;
    case 24:
        scx_bpf_kick_cpu(0, KICK_IDLE | KICK_PREEMPT);
        break;
    case 25:
        scx_bpf_dsq_nr_queued(DSQ_LOCAL_ON | 9);
        break;
    case 26:
        scx_bpf_pick_idle_cpu(p->cpus_ptr, 0);
        break;
    }
    scx_bpf_dispatch(p, 1, 20 * MS, 0);
    return 0;
}
CALLBACK(dispatch) {
    struct task_struct *p;
    static const char format[] = "bad %d %s", thing[] = "thing";
    unsigned long long data[2];
    data[0] = 42;
    data[1] = (unsigned long long)thing;
    switch (wrong) {
    case 9:
        if ((p = bpf_task_from_pid(100))) {
            scx_bpf_dispatch(p, 1, 0, 0);
            scx_bpf_dispatch(p, 1, 0, 0);
            scx_bpf_dispatch(p, 1, 0, 0);
            bpf_task_release(p);
        }
        return 0;
    case 10:
        scx_bpf_dispatch_cancel();
        return 0;
    case 11:
        scx_bpf_destroy_dsq(9);
        if (scx_bpf_dsq_nr_queued(1))
            scx_bpf_destroy_dsq(1);
        return 0;
    case 15:
        scx_bpf_error_bstr((char *)format, data, sizeof data);
        scx_bpf_exit_bstr(3, (char *)format, data, sizeof data);
        return 0;
    case 16:
        scx_bpf_exit_bstr(3, (char *)format, data, sizeof data);
        scx_bpf_error_bstr((char *)format, data, sizeof data);
        return 0;
    case 18:
        scx_bpf_consume(9);
        return 0;
    }
    scx_bpf_consume(1);
    return 0;
}
CALLBACK(running) {
    struct task_struct *p = ARG(0);
    if (wrong == 19)
        scx_bpf_dispatch(p, 1, 0, 0);
    if (wrong == 22 && p->real_parent)
        scx_bpf_task_cgroup(p->real_parent);
    return 0;
}
#ifdef UPDATE_IDLE
SILENT(update_idle)
#endif
SLEEPABLE(init_task) {
    if (wrong == 23)
        scx_bpf_task_cgroup(ARG(0));
    struct scx_init_task_args *args = ARG(1);
    if (args->fork)
        return wrong == 28 ? -1 : wrong == 29 ? 5 : 0;
    return wrong == 12 ? 5 : wrong == 13 ? -22 : 0;
}
SLEEPABLE(cgroup_init) { return wrong == 27 ? -1 : 0; }
SLEEPABLE(init) {
    if (wrong == 14)
        return -5;
    return scx_bpf_create_dsq(1, -1) ?: scx_bpf_create_dsq(1, -1) != -17 || scx_bpf_create_dsq(DSQ_LOCAL, -1) != -22 || scx_bpf_create_dsq(2, 1) != -22;
}
CALLBACK(ended) {
    struct scx_exit_info *info = ARG(0);
    PRINT("exit %d, %lld, %s", info->kind, info->exit_code, info->reason);
    return 0;
}
SCHEDULER(.select_cpu = select_cpu, .dispatch = dispatch, .running = running, .init_task = init_task, .cgroup_init = cgroup_init, .init = init, .exit = ended, .dispatch_max_batch = 2,
#ifdef UPDATE_IDLE
          .update_idle = update_idle,
#endif
#ifdef NO_ENQUEUE
          .flags = 2
#else
          .enqueue = enqueue
#endif
);
