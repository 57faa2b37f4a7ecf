// SPDX-License-Identifier: GPL-2.0-only
// The arena: what may be touched, to the byte; what is reused, in which order; what is said of an address.
#include "sim/bpf/Arena.h"

#include <cstdio>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

using namespace scx::sim;

static int failed = 0;

#define EXPECT(condition)                                                                                                                                      \
    do {                                                                                                                                                       \
        if (!(condition)) {                                                                                                                                    \
            std::printf("line %d: %s\n", __LINE__, #condition);                                                                                                \
            failed = 1;                                                                                                                                        \
        }                                                                                                                                                      \
    } while (0)

static uint64_t number(const void *memory) { return reinterpret_cast<uint64_t>(memory); }

static void accesses() {
    Arena arena;
    auto *a = static_cast<char *>(arena.allocate(13, Access::Write, "a thing"));
    EXPECT(number(a) % 16 == 0 && a[12] == 0);
    EXPECT(arena.allows(number(a), 13, Access::Write) && !arena.allows(number(a), 14, Access::Read));
    EXPECT(arena.allows(number(a) + 12, 1, Access::Read) && !arena.allows(number(a) + 13, 1, Access::Read) && !arena.allows(number(a) - 1, 1, Access::Read));
    EXPECT(arena.extent(number(a) + 3, 100, Access::Read) == 10 && arena.extent(number(a) + 3, 4, Access::Read) == 4);
    EXPECT(arena.allows(number(a) + 5, 0, Access::Write) && !arena.allows(0, 1, Access::Read) && !arena.allows(~uint64_t{0}, 8, Access::Read));
    auto *b = static_cast<char *>(arena.allocate(32, Access::Read));
    arena.allow(b + 8, 8, Access::Write);
    arena.allow(b + 24, 3, Access::Write);
    EXPECT(arena.allows(number(b), 24, Access::Read) && arena.allows(number(b) + 8, 8, Access::Write) && !arena.allows(number(b) + 8, 9, Access::Write));
    EXPECT(arena.allows(number(b) + 24, 3, Access::Write) && !arena.allows(number(b) + 24, 4, Access::Read));
    arena.allow(b, 32, Access::None);
    EXPECT(!arena.allows(number(b), 1, Access::Read));
}

static void reuse() {
    Arena arena;
    void *a = arena.allocate(40, Access::Write), *b = arena.allocate(40, Access::Write);
    EXPECT(number(a) > Arena::kBase && number(b) - number(a) >= 40 + 16);
    std::memset(a, 1, 40);
    arena.release(a);
    arena.release(b);
    EXPECT(!arena.allows(number(a), 1, Access::Read));
    void *c = arena.allocate(33, Access::Write); // of the same size as blocks go; what was released first comes first
    EXPECT(c == a && *static_cast<char *>(c) == 0 && arena.allows(number(c), 33, Access::Write) && !arena.allows(number(c), 34, Access::Write));
    EXPECT(arena.allocate(40, Access::Write) == b);
    bool twice = false;
    arena.release(c);
    try {
        arena.release(c);
    } catch (const std::logic_error &) { twice = true; }
    EXPECT(twice);
    bool full = false;
    try {
        arena.allocate(Arena::kSize, Access::Write);
    } catch (const std::bad_alloc &) { full = true; }
    EXPECT(full);
    auto *large = static_cast<char *>(arena.allocate(size_t{5} << 30, Access::Write));
    EXPECT(arena.allows(number(large) + (size_t{5} << 30) - 8, 8, Access::Write) && !arena.allows(number(large) + (size_t{5} << 30), 1, Access::Write));
}

static void words() {
    uint64_t first = 0;
    {
        Arena arena;
        auto *a = static_cast<char *>(arena.allocate(24, Access::Write, "a thing"));
        first = number(a);
        EXPECT(arena.describe(0) == "a null pointer" && arena.describe(1) == "a null pointer");
        EXPECT(arena.describe(number(a) + 8) == "8 bytes into a thing of 24 bytes" && arena.describe(number(a) + 30) == "6 bytes behind a thing of 24 bytes");
        EXPECT(arena.describe(number(a) - 4) == "4 bytes before a thing of 24 bytes");
        arena.release(a);
        EXPECT(arena.describe(number(a) + 8) == "8 bytes into a thing of 24 bytes that was released");
        EXPECT(arena.describe(Arena::kBase + Arena::kSize - 1) == "outside of all memory that a program can have" &&
               arena.describe(number(&arena)) == arena.describe(~uint64_t{0}));
        bool second = false;
        try {
            Arena other;
        } catch (const std::runtime_error &) { second = true; }
        EXPECT(second);
    }
    Arena again;
    EXPECT(number(again.allocate(24, Access::Write)) == first); // the same addresses in every run
}

int main() {
    accesses();
    reuse();
    words();
    return failed;
}
