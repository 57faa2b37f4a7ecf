// SPDX-License-Identifier: GPL-2.0-only
// Where does scxc get its memory? A compile asks for some fifty thousand pieces, gives most back soon, and holds a few megabytes at last. So a piece that is given
// back waits for the next request of its size, and new ones are cut off large pages, each of which is one fault. It takes a tenth less time than the C library's.
// scxc has one thread. A sanitizer's own functions take this file's place.
#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <malloc.h>
#include <new>
#include <sys/mman.h>

namespace {

constexpr size_t kGrain = 16;      // bytes; sizes of pieces are multiples of it
constexpr size_t kExact = 1024;    // grains; from there on what is asked for is rounded up to a power of two
constexpr size_t kLargest = 65536; // grains; what takes more gets pages of its own
constexpr size_t kPage = 4096, kLargePage = size_t(2) << 20;
constexpr size_t kTaken = 2 * kLargePage; // from the kernel at a time

/// In front of what is handed out, which is aligned to a grain.
struct Piece {
    size_t size; // in grains, this included; 0: pages of its own
};
/// In front of what has pages of its own.
struct Pages {
    void *begin;
    size_t bytes;
    Piece piece;
};
/// What was given back.
struct Spare {
    Spare *next;
};

Spare *spare[kExact + std::bit_width(kLargest / kExact)];
char *fresh = nullptr, *freshEnd = nullptr;

Piece *pieceOf(void *memory) { return static_cast<Piece *>(memory) - 1; }
Pages &pagesOf(void *memory) { return *(static_cast<Pages *>(memory) - 1); }
char *alignUp(void *address, size_t alignment) {
    return reinterpret_cast<char *>((reinterpret_cast<uintptr_t>(address) + alignment - 1) & -uintptr_t(alignment));
}

/// Where pieces of a size wait. From `kExact` on they have at least the power of two that is asked for.
Spare *&spareOf(size_t size) { return spare[size < kExact ? size : kExact + std::bit_width(size / kExact) - 1]; }

/// Bytes from the kernel, or null where it has no more.
char *map(size_t bytes) {
    void *mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return mapped == MAP_FAILED ? nullptr : static_cast<char *>(mapped);
}

void *allocateAlone(size_t bytes, size_t alignment) {
    if (bytes > PTRDIFF_MAX / 2 || alignment > PTRDIFF_MAX / 2) {
        errno = ENOMEM;
        return nullptr;
    }
    size_t whole = bytes + sizeof(Pages) + std::max(alignment, kPage);
    char *mapped = map(whole);
    if (!mapped)
        return nullptr;
    char *memory = alignUp(mapped + sizeof(Pages), std::max(alignment, kGrain));
    pagesOf(memory) = {mapped, whole, {0}};
    return memory;
}

/// Null, with errno set, where there is no more memory.
void *allocate(size_t bytes) {
    if (bytes >= (kLargest - 1) * kGrain)
        return allocateAlone(bytes, kGrain);
    size_t size = (bytes + sizeof(Piece) + kGrain - 1) / kGrain;
    if (size > kExact)
        size = std::bit_ceil(size);
    Spare *&waiting = spareOf(size);
    if (Spare *again = waiting) {
        waiting = again->next;
        return again;
    }
    if (static_cast<size_t>(freshEnd - fresh) < size * kGrain) {
        char *mapped = map(kTaken + kLargePage);
        if (!mapped)
            return nullptr;
        char *pages = alignUp(mapped, kLargePage);
        madvise(pages, kTaken, MADV_HUGEPAGE);  // where there are none, small ones serve
        fresh = pages + kGrain - sizeof(Piece); // so that what follows the first Piece is aligned
        freshEnd = pages + kTaken;
    }
    auto *piece = reinterpret_cast<Piece *>(fresh);
    fresh += size * kGrain;
    piece->size = size;
    return piece + 1;
}

void giveBack(void *memory) {
    if (!memory)
        return;
    if (size_t size = pieceOf(memory)->size) {
        Spare *&waiting = spareOf(size);
        auto *again = static_cast<Spare *>(memory);
        again->next = waiting;
        waiting = again;
    } else
        munmap(pagesOf(memory).begin, pagesOf(memory).bytes);
}

size_t usable(void *memory) {
    if (size_t size = pieceOf(memory)->size)
        return size * kGrain - sizeof(Piece);
    Pages &pages = pagesOf(memory);
    return static_cast<size_t>(static_cast<char *>(pages.begin) + pages.bytes - static_cast<char *>(memory));
}

/// The end of a larger piece; its beginning is given back as one of its own. `alignment` is a power of two.
void *allocateAligned(size_t bytes, size_t alignment) {
    if (alignment <= kGrain)
        return allocate(bytes);
    if (bytes >= kLargest * kGrain / 2 || alignment >= kLargest * kGrain / 4)
        return allocateAlone(bytes, alignment);
    void *memory = allocate(bytes + alignment);
    if (!memory)
        return nullptr;
    char *aligned = alignUp(memory, alignment);
    if (size_t front = static_cast<size_t>(aligned - static_cast<char *>(memory)) / kGrain) {
        pieceOf(aligned)->size = pieceOf(memory)->size - front;
        pieceOf(memory)->size = front;
        giveBack(memory);
    }
    return aligned;
}

void *orThrow(void *memory) {
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

} // namespace

/// Fetches the program's own pages in two calls, instead of by a fault for each: a compile goes through code of nearly all of it, and LLVM's options and tables are put
/// together before `main`, which writes nearly all that is zero at first. Linux 5.14; an older kernel refuses, and each page comes when it is touched.
[[gnu::constructor(101)]] static void fetchPages() {
    extern char begin asm("__executable_start"), zeros asm("__bss_start"), end asm("_end");
    char *from = alignUp(&zeros, kPage), *to = alignUp(&end, kPage);
    madvise(&begin, static_cast<size_t>(from - &begin), MADV_POPULATE_READ);
    madvise(from, static_cast<size_t>(to - from), MADV_POPULATE_WRITE);
}

// All that the C library's file of `malloc` defines and something here calls: a static program has either all of that file or nothing.
extern "C" {
void *malloc(size_t bytes) { return allocate(bytes); }
void free(void *memory) { giveBack(memory); }
void *calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return nullptr;
    }
    void *memory = allocate(bytes);
    return memory ? std::memset(memory, 0, bytes) : nullptr;
}
void *realloc(void *memory, size_t bytes) {
    if (!memory)
        return allocate(bytes);
    size_t had = usable(memory);
    if (bytes <= had)
        return memory;
    void *larger = allocate(bytes);
    if (!larger)
        return nullptr;
    std::memcpy(larger, memory, had);
    giveBack(memory);
    return larger;
}
void *memalign(size_t alignment, size_t bytes) { return allocateAligned(bytes, alignment); }
void *aligned_alloc(size_t alignment, size_t bytes) { return allocateAligned(bytes, alignment); }
int posix_memalign(void **memory, size_t alignment, size_t bytes) { return (*memory = allocateAligned(bytes, alignment)) ? 0 : ENOMEM; }
size_t malloc_usable_size(void *memory) { return memory ? usable(memory) : 0; }
/// For LLVM's statistics, which nobody here asks for.
struct mallinfo2 mallinfo2() { return {}; }
}

void *operator new(size_t bytes) { return orThrow(allocate(bytes)); }
void *operator new[](size_t bytes) { return orThrow(allocate(bytes)); }
void *operator new(size_t bytes, std::align_val_t alignment) { return orThrow(allocateAligned(bytes, size_t(alignment))); }
void operator delete(void *memory) noexcept { giveBack(memory); }
void operator delete[](void *memory) noexcept { giveBack(memory); }
void operator delete(void *memory, size_t) noexcept { giveBack(memory); }
void operator delete[](void *memory, size_t) noexcept { giveBack(memory); }
void operator delete(void *memory, std::align_val_t) noexcept { giveBack(memory); }
