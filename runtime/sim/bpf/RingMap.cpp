// SPDX-License-Identifier: GPL-2.0-only
// Rings that programs share with a process (kernel/bpf/ringbuf.c).
#include "sim/bpf/Dynptr.h"
#include "sim/bpf/Execution.h"
#include "sim/bpf/Map.h"
#include "sim/bpf/Rings.h"

#include <cerrno>
#include <cstring>
#include <deque>
#include <stdexcept>

namespace scx::sim {
namespace {

constexpr uint64_t kHeader = 8, kNoWakeup = 1, kForceWakeup = 2; // BPF_RINGBUF_HDR_SZ, BPF_RB_…

uint64_t taken(uint64_t bytes) { return (bytes + kHeader + 7) / 8 * 8; }

void check(const MapShape &shape) {
    if (shape.keySize != 0 || shape.valueSize != 0 || shape.maxEntries == 0 || (shape.maxEntries & (shape.maxEntries - 1)) != 0)
        throw std::runtime_error("ring `" + shape.name + "` needs a power of two of bytes, no keys and no values; the kernel refuses it too");
}

/// If nobody reads, each record is gone when it is complete, so that there is always room for one of the ring's size.
class RingMap : public Map, public RecordRing {
  public:
    RingMap(Execution &execution, MapShape given) : Map(execution, std::move(given)) {
        check(shape);
        what = execution.arena.name("a record of ring " + shape.name);
    }

    char *reserve(uint64_t bytes) override {
        if (bytes == 0 || bytes > shape.maxEntries - kHeader || (wake && produced - consumed + taken(bytes) >= shape.maxEntries))
            return nullptr;
        char *record = static_cast<char *>(execution.arena.allocate(bytes, Access::Write, what));
        records.push_back({record, produced, bytes, Record::Busy, {}});
        produced += taken(bytes);
        return record;
    }
    void commit(char *memory, bool discard, uint64_t flags) override {
        auto record = records.begin();
        while (record->memory != memory)
            ++record;
        record->state = discard ? Record::Discarded : Record::Complete;
        if (wake)
            record->bytes.assign(memory, record->size);
        else
            execution.ringbufDropped += !discard;
        record->memory = nullptr;
        execution.releaseNow(memory);
        bool waking = flags & kForceWakeup || (!(flags & kNoWakeup) && record->position == consumed);
        if (!wake)
            while (!records.empty() && records.front().state != Record::Busy)
                pop();
        else if (waking)
            wake();
    }
    uint64_t query(uint64_t figure) const override {
        const uint64_t figures[] = {produced - consumed, shape.maxEntries, consumed, produced}; // BPF_RB_AVAIL_DATA, _RING_SIZE, _CONS_POS, _PROD_POS
        return figure < std::size(figures) ? figures[figure] : 0;
    }

    void read(std::function<void()> whenWoken) override { wake = std::move(whenWoken); }
    const std::string *front() override {
        while (!records.empty() && records.front().state == Record::Discarded)
            pop();
        return !records.empty() && records.front().state == Record::Complete ? &records.front().bytes : nullptr;
    }
    size_t size() const override { return records.size(); }
    void pop() override {
        consumed += taken(records.front().size);
        records.pop_front();
    }

  private:
    struct Record {
        char *memory; // while it is reserved
        uint64_t position, size;
        enum : uint8_t { Busy, Complete, Discarded } state;
        std::string bytes;
    };
    const char *what;
    std::deque<Record> records;
    uint64_t produced = 0, consumed = 0; // positions, in bytes
    std::function<void()> wake;
};

/// Empty as long as no process writes.
class UserRingMap : public Map, public AnswerRing {
  public:
    UserRingMap(Execution &execution, MapShape given) : Map(execution, std::move(given)) {
        check(shape);
        what = execution.arena.name("a sample of ring " + shape.name);
    }

    /// bpf_user_ringbuf_drain
    int64_t drain(uint64_t callback, uint64_t context, uint64_t flags) override {
        constexpr int64_t kMost = 128 * 1024; // BPF_MAX_USER_RINGBUF_SAMPLES
        if (flags & ~(kNoWakeup | kForceWakeup))
            return -EINVAL;
        if (busy)
            return -EBUSY;
        busy = true;
        int64_t count = 0;
        for (uint64_t stop = 0; count < kMost && shown > 0 && !stop; ++count) {
            const std::string &sample = samples.front();
            char *bytes = static_cast<char *>(execution.arena.allocate(sample.size(), Access::Read, what));
            std::memcpy(bytes, sample.data(), sample.size());
            auto *dynptr = static_cast<Dynptr *>(execution.arena.allocate(sizeof(Dynptr), Access::Write, "the dynptr of a sample"));
            *dynptr = {reinterpret_cast<uint64_t>(bytes), static_cast<uint32_t>(sample.size()), 0};
            stop = execution.callback(callback, reinterpret_cast<uint64_t>(dynptr), context);
            execution.releaseNow(dynptr);
            execution.releaseNow(bytes);
            used -= taken(sample.size());
            samples.pop_front();
            --shown;
        }
        busy = false;
        return count;
    }

    bool room(size_t bytes) const override { return used + taken(bytes) <= shape.maxEntries; }
    void write(std::string_view bytes) override {
        samples.emplace_back(bytes);
        used += taken(bytes.size());
    }
    void show() override { shown = samples.size(); }
    size_t unread() const override { return shown; }

  private:
    const char *what;
    std::deque<std::string> samples;
    size_t shown = 0; // of them, that programs may see
    uint64_t used = 0;
    bool busy = false;
};

} // namespace

std::unique_ptr<Map> makeRing(Execution &execution, MapShape shape) { return std::make_unique<RingMap>(execution, std::move(shape)); }
std::unique_ptr<Map> makeUserRing(Execution &execution, MapShape shape) { return std::make_unique<UserRingMap>(execution, std::move(shape)); }

} // namespace scx::sim
