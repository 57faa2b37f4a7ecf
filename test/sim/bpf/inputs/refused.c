/* What cannot be run: one thing a definition. */
#include "bpf.h"

static long (*bpf_perf_event_output)(void *context, void *map, u64 flags, void *data, u64 size) = (void *)25;
static long (*bpf_of_later)(void) = (void *)999;
extern void bpf_throw(u64 cookie) KSYM;
extern void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) KSYM;
extern void scx_bpf_kick_cpu_not(s32 cpu, u64 flags) KSYM;
extern const int nowhere KSYM;
extern u32 CONFIG_HZ __attribute__((section(".kconfig")));
const volatile bool on = 0;
u64 sum;

CALLBACK(enqueue) {
#if defined(HELPER)
    return bpf_perf_event_output(ctx, 0, 0, 0, 0);
#elif defined(LATER_HELPER)
    return bpf_of_later();
#elif defined(OFF)
    if (on)
        return bpf_perf_event_output(ctx, 0, 0, 0, 0);
#elif defined(FUNCTION)
    bpf_throw(1);
#elif defined(LATER_FUNCTION)
    scx_bpf_dsq_insert(ARG(0), 0, 0, 0);
#elif defined(NO_FUNCTION)
    scx_bpf_kick_cpu_not(0, 0);
#elif defined(VARIABLE)
    return nowhere;
#elif defined(CONFIG)
    return CONFIG_HZ;
#elif defined(TABLE)
    switch (HIDDEN(1)) {
    case 0: sum += 3; break; case 1: sum *= 5; break; case 2: sum -= 7; break; case 3: sum ^= 9; break; case 4: sum |= 11; break; case 5: sum = -sum; break; case 6: sum <<= 3; break;
    case 7: sum += 13; break; case 8: sum *= 15; break; case 9: sum -= 17; break; case 10: sum ^= 19; break; case 11: sum |= 21; break; case 12: sum = ~sum; break; case 13: sum <<= 4; break;
    case 14: sum >>= 1; break; case 15: sum &= 99; break; case 16: sum += 5; break; }
#elif defined(REGISTER)
    return ((u64 (*)(void))HIDDEN(5))();
#endif
    return 0;
}
#ifdef NOT_USED
CALLBACK(running) { return bpf_perf_event_output(ctx, 0, 0, 0, 0); }
#endif
#ifdef RECURSION
static noinline u64 again(u64 n) { return n ? again(n - 1) + HIDDEN(n) : 0; }
CALLBACK(running) { return again(HIDDEN(3)); }
#endif
#ifdef MAP
struct { uint(type, 4); uint(max_entries, 1); type(key, u32); type(value, u32); } events MAPS;
CALLBACK(running) { return bpf_map_lookup_elem(&events, ctx) != 0; }
#endif
#ifdef SIZES
struct { uint(type, 22); uint(max_entries, 1); type(key, u32); type(value, u32); } events MAPS;
CALLBACK(running) { return bpf_map_lookup_elem(&events, ctx) != 0; }
#endif
#ifndef NO_OPS
SCHEDULER(.enqueue = enqueue
#if defined(RECURSION) || defined(MAP) || defined(SIZES)
    , .running = running
#endif
    , .timeout_ms = 5000, .flags = 2);
#endif
