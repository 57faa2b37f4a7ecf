// SPDX-License-Identifier: GPL-2.0-only
#include "user/MappedLink.h"

#include <cstring>

namespace scx::user {
namespace {

// A sample has a word of 32 bits with its length and two flags before it, and another that is the kernel's; it takes a multiple of 8 bytes.
constexpr uint32_t kBusy = 1u << 31, kDiscarded = 1u << 30; // BPF_RINGBUF_BUSY_BIT, BPF_RINGBUF_DISCARD_BIT
constexpr size_t kHeader = 8;                               // BPF_RINGBUF_HDR_SZ
constexpr size_t kAnswerBytes = kHeader + sizeof(Answer);

uint64_t load(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

} // namespace

MappedLink::MappedLink(const MappedRing &records, const MappedRing &answers, size_t attributes)
    : records(records), answers(answers), recordBytes(sizeof(Record) + attributes * sizeof(int64_t)), read(load(records.consumed)),
      written(load(answers.produced)) {}

const Record *MappedLink::receive() {
    __atomic_store_n(records.consumed, read, __ATOMIC_RELEASE); // the one before is no longer needed
    while (read < load(records.produced)) {
        char *sample = records.data + (read & (records.size - 1));
        uint32_t length = __atomic_load_n(reinterpret_cast<uint32_t *>(sample), __ATOMIC_ACQUIRE);
        if (length & kBusy)
            return nullptr; // reserved, and being filled in
        uint32_t bytes = length & ~kDiscarded;
        read += (bytes + kHeader + 7) / 8 * 8;
        if (!(length & kDiscarded) && bytes == recordBytes)
            return reinterpret_cast<const Record *>(sample + kHeader);
        __atomic_store_n(records.consumed, read, __ATOMIC_RELEASE);
    }
    return nullptr;
}

bool MappedLink::room() const { return written - load(answers.consumed) + kAnswerBytes <= answers.size; }

void MappedLink::answer(const Answer &answer) {
    char *sample = answers.data + (written & (answers.size - 1));
    const uint32_t header[] = {sizeof(Answer), 0};
    std::memcpy(sample, header, sizeof header);
    std::memcpy(sample + kHeader, &answer, sizeof answer);
    written += kAnswerBytes;
    ++hidden;
}

uint64_t MappedLink::submit() {
    __atomic_store_n(answers.produced, written, __ATOMIC_RELEASE);
    uint64_t shown = hidden;
    hidden = 0;
    return shown;
}

uint64_t MappedLink::unread() const { return (load(answers.produced) - load(answers.consumed)) / kAnswerBytes; }

} // namespace scx::user
