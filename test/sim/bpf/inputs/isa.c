/* Every group of instructions against results worked out by hand. */
#include "bpf.h"

#define OP64(text, x, y, want) do { u64 a = (x), b = (y); asm volatile(text : "+r"(a) : "r"(b)); EXPECT(a == (u64)(want)); } while (0)
#define OP32(text, x, y, want) do { u32 a = (x), b = (y); u64 all; asm volatile(text : "+w"(a) : "w"(b)); all = a; EXPECT(all == (u32)(want)); } while (0)
#define ONE(text, x, want) do { u64 a = (x); asm volatile(text : "+r"(a)); EXPECT(a == (u64)(want)); } while (0)
#define JUMP(text, x, y, want) do { u64 a = (x), b = (y), taken; asm volatile("%0 = 1\n if %1 " text " %2 goto +1\n %0 = 0" : "=&r"(taken) : "r"(a), "r"(b)); EXPECT(taken == (want)); } while (0)
#define JUMP32(text, x, y, want) do { u32 a = (x), b = (y); u64 taken; asm volatile("%0 = 1\n if %1 " text " %2 goto +1\n %0 = 0" : "=&r"(taken) : "w"(a), "w"(b)); EXPECT(taken == (want)); } while (0)

static noinline int arithmetic64(void) {
    OP64("%0 += %1", -1, 3, 2);
    OP64("%0 -= %1", 1, 3, -2);
    OP64("%0 *= %1", 1ull << 33, 3, 3ull << 33);
    OP64("%0 |= %1", 0xf0, 0x0f, 0xff);
    OP64("%0 &= %1", 0xff, 0x3c, 0x3c);
    OP64("%0 ^= %1", 0xff, 0x0f, 0xf0);
    OP64("%0 <<= %1", 1, 65, 2); /* counts are taken modulo 64 */
    OP64("%0 >>= %1", 1ull << 63, 63, 1);
    OP64("%0 s>>= %1", -8, 1, -4);
    OP64("%0 /= %1", -1, 2, ~0ull / 2);
    OP64("%0 /= %1", 7, 0, 0); /* by zero: zero */
    OP64("%0 %%= %1", 7, 4, 3);
    OP64("%0 %%= %1", 7, 0, 7); /* by zero: what was to be divided */
    OP64("%0 s/= %1", -7, 2, -3);
    OP64("%0 s/= %1", -7, 0, 0);
    OP64("%0 s/= %1", 1ull << 63, -1, 1ull << 63);
    OP64("%0 s%%= %1", -7, 2, -1);
    OP64("%0 s%%= %1", -7, 0, -7);
    OP64("%0 s%%= %1", 1ull << 63, -1, 0);
    OP64("%0 = %1", 1, 0x123456789abcdef0, 0x123456789abcdef0);
    OP64("%0 = (s8)%1", 0, 0x180, -128);
    OP64("%0 = (s16)%1", 0, 0x18000, -32768);
    OP64("%0 = (s32)%1", 0, 0x180000000, -2147483648ll);
    ONE("%0 = -%0", 5, -5);
    ONE("%0 += -1", 0, -1);
    ONE("%0 = be16 %0", 0x11223344, 0x4433);
    ONE("%0 = be32 %0", 0x1122334455, 0x55443322);
    ONE("%0 = be64 %0", 0x1122334455667788, 0x8877665544332211);
    ONE("%0 = le16 %0", 0x11223344, 0x3344);
    ONE("%0 = le32 %0", 0x1122334455, 0x22334455);
    ONE("%0 = bswap16 %0", 0x11223344, 0x4433);
    ONE("%0 = bswap64 %0", 0x1122334455667788, 0x8877665544332211);
    return 0;
}

static noinline int arithmetic32(void) {
    OP32("%0 += %1", -1, 3, 2);
    OP32("%0 -= %1", 1, 3, -2);
    OP32("%0 *= %1", 1u << 31, 3, 1u << 31);
    OP32("%0 |= %1", 0xf0, 0x0f, 0xff);
    OP32("%0 &= %1", 0xff, 0x3c, 0x3c);
    OP32("%0 ^= %1", 0xff, 0x0f, 0xf0);
    OP32("%0 <<= %1", 1, 33, 2);
    OP32("%0 >>= %1", 1u << 31, 31, 1);
    OP32("%0 s>>= %1", -8, 1, -4);
    OP32("%0 /= %1", -1, 2, ~0u / 2);
    OP32("%0 /= %1", 7, 0, 0);
    OP32("%0 %%= %1", 7, 0, 7);
    OP32("%0 s/= %1", -7, 2, -3);
    OP32("%0 s/= %1", 1u << 31, -1, 1u << 31);
    OP32("%0 s%%= %1", -7, 2, -1);
    OP32("%0 = (s8)%1", 0, 0x180, -128);
    OP32("%0 = (s16)%1", 0, 0x18000, -32768);
    u64 high = 0xffffffff00000005; /* the upper half becomes zero */
    asm volatile("r0 = %0\n w0 = -w0\n %0 = r0" : "+r"(high) : : "r0");
    EXPECT(high == 0xfffffffb);
    return 0;
}

