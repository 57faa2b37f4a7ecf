/* Each kind of question about the kernel's types (CO-RE). The answers are for Linux 6.12 and, where told so, 7.0. */
#include "bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct task_struct___other { int tgid, pid; u64 self_exec_id; u64 new_in_7; }; /* other offsets, another size, a member that is not there */
struct cgroup___kn { struct kernfs_node *kn; s32 level; };
struct sched_ext_entity___7 { u64 not_there; };
struct cpumask___long { unsigned long bits[4096]; };
struct nobody { int x; };
struct scx_cgroup_init_args___more { u32 weight; };
#pragma clang attribute pop
enum scx_enq_flags { SCX_ENQ_WAKEUP = 77, SCX_ENQ_HEAD = 78, SCX_ENQ_NEVER = 79, SCX_ENQ_FORCE_64 = 1ull << 40 };
enum scx_dsq_id_flags { SCX_DSQ_LOCAL_ON = 1, SCX_DSQ_FORCE_64 = 1ull << 63 };
extern bool scx_bpf_dsq_insert___v2___compat(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) WEAK;
extern bool scx_bpf_consume___other(u64 dsq_id, u64 more) WEAK; /* another prototype than the kernel's */
extern bool scx_bpf_consume___same(u64 dsq_id) WEAK;
extern u64 scx_bpf_now(void) WEAK;
const volatile u32 head = 16; /* of SCX_ENQ_HEAD in the kernel that is told */
const volatile bool newer = 0;

enum { OFFSET, SIZE, EXISTS, SIGNED, LSHIFT, RSHIFT };
#define FIELD(expression, kind) __builtin_preserve_field_info(expression, kind)
#define TYPE(type, kind) __builtin_preserve_type_info(*(type *)0, kind)

SLEEPABLE(init_task) {
    struct task_struct *p = ARG(0);
    struct task_struct___other *q = ARG(0);
    EXPECT(q->pid == 7 && q->tgid == 5);
    EXPECT(q->self_exec_id == 0); /* 4 bytes in the kernel; what lies behind is not read */
    EXPECT(FIELD(q->pid, EXISTS) && !FIELD(q->new_in_7, EXISTS));
    EXPECT(FIELD(q->pid, OFFSET) == __builtin_offsetof(struct task_struct, pid));
    EXPECT(FIELD(q->self_exec_id, SIZE) == 4 && FIELD(q->pid, SIGNED) && !FIELD(q->self_exec_id, SIGNED));
    EXPECT(FIELD(q->pid, LSHIFT) == 32 && FIELD(q->pid, RSHIFT) == 32);
    struct cpumask___long *mask = (void *)p->cpus_ptr;
    EXPECT(FIELD(mask->bits[1], EXISTS) && !FIELD(mask->bits[1000], EXISTS));
    EXPECT(((struct cgroup___kn *)p->cgroups->dfl_cgrp)->level == 1);
    EXPECT(TYPE(struct task_struct, 0) && TYPE(struct task_struct___other, 0) && !TYPE(struct nobody, 0));
    EXPECT(TYPE(struct nobody, 1) == 0 && TYPE(struct kernfs_node, 1) == sizeof(struct kernfs_node));
    EXPECT(TYPE(struct scx_cgroup_init_args___more, 2) && !TYPE(struct sched_ext_entity___7, 2)); /* do all members match? */
    EXPECT(__builtin_btf_type_id(*(struct nobody *)0, 0) != 0 && __builtin_btf_type_id(*(struct nobody *)0, 1) == 0);
    EXPECT(__builtin_preserve_enum_value(*(enum scx_enq_flags *)SCX_ENQ_HEAD, 1) == head);
    EXPECT(__builtin_preserve_enum_value(*(enum scx_enq_flags *)SCX_ENQ_HEAD, 0) == 1);
    EXPECT(__builtin_preserve_enum_value(*(enum scx_enq_flags *)SCX_ENQ_NEVER, 0) == 0);
    EXPECT(__builtin_preserve_enum_value(*(enum scx_dsq_id_flags *)SCX_DSQ_LOCAL_ON, 1) == 3ull << 62);
    return 0;
}

/* Weak functions: a branch that tests for one that is not there is gone, whatever it calls. */
SLEEPABLE(init) {
    EXPECT(!scx_bpf_consume___other);
    EXPECT(!!scx_bpf_consume___same != newer); /* gone since 6.18 */
    if (scx_bpf_consume___same)
        EXPECT(!scx_bpf_consume___same(0));
    EXPECT(!!scx_bpf_now == newer);
    if (scx_bpf_consume___other)
        scx_bpf_consume___other(0, 0);
    if (scx_bpf_now)
        EXPECT(scx_bpf_now() == 0);
    EXPECT(!!scx_bpf_dsq_insert___v2___compat == newer);
    return 0;
}
SCHEDULER(.init_task = init_task, .init = init);
