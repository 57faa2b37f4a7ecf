/* SPDX-License-Identifier: GPL-2.0-only */
/* An object of clang that asks a kernel for each kind of thing, with a test before it or without. -D names what is taken without asking. */
typedef unsigned long long u64;
#define SEC(name) __attribute__((section(name), used))
#define WEAK __attribute__((weak, section(".ksyms")))
#define CORE __attribute__((preserve_access_index))

struct task_struct {
    int pid;
    long long inner;
    struct {
        unsigned weight, absent;
    } scx;
} CORE;
struct absent_struct {
    int x;
} CORE;
enum scx_enq_flags { SCX_ENQ_HEAD = 16, SCX_ENQ_ABSENT = 32 };

_Bool scx_bpf_dsq_insert___v2___compat(struct task_struct *p, u64 dsq, u64 slice, u64 flags) WEAK;
void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq, u64 slice, u64 flags) WEAK;
int scx_bpf_task_cpu(struct task_struct *p) WEAK; /* with another signature later */
int scx_bpf_absent(void) WEAK;
#ifdef STRONG
int scx_bpf_strong(void) __attribute__((section(".ksyms")));
#endif

const volatile _Bool wanted = 0;
const volatile u64 number = 7;

static __attribute__((noinline)) int function(struct task_struct *p) {
#ifdef FUNCTION
    return p->scx.absent;
#else
    return p->scx.weight;
#endif
}

SEC("struct_ops/init") int init(u64 *context) {
    struct task_struct *p = (void *)context[0];
    int sum = p->pid + (int)p->inner + function(p);
    if (scx_bpf_dsq_insert___v2___compat)
        sum += scx_bpf_dsq_insert___v2___compat(p, 1, 2, __builtin_preserve_enum_value(*(enum scx_enq_flags *)SCX_ENQ_HEAD, 1));
    else
        scx_bpf_dsq_insert(p, 1, 2, 0);
    if (scx_bpf_task_cpu)
        sum += scx_bpf_task_cpu(p);
    if (__builtin_preserve_field_info(p->scx.absent, 2))
        sum += p->scx.absent;
    if (__builtin_preserve_type_info(*(struct absent_struct *)0, 0))
        sum += ((struct absent_struct *)p)->x;
    if (__builtin_preserve_enum_value(*(enum scx_enq_flags *)SCX_ENQ_ABSENT, 0))
        sum += (int)__builtin_preserve_enum_value(*(enum scx_enq_flags *)SCX_ENQ_ABSENT, 1);
    if (wanted && number == 7)
        sum += scx_bpf_absent();
#ifdef FIELD
    sum += p->scx.absent;
#endif
#ifdef ENUM
    sum += (int)__builtin_preserve_enum_value(*(enum scx_enq_flags *)SCX_ENQ_ABSENT, 1);
#endif
#ifdef KFUNC
    if (number == 7)
        sum += scx_bpf_absent();
#endif
#ifdef STRONG
    sum += scx_bpf_strong();
#endif
#ifdef HELPER
    sum += ((int (*)(void))(long)9999)();
#endif
    return sum;
}

#ifdef MEMBER
SEC("struct_ops/later") int later(u64 *context) { return 0; }
#endif

struct sched_ext_ops {
    int (*init)(void);
    int (*later)(void);
    char name[128];
    u64 flags;
    unsigned number_there_is_none_of;
#ifdef SIZE
    unsigned short timeout_ms;
#endif
};
SEC(".struct_ops.link") struct sched_ext_ops asks = {
    .init = (void *)init,
    .name = "asks",
#ifdef MEMBER
    .later = (void *)later,
#endif
#ifdef FLAG
    .flags = 1 | 4,
#else
    .flags = 1 | 128,
#endif
#ifdef VALUE
    .number_there_is_none_of = 3,
#endif
};
SEC("license") char license_of_this[] = "GPL";
