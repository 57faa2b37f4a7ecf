/* Helpers but for maps. */
#include "bpf.h"

enum { EFAULT = 14, E2BIG = 7, EINVAL = 22, EBUSY = 16, MONOTONIC = 1, PINNED = 2 };

struct element { u32 fired; struct bpf_timer timer; };
struct { uint(type, 2); uint(max_entries, 2); type(key, u32); type(value, struct element); } timers MAPS;
extern const int numa_node WEAK;
extern const int nowhere WEAK;
u64 seen;

static noinline int who(void) {
    char name[16], text[8];
    EXPECT(bpf_get_current_pid_tgid() == (5ull << 32 | 7));
    EXPECT(bpf_get_current_uid_gid() == (100ull << 32 | 1000));
    EXPECT(bpf_get_current_comm(name, sizeof name) == 0 && name[0] == 'p' && name[4] == 'e' && name[5] == 0);
    EXPECT(bpf_get_current_comm(text, 4) == 0 && text[2] == 'o' && text[3] == 0); /* cut */
    EXPECT(bpf_get_current_task_btf()->pid == 7);
    EXPECT(bpf_get_current_cgroup_id() == 42);
    EXPECT(bpf_get_smp_processor_id() == 0 && bpf_get_numa_node_id() == 0);
    EXPECT(bpf_ktime_get_ns() == 1000 && bpf_jiffies64() == 0 && bpf_get_prandom_u32() == 4);
    int *node = bpf_per_cpu_ptr(&numa_node, 3);
    EXPECT(node && *node == 1);
    EXPECT(!bpf_per_cpu_ptr(&numa_node, 100));
    EXPECT(!&nowhere);
    return 0;
}

static noinline int copies(void) {
    struct task_struct *p = bpf_get_current_task_btf();
    char text[8] = "????";
    EXPECT(bpf_probe_read_kernel_str(text, sizeof text, p->comm) == 6 && text[4] == 'e' && text[5] == 0);
    EXPECT(bpf_probe_read_kernel_str(text, 3, p->comm) == 3 && text[1] == 'r' && text[2] == 0);
    EXPECT(bpf_probe_read_kernel_str(text, sizeof text, 0) == -EFAULT && text[0] == 0);
    u32 pid = 1;
    EXPECT(bpf_probe_read_kernel(&pid, sizeof pid, &p->pid) == 0 && pid == 7);
    EXPECT(bpf_probe_read_kernel(&pid, sizeof pid, (void *)8) == -EFAULT && pid == 0);
    EXPECT(bpf_strncmp(p->comm, 5, "probe") == 0 && bpf_strncmp(p->comm, 5, "prune") < 0);
    return 0;
}

static s32 add(u32 i, u64 *sum) {
    *sum += i;
    return i == 5;
}

static noinline int loops(void) {
    u64 sum = 0;
    EXPECT(bpf_loop(4, add, &sum, 0) == 4 && sum == 6);
    EXPECT(bpf_loop(100, add, &sum, 0) == 6 && sum == 21); /* until the callback has enough */
    EXPECT(bpf_loop(1 << 30, add, &sum, 0) == -E2BIG && bpf_loop(1, add, &sum, 1) == -EINVAL);
    return 0;
}

static noinline int texts(void) {
    static const char format[] = "%d %5u|%-4d|%04x %llu %s%%", bad[] = "%f", line[] = "cpu %d of %d\n";
    char text[64];
    u64 arguments[] = {(u64)-1, 42, 7, 255, 1ull << 40, (u64)"end"};
    EXPECT(bpf_snprintf(text, sizeof text, format, arguments, sizeof arguments) == 38);
    bpf_trace_printk(line, sizeof line, 1, 4);
    static const char all[] = "%s";
    bpf_trace_printk(all, sizeof all, text);
    EXPECT(bpf_snprintf(text, sizeof text, bad, arguments, sizeof arguments) == -EINVAL);
    EXPECT(bpf_snprintf(text, sizeof text, format, arguments, 16) == -EINVAL); /* too few */
    return 0;
}

