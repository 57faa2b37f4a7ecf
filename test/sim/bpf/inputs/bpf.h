/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of the interpreter call and define, beside sched.h. A test is a scheduler whose init looks at results; it returns the line of the first wrong one. */
// clang-format off: as the kernel writes it, shorter
#include "sched.h"

#define WEAK __attribute__((section(".ksyms"), weak))
#define EXPECT(condition) do { if (!(condition)) return __LINE__; } while (0)
#define noinline __attribute__((noinline))
#define kept __attribute__((btf_type_tag("kptr")))
#define uint(name, value) int (*name)[value]
#define type(name, of) typeof(of) *name
#define MAPS SEC(".maps")
/* The compiler knows nothing of this value. */
#define HIDDEN(value) ({ u64 hidden__ = (u64)(value); asm volatile("" : "+r"(hidden__)); hidden__; })

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*bpf_map_update_elem)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
static u32 (*bpf_get_prandom_u32)(void) = (void *)7;
static u64 (*bpf_get_current_pid_tgid)(void) = (void *)14;
static u64 (*bpf_get_current_uid_gid)(void) = (void *)15;
static long (*bpf_get_current_comm)(void *buffer, u32 size) = (void *)16;
static struct task_struct *(*bpf_get_current_task_btf)(void) = (void *)158;
static long (*bpf_get_numa_node_id)(void) = (void *)42;
static u64 (*bpf_get_current_cgroup_id)(void) = (void *)80;
static long (*bpf_map_push_elem)(void *map, const void *value, u64 flags) = (void *)87;
static long (*bpf_map_pop_elem)(void *map, void *value) = (void *)88;
static long (*bpf_map_peek_elem)(void *map, void *value) = (void *)89;
static long (*bpf_spin_lock)(void *lock) = (void *)93;
static long (*bpf_spin_unlock)(void *lock) = (void *)94;
static long (*bpf_probe_read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static long (*bpf_probe_read_kernel_str)(void *to, u32 size, const void *from) = (void *)115;
static u64 (*bpf_jiffies64)(void) = (void *)118;
static long (*bpf_ringbuf_output)(void *ring, void *data, u64 size, u64 flags) = (void *)130;
static void *(*bpf_ringbuf_reserve)(void *ring, u64 size, u64 flags) = (void *)131;
static void (*bpf_ringbuf_submit)(void *data, u64 flags) = (void *)132;
static void *(*bpf_per_cpu_ptr)(const void *variable, u32 cpu) = (void *)153;
static void *(*bpf_task_storage_get)(void *map, struct task_struct *task, void *value, u64 flags) = (void *)156;
static long (*bpf_task_storage_delete)(void *map, struct task_struct *task) = (void *)157;
static long (*bpf_for_each_map_elem)(void *map, void *callback, void *context, u64 flags) = (void *)164;
static long (*bpf_snprintf)(char *to, u32 size, const char *format, u64 *data, u32 bytes) = (void *)165;
static long (*bpf_timer_init)(void *timer, void *map, u64 flags) = (void *)169;
static long (*bpf_timer_set_callback)(void *timer, void *callback) = (void *)170;
static long (*bpf_timer_start)(void *timer, u64 time, u64 flags) = (void *)171;
static long (*bpf_timer_cancel)(void *timer) = (void *)172;
static long (*bpf_loop)(u32 count, void *callback, void *context, u64 flags) = (void *)181;
static long (*bpf_strncmp)(const char *one, u32 size, const char *two) = (void *)182;
static void *(*bpf_kptr_xchg)(void *at, void *pointer) = (void *)194;
static void *(*bpf_map_lookup_percpu_elem)(void *map, const void *key, u32 cpu) = (void *)195;
static void *(*bpf_cgrp_storage_get)(void *map, struct cgroup *group, void *value, u64 flags) = (void *)210;

struct bpf_timer { u64 opaque[2]; } __attribute__((aligned(8)));
struct bpf_spin_lock { u32 val; };
struct bpf_cpumask { struct cpumask mask; u32 usage; };
struct bpf_rb_root { u64 opaque[2]; };
struct bpf_rb_node { u64 opaque[4]; };
struct bpf_list_head { u64 opaque[2]; };
struct bpf_list_node { u64 opaque[3]; };
struct bpf_iter_num { u64 opaque[1]; };
