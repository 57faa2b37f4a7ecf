/* SPDX-License-Identifier: GPL-2.0-only */
/* Every callback of the beginning, the end and the changes of tasks and cgroups, to be seen in a trace. With HOOKS it also knows of CPUs that come and go. */
#include "sched.h"

CALLBACK(select_cpu) { return (s32)ctx[1]; }
CALLBACK(enqueue) {
    scx_bpf_dispatch(ARG(0), DSQ_LOCAL, 20 * MS, ctx[1]);
    return 0;
}
SILENT(dequeue)
SILENT(dispatch)
SILENT(runnable)
CALLBACK(running) {
    PRINT("running %d", scx_bpf_task_running(ARG(0)));
    return 0;
}
CALLBACK(stopping) {
    PRINT("running %d", scx_bpf_task_running(ARG(0)));
    return 0;
}
SILENT(quiescent)
SILENT(set_weight)
SILENT(set_cpumask)
SILENT(enable)
SILENT(disable)
SILENT(exit_task)
SLEEPABLE(init_task) { return 0; }
SLEEPABLE(cgroup_init) { return 0; }
SLEEPABLE(cgroup_exit) { return 0; }
SLEEPABLE(cgroup_prep_move) { return 0; }
SILENT(cgroup_move)
SILENT(cgroup_set_weight)
SILENT(cpu_online)
SILENT(cpu_offline)
SLEEPABLE(init) { return 0; }
CALLBACK(ended) {
    struct scx_exit_info *info = ARG(0);
    PRINT("exit %d, %llx, %s", info->kind, info->exit_code, info->msg);
    return 0;
}
SCHEDULER(.select_cpu = select_cpu, .enqueue = enqueue, .dequeue = dequeue, .dispatch = dispatch, .runnable = runnable, .running = running, .stopping = stopping, .quiescent = quiescent, .set_weight = set_weight,
          .set_cpumask = set_cpumask, .enable = enable, .disable = disable, .exit_task = exit_task, .init_task = init_task, .cgroup_init = cgroup_init, .cgroup_exit = cgroup_exit,
          .cgroup_prep_move = cgroup_prep_move, .cgroup_move = cgroup_move, .cgroup_set_weight = cgroup_set_weight,
#ifdef HOOKS
          .cpu_online = cpu_online, .cpu_offline = cpu_offline,
#endif
          .init = init, .exit = ended);