static noinline int jumps(void) {
    JUMP("==", 5, 5, 1); JUMP("==", 5, 6, 0); JUMP("!=", 5, 6, 1);
    JUMP(">", -1, 1, 1); JUMP("s>", -1, 1, 0); JUMP(">=", 1, 1, 1); JUMP("s>=", -1, -1, 1);
    JUMP("<", 1, -1, 1); JUMP("s<", -1, 1, 1); JUMP("<=", 2, 1, 0); JUMP("s<=", -2, -2, 1);
    JUMP("&", 6, 3, 1); JUMP("&", 4, 3, 0);
    JUMP32("==", 5, 5, 1); JUMP32(">", -1, 1, 1); JUMP32("s>", -1, 1, 0); JUMP32("s<", -1, 1, 1); JUMP32("<=", 2, 1, 0); JUMP32("&", 4, 3, 0);
    u64 one = 0x100000005, equal;
    asm volatile("r0 = %1\n %0 = 1\n if w0 == 5 goto +1\n %0 = 0" : "=&r"(equal) : "r"(one) : "r0"); /* the lower half only */
    EXPECT(equal == 1);
    asm volatile("%0 = 1\n if %1 == 5 goto +1\n %0 = 0" : "=&r"(equal) : "r"(one));
    EXPECT(equal == 0);
    asm volatile("%0 = 1\n gotol +1\n %0 = 2" : "=&r"(equal));
    EXPECT(equal == 1);
    return 0;
}

static u64 cell;
static u32 half;

static noinline int memory(void) {
    volatile union { u64 whole; s64 swhole; u8 bytes[8]; u16 halves[4]; u32 words[2]; } at;
    at.whole = 0x8877665544332211;
    EXPECT(at.bytes[0] == 0x11 && at.halves[1] == 0x4433 && at.words[1] == 0x88776655);
    u64 value;
    asm volatile("%0 = *(s8 *)(%1 + 7)" : "=r"(value) : "r"(&at));
    EXPECT(value == (u64)-0x78);
    asm volatile("%0 = *(s16 *)(%1 + 6)" : "=r"(value) : "r"(&at));
    EXPECT(value == 0xffffffffffff8877);
    asm volatile("%0 = *(s32 *)(%1 + 4)" : "=r"(value) : "r"(&at));
    EXPECT(value == 0xffffffff88776655);
    asm volatile("%0 = *(u32 *)(%1 + 2)" : "=r"(value) : "r"(&at)); /* not aligned */
    EXPECT(value == 0x66554433);
    at.bytes[3] = 0xaa;
    asm volatile("*(u16 *)(%0 + 0) = 258" : : "r"(&at) : "memory");
    EXPECT(at.whole == 0x88776655aa330102);
    return 0;
}

static noinline int atomics(void) {
    u64 *p = (u64 *)HIDDEN(&cell);
    u32 *h = (u32 *)HIDDEN(&half);
    cell = 10;
    EXPECT(__sync_fetch_and_add(p, 5) == 10 && cell == 15);
    EXPECT(__sync_fetch_and_or(p, 0xf0) == 15 && cell == 0xff);
    EXPECT(__sync_fetch_and_and(p, 0x3c) == 0xff && cell == 0x3c);
    EXPECT(__sync_fetch_and_xor(p, 0xff) == 0x3c && cell == 0xc3);
    EXPECT(__sync_lock_test_and_set(p, 7) == 0xc3 && cell == 7);
    EXPECT(__sync_val_compare_and_swap(p, 8, 9) == 7 && cell == 7);
    EXPECT(__sync_val_compare_and_swap(p, 7, 9) == 7 && cell == 9);
    half = 0xffffffff;
    EXPECT(__sync_fetch_and_add(h, 2) == 0xffffffff && half == 1);
    EXPECT(__sync_val_compare_and_swap(h, 1, 3) == 1 && half == 3);
    EXPECT(__sync_lock_test_and_set(h, 4) == 3 && half == 4);
    return 0;
}

static noinline u64 five(u64 a, u64 b, u64 c, u64 d, u64 e) {
    volatile u64 own[4] = {a, b, c, d}; /* its own frame */
    return own[0] + 10 * own[1] + 100 * own[2] + 1000 * own[3] + 10000 * e;
}

static noinline int calls(void) {
    volatile u64 mine = 42;
    EXPECT(five(HIDDEN(1), HIDDEN(2), 3, 4, 5) == 54321 && mine == 42);
    return 0;
}

static noinline int loops(void) {
    u64 rounds = 0;
    asm volatile("%0 = 0\n %0 += 1\n .byte 0xe5; .byte 0; .short 1; .long 0\n goto -3" : "=&r"(rounds)); /* may_goto +1 */
    EXPECT(rounds == 8 * 1024 * 1024 + 1);
    return 0;
}

SLEEPABLE(init) {
    int line = 0;
    if (!line) line = arithmetic64();
    if (!line) line = arithmetic32();
    if (!line) line = jumps();
    if (!line) line = memory();
    if (!line) line = atomics();
    if (!line) line = calls();
    if (!line) line = loops();
    return line;
}
SCHEDULER(.init = init);
