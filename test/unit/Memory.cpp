// SPDX-License-Identifier: GPL-2.0-only
// scxc's memory: pieces do not overlap, keep what is in them, are aligned as asked for, and come again when they were given back.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <new>
#include <random>
#include <vector>

static int wrong = 0;
#define EXPECT(what)                                                                                                                                           \
    do {                                                                                                                                                       \
        if (!(what)) {                                                                                                                                         \
            std::fprintf(stderr, "line %d: not so: %s\n", __LINE__, #what);                                                                                    \
            ++wrong;                                                                                                                                           \
        }                                                                                                                                                      \
    } while (0)

static bool isAligned(void *memory, size_t alignment) { return reinterpret_cast<uintptr_t>(memory) % alignment == 0; }

/// Many pieces of all sizes and alignments, each filled with its own mark, in random order.
static void many() {
    struct Held {
        unsigned char *memory;
        size_t bytes;
        unsigned char mark;
    };
    std::vector<Held> held;
    std::mt19937_64 random(1);
    auto size = [&] { return size_t(random() % (size_t(1) << (random() % 22))); };
    auto isWhole = [](const Held &h, size_t bytes) {
        for (size_t i = 0; i < bytes; ++i)
            if (h.memory[i] != h.mark)
                return false;
        return true;
    };
    for (int round = 0; round < 20000; ++round) {
        auto mark = static_cast<unsigned char>(round);
        size_t bytes = size();
        if (held.size() < 200 || random() % 2) {
            size_t alignment = size_t(1) << (random() % 14);
            void *memory = nullptr;
            switch (random() % 4) {
            case 0:
                memory = malloc(bytes);
                alignment = 16;
                break;
            case 1: memory = aligned_alloc(alignment, bytes); break;
            case 2:
                memory = calloc(1, bytes);
                alignment = 16;
                for (size_t i = 0; i < bytes; ++i)
                    if (static_cast<unsigned char *>(memory)[i])
                        ++wrong;
                break;
            case 3: memory = operator new(bytes, std::align_val_t(alignment)); break;
            }
            EXPECT(memory && isAligned(memory, alignment) && isAligned(memory, 16));
            EXPECT(malloc_usable_size(memory) >= bytes);
            bytes = random() % 2 ? bytes : malloc_usable_size(memory);
            std::memset(memory, mark, bytes);
            held.push_back({static_cast<unsigned char *>(memory), bytes, mark});
            continue;
        }
        Held &h = held[random() % held.size()];
        EXPECT(isWhole(h, h.bytes));
        if (random() % 2) {
            h.memory = static_cast<unsigned char *>(realloc(h.memory, bytes));
            EXPECT(isWhole(h, std::min(h.bytes, bytes)));
            std::memset(h.memory, mark, bytes);
            h = {h.memory, bytes, mark};
        } else {
            free(h.memory);
            h = held.back();
            held.pop_back();
        }
    }
    for (Held &h : held)
        EXPECT(isWhole(h, h.bytes));
}

int main() {
    for (size_t bytes : {size_t(0), size_t(1), size_t(24), size_t(20000), size_t(300000), size_t(1) << 20}) {
        void *first = malloc(bytes);
        free(first);
        if (bytes < 1000000)
            EXPECT(malloc(bytes) == first);
    }
    void *none = malloc(0);
    EXPECT(none != malloc(0));
    free(nullptr);
    // Amounts that overflow are refused, and the next request is served.
    volatile size_t huge = SIZE_MAX - 8;
    EXPECT(!malloc(huge) && !calloc(huge / 2, 4) && !realloc(none, huge) && !aligned_alloc(64, huge));
    void *memory = nullptr;
    EXPECT(posix_memalign(&memory, size_t(1) << 23, 5) == 0 && isAligned(memory, size_t(1) << 23));
    bool thrown = false;
    try {
        operator delete(operator new(huge));
    } catch (const std::bad_alloc &) { thrown = true; }
    EXPECT(thrown);
    many();
    std::puts(wrong ? "failed" : "ok");
    return wrong != 0;
}
