// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/Arena.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <new>
#include <stdexcept>
#include <sys/mman.h>

namespace scx::sim {

/// Stands before each allocation and keeps it apart from the one before; no program may touch it.
struct Arena::Block {
    uint64_t size;   // of the block with this header
    uint32_t wanted; // bytes that were asked for; of large ones in units of 16
    uint16_t sizeClass;
    uint16_t free;
    const char *what;
    Block *next; // among those released

    char *memory() { return reinterpret_cast<char *>(this + 1); }
    size_t bytes() const { return size > UINT32_MAX ? size_t{wanted} * 16 : wanted; }
};

namespace {

int8_t *shadowOf(uint64_t address) { return reinterpret_cast<int8_t *>(Arena::kShadow + (address - Arena::kBase) / 8); }

void reserve(uint64_t at, size_t bytes) {
    void *got = mmap(reinterpret_cast<void *>(at), bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (got != reinterpret_cast<void *>(at)) {
        if (got != MAP_FAILED) // a kernel that does not know the flag takes the address for a wish
            munmap(got, bytes);
        throw std::runtime_error("no room for the memory of the simulation at its fixed address (" + std::string(std::strerror(errno)) +
                                 "); it takes 36 GiB of addresses, see ulimit -v");
    }
}

/// How many of the 8 bytes of a unit may be touched so, from the first on.
size_t allowed(int8_t shadow, Access access) {
    if (shadow >= 0)
        return shadow >= static_cast<int8_t>(access) ? 8 : 0;
    bool writable = shadow & 1;
    return access == Access::Read || writable ? static_cast<size_t>(-shadow) / 2 : 0;
}

} // namespace

Arena::Arena() : next(reinterpret_cast<char *>(kBase)) {
    static_assert(sizeof(Block) == 32);
    reserve(kBase, kSize);
    try {
        reserve(kShadow, kSize / 8 + 1);
    } catch (...) {
        munmap(reinterpret_cast<void *>(kBase), kSize);
        throw;
    }
}

Arena::~Arena() {
    munmap(reinterpret_cast<void *>(kBase), kSize);
    munmap(reinterpret_cast<void *>(kShadow), kSize / 8 + 1);
}

/// Steps of 16 bytes up to 1 KiB, then four to each power of two: what is lost is a quarter at most.
size_t Arena::blockSize(size_t bytes, size_t &sizeClass) {
    size_t whole = (bytes + 15) / 16 * 16 + sizeof(Block) + 16; // at least 16 bytes lie between the end and what follows
    if (whole <= 1024) {
        sizeClass = whole / 16;
        return whole;
    }
    int power = std::bit_width(whole - 1) - 1; // 2^power < whole <= 2^(power+1)
    size_t step = size_t{1} << (power - 2), steps = (whole - (size_t{1} << power) + step - 1) / step;
    sizeClass = 64 + static_cast<size_t>(power - 10) * 4 + steps;
    return (size_t{1} << power) + steps * step;
}

void *Arena::allocate(size_t bytes, Access access, const char *what) {
    size_t sizeClass = 0, size = bytes < kSize ? blockSize(bytes, sizeClass) : kSize;
    if (sizeClass >= released.size())
        released.resize(sizeClass + 1);
    Block *block = released[sizeClass].first;
    if (block) {
        released[sizeClass].first = block->next;
        std::memset(block->memory(), 0, bytes);
    } else {
        if (size > kSize - static_cast<size_t>(next - reinterpret_cast<char *>(kBase)))
            throw std::bad_alloc();
        block = reinterpret_cast<Block *>(next);
        next += size;
    }
    *block = {size, static_cast<uint32_t>(size > UINT32_MAX ? (bytes + 15) / 16 : bytes), static_cast<uint16_t>(sizeClass), 0, what, nullptr};
    allow(block->memory(), bytes, access);
    return block->memory();
}

void Arena::release(void *memory) {
    Block *block = static_cast<Block *>(memory) - 1;
    if (block->free)
        throw std::logic_error("memory of the simulation is released twice");
    allow(memory, block->bytes(), Access::None);
    block->free = 1;
    block->next = nullptr;
    Queue &queue = released[block->sizeClass];
    (queue.first ? queue.last->next : queue.first) = block;
    queue.last = block;
}

void Arena::allow(void *at, size_t bytes, Access access) {
    auto *shadow = shadowOf(reinterpret_cast<uint64_t>(at));
    std::memset(shadow, static_cast<int8_t>(access), bytes / 8);
    if (size_t rest = bytes % 8)
        shadow[bytes / 8] = access == Access::None ? kNone : static_cast<int8_t>(-2 * static_cast<int>(rest) - (access == Access::Write));
}

size_t Arena::extent(uint64_t address, size_t most, Access access) const {
    size_t good = 0;
    while (good < most && address + good - kBase < kSize) {
        size_t skipped = (address + good) % 8, here = allowed(*shadowOf(address + good), access);
        if (here <= skipped)
            break;
        good += here - skipped;
        if (here < 8)
            break;
    }
    return std::min(good, most);
}

bool Arena::allows(uint64_t address, size_t bytes, Access access) const {
    uint64_t offset = address - kBase;
    if (bytes == 0)
        return true;
    if (offset >= kSize || bytes > kSize - offset)
        return false;
    const int8_t *end = shadowOf(address + bytes - 1);
    for (const int8_t *at = shadowOf(address); at <= end; ++at)
        if (*at < static_cast<int8_t>(access)) // at best a unit in part
            return extent(address, bytes, access) == bytes;
    return true;
}

const char *Arena::name(const std::string &text) { return names.insert(text).first->c_str(); }

std::string Arena::describe(uint64_t address) const {
    if (address < 4096)
        return "a null pointer";
    if (address - kBase >= static_cast<uint64_t>(next - reinterpret_cast<char *>(kBase)))
        return "outside of all memory that a program can have";
    for (auto *block = reinterpret_cast<Block *>(kBase); reinterpret_cast<char *>(block) < next;
         block = reinterpret_cast<Block *>(reinterpret_cast<char *>(block) + block->size)) {
        auto begin = reinterpret_cast<uint64_t>(block->memory());
        if (address >= reinterpret_cast<uint64_t>(block) + block->size)
            continue;
        std::string name = std::string(block->what) + " of " + std::to_string(block->bytes()) + " bytes";
        if (address < begin)
            return std::to_string(begin - address) + " bytes before " + name;
        if (block->free)
            return std::to_string(address - begin) + " bytes into " + name + " that was released";
        if (address < begin + block->bytes())
            return std::to_string(address - begin) + " bytes into " + name;
        return std::to_string(address - begin - block->bytes()) + " bytes behind " + name;
    }
    return "outside of all memory that a program can have";
}

} // namespace scx::sim
