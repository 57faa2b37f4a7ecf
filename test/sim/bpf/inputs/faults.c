/* What no verifier lets pass: one kind a number. */
#include "bpf.h"

const volatile u32 which;
static u32 values[4];
struct { uint(type, 1); uint(max_entries, 8); type(key, u32); type(value, u64[2]); } hash MAPS;
struct { uint(type, 2); uint(max_entries, 4); type(key, u32); type(value, u32[3]); } array MAPS;
struct { uint(type, 22); uint(max_entries, 4); type(value, u32); } queue MAPS;
static struct { struct bpf_spin_lock lock; } guarded;
extern void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) WEAK;
struct rq___new { u64 clock; u64 not_there; } __attribute__((preserve_access_index));

static noinline u64 deep(u64 n, u64 *at) { return at[n]; }
static s32 again(u32 i, u64 *context) { return bpf_loop(2, (void *)HIDDEN(context[0]), context, 0); }

CALLBACK(enqueue) {
    struct task_struct *p = ARG(0);
    u32 key = 1, *found;
    u64 mine[2] = {1, 2};
    switch (which) {
    case 1: return *(u32 *)HIDDEN(0);
    case 2: return *(volatile u32 *)HIDDEN((u64)values + 4096);
    case 3: return deep(HIDDEN(100000), mine);
    case 4: *(u64 *)HIDDEN(&p->pid) = 1; return 0;
    case 5: *(u32 *)HIDDEN(&which) = 1; return 0;
    case 6: found = bpf_map_lookup_elem(&hash, &key); return *(u32 *)HIDDEN(found);
    case 7: found = bpf_map_lookup_elem(&array, &key); return *(u64 *)HIDDEN(found + 2); /* the last 4 bytes and 4 behind them */
    case 8: return bpf_map_update_elem(&hash, &key, (void *)HIDDEN(0), 0);
    case 9: return (s32)(u64)bpf_map_lookup_elem((void *)HIDDEN(values), &key);
    case 10: for (volatile u32 i = 0;; i = i * 2) { }
    case 11: bpf_spin_lock(&guarded.lock); bpf_spin_lock(&guarded.lock); return 0;
    case 12: return bpf_map_push_elem(&array, &key, 0);
    case 13: return bpf_loop(3, (void *)HIDDEN(12345), 0, 0);
    case 14: if (HIDDEN(1)) scx_bpf_dsq_insert(p, 0, 0, 0); return 0;
    case 15: return ((struct rq___new *)HIDDEN(p))->not_there;
    case 16: mine[0] = (u64)again; return again(0, mine);
    case 17: { u64 *gone; bpf_map_update_elem(&hash, &key, mine, 0); gone = bpf_map_lookup_elem(&hash, &key); values[0] = 1; if (gone) *(u64 **)HIDDEN(mine) = gone; bpf_map_delete_elem(&hash, &key); return gone ? *(u64 *)HIDDEN(gone) : -1; }
    case 18: return p->mm->exe_file->f_path.dentry ? 1 : 0; /* null all the way: as in the kernel this reads 0 */
    case 19: return *(volatile u8 *)HIDDEN((u64)0xffffffffffffffff);
    }
    return -1;
}
SCHEDULER(.enqueue = enqueue);