static s32 fired(void *map, u32 *key, struct element *value) {
    value->fired += 10 + *key;
    seen = value->fired;
    if (value->fired < 20)
        bpf_timer_start(&value->timer, 500, PINNED);
    return 0;
}

static noinline int timer(void) {
    u32 key = 1;
    struct element *value = bpf_map_lookup_elem(&timers, &key);
    EXPECT(value);
    EXPECT(bpf_timer_start(&value->timer, 100, 0) == -EINVAL);
    EXPECT(bpf_timer_init(&value->timer, &timers, 9) == -EINVAL);
    EXPECT(bpf_timer_init(&value->timer, &timers, MONOTONIC) == 0 && bpf_timer_init(&value->timer, &timers, MONOTONIC) == -EBUSY);
    EXPECT(bpf_timer_set_callback(&value->timer, fired) == 0);
    EXPECT(bpf_timer_start(&value->timer, 100, 8) == -EINVAL);
    EXPECT(bpf_timer_start(&value->timer, 100, 0) == 0);
    EXPECT(bpf_timer_cancel(&value->timer) == 1 && bpf_timer_cancel(&value->timer) == 0);
    EXPECT(bpf_timer_start(&value->timer, 200, 0) == 0);
    return 0;
}

struct bpf_dynptr { u64 opaque[2]; };
static long (*bpf_dynptr_from_mem)(void *data, u32 size, u64 flags, struct bpf_dynptr *at) = (void *)197;
static long (*bpf_ringbuf_reserve_dynptr)(void *ring, u32 size, u64 flags, struct bpf_dynptr *at) = (void *)198;
static void (*bpf_ringbuf_submit_dynptr)(struct bpf_dynptr *at, u64 flags) = (void *)199;
static long (*bpf_dynptr_read)(void *to, u32 length, struct bpf_dynptr *from, u32 offset, u64 flags) = (void *)201;
static long (*bpf_dynptr_write)(struct bpf_dynptr *to, u32 offset, void *from, u32 length, u64 flags) = (void *)202;
static void *(*bpf_dynptr_data)(struct bpf_dynptr *at, u32 offset, u32 length) = (void *)203;
extern int bpf_dynptr_adjust(const struct bpf_dynptr *p, u32 start, u32 end) KSYM;
extern u32 bpf_dynptr_size(const struct bpf_dynptr *p) KSYM;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *p, u32 offset, void *buffer, u32 size) KSYM;
struct { uint(type, 27); uint(max_entries, 4096); } ring MAPS;
static u64 cells[4];

static noinline int dynptrs(void) {
    struct bpf_dynptr at;
    u64 value = 7, *inside;
    EXPECT(bpf_dynptr_from_mem(cells, sizeof cells, 0, &at) == 0 && bpf_dynptr_size(&at) == 32);
    EXPECT(bpf_dynptr_write(&at, 16, &value, 8, 0) == 0 && cells[2] == 7);
    EXPECT(bpf_dynptr_write(&at, 28, &value, 8, 0) == -E2BIG);
    EXPECT(bpf_dynptr_adjust(&at, 8, 24) == 0 && bpf_dynptr_size(&at) == 16);
    value = 0;
    EXPECT(bpf_dynptr_read(&value, 8, &at, 8, 0) == 0 && value == 7);
    inside = bpf_dynptr_data(&at, 8, 8);
    EXPECT(inside == &cells[2] && !bpf_dynptr_data(&at, 16, 8) && bpf_dynptr_slice(&at, 0, 0, 16) == &cells[1]);
    EXPECT(bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &at) == 0 && bpf_dynptr_write(&at, 0, &value, 8, 0) == 0);
    bpf_ringbuf_submit_dynptr(&at, 0);
    EXPECT(bpf_dynptr_read(&value, 8, &at, 0, 0) == -EINVAL);
    return 0;
}

SLEEPABLE(init) {
    int line = 0;
    if (!line) line = dynptrs();
    if (!line) line = who();
    if (!line) line = copies();
    if (!line) line = loops();
    if (!line) line = texts();
    if (!line) line = timer();
    return line;
}
SCHEDULER(.init = init);
