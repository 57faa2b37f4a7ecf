// SPDX-License-Identifier: GPL-2.0-only
// The layout is that of kernel/bpf/ringbuf.c: a page with the reader's position, one with the writer's, and the data twice, so that none of it is broken in two.
#include "tools/Ring.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace scx {
namespace {

constexpr uint32_t kBusy = 1u << 31, kDiscarded = 1u << 30, kHead = 8; // of a record's head: its length and flags, and a number of no use here

} // namespace

Ring::Ring(int file, size_t bytes) : file(file), bytes(bytes), page(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
    auto map = [&](size_t length, int protection, size_t offset) {
        void *at = mmap(nullptr, length, protection, MAP_SHARED, file, static_cast<off_t>(offset));
        return at == MAP_FAILED ? nullptr : static_cast<char *>(at);
    };
    consumer = map(page, PROT_READ | PROT_WRITE, 0);
    producer = consumer ? map(page + 2 * bytes, PROT_READ, page) : nullptr;
    if (producer)
        return;
    std::string why = std::strerror(errno);
    if (consumer)
        munmap(consumer, page);
    close(file);
    throw std::runtime_error("the ring of the trace cannot be read: " + why);
}

Ring::~Ring() {
    munmap(consumer, page);
    munmap(producer, page + 2 * bytes);
    close(file);
}

void Ring::take(const std::function<void(std::span<const char>)> &each) {
    auto *mine = reinterpret_cast<uint64_t *>(consumer), *theirs = reinterpret_cast<uint64_t *>(producer);
    uint64_t at = __atomic_load_n(mine, __ATOMIC_ACQUIRE);
    while (at < __atomic_load_n(theirs, __ATOMIC_ACQUIRE)) {
        char *record = producer + page + (at & (bytes - 1));
        uint32_t head = __atomic_load_n(reinterpret_cast<uint32_t *>(record), __ATOMIC_ACQUIRE);
        if (head & kBusy)
            return; // it is being written
        uint32_t length = head & ~(kBusy | kDiscarded);
        if (!(head & kDiscarded))
            each({record + kHead, length});
        at += (length + kHead + 7) / 8 * 8;
        __atomic_store_n(mine, at, __ATOMIC_RELEASE);
    }
}

} // namespace scx
