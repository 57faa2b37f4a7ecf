// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/Execution.h"

#include "sim/bpf/Map.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace scx::sim {

constexpr unsigned kMostMaps = 4096;

Execution *Execution::current = nullptr;

Execution::Execution(Host &host, Arena &arena, Profile profile) : host(host), arena(arena), profile(std::move(profile)) {
    // The frames of one entry, one behind the other, after the arguments of the callback.
    levels = static_cast<char *>(own((kArguments * 8 + 16 + size_t{kFrames} * kFrameStride) * kLevels, Access::None, "the programs' stack"));
    handles = static_cast<uint64_t *>(own(kMostMaps * 8, Access::None, "a map"));
    lastDistributed.assign(static_cast<size_t>(host.cpuCount()), -1);
    for (unsigned level = 0; level < kLevels; ++level) {
        char *begin = levels + level * (kArguments * 8 + 16 + size_t{kFrames} * kFrameStride);
        arena.allow(begin, kArguments * 8, Access::Read);
        for (unsigned i = 0; i < kFrames; ++i)
            arena.allow(begin + kArguments * 8 + 16 + i * kFrameStride, kFrame, Access::Write);
    }
}

Execution::~Execution() {
    while (!storages.empty())
        forget(static_cast<void **>(storages.begin()->first));
    for (const auto &[timer, state] : timers)
        host.cancelTimer(reinterpret_cast<void *>(timer));
    timers.clear();
    maps.clear();
    for (void *memory : later)
        arena.release(memory);
    for (const auto &[object, allocated] : objects)
        arena.release(reinterpret_cast<void *>(object));
    for (const auto &[mask, references] : masks)
        arena.release(reinterpret_cast<void *>(mask));
    for (void *memory : owned)
        arena.release(memory);
}

// ---------------------------------------------------------------- running

Execution *Execution::running() { return current; }

/// Keeps what the program below left, and restores it however the one above ends.
struct Execution::Level {
    Execution &execution;
    uint64_t frame;
    int64_t budget;
    uint32_t site;
    int32_t cpu;
    Execution *before;
    char *begin;

    explicit Level(Execution &e) : execution(e), frame(e.frame), budget(e.budget), site(e.site), cpu(e.cpu), before(current) {
        if (e.depth == kLevels)
            e.fault("callbacks are nested more than " + std::to_string(kLevels) + " deep");
        begin = e.levels + e.depth++ * (kArguments * 8 + 16 + size_t{kFrames} * kFrameStride);
        e.budget = kBudget;
        e.cpu = e.host.cpu();
        current = &e;
    }
    ~Level() {
        execution.frame = frame;
        execution.budget = budget;
        execution.site = site;
        execution.cpu = cpu;
        current = before;
        if (--execution.depth == 0)
            execution.leave();
    }
    uint64_t firstFrame() const { return reinterpret_cast<uint64_t>(begin) + kArguments * 8 + 16 + kFrame; }
};

void Execution::leave() {
    for (void *memory : later)
        arena.release(memory);
    later.clear();
}

uint64_t Execution::enter(uint32_t function, std::initializer_list<uint64_t> arguments) {
    Level level(*this);
    std::copy_n(arguments.begin(), std::min<size_t>(arguments.size(), kArguments), reinterpret_cast<uint64_t *>(level.begin));
    return natives[function](reinterpret_cast<uint64_t>(level.begin), 0, 0, 0, 0, level.firstFrame());
}

uint64_t Execution::enterCallback(uint64_t callback, uint64_t a, uint64_t b, uint64_t c) {
    Level level(*this);
    return natives[(callback - kCallbacks) / 8](a, b, c, 0, 0, level.firstFrame());
}

Native Execution::functionOf(uint64_t callback) const {
    uint64_t index = (callback - kCallbacks) / 8;
    if (callback < kCallbacks || callback % 8 != 0 || index >= natives.size() || !natives[index])
        fault("gives a helper something else than a function to call");
    return natives[index];
}

uint64_t Execution::callback(uint64_t callback, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) {
    Native native = functionOf(callback);
    uint64_t below = frame;
    uint32_t at = site;
    uint64_t end = below + kFrameStride;
    if (!arena.allows(end - kFrame, kFrame, Access::Write))
        fault("calls are nested more than " + std::to_string(kFrames) + " deep");
    uint64_t result = native(a, b, c, d, e, end);
    frame = below;
    site = at;
    return result;
}

void Execution::fire(void *timer) {
    auto it = timers.find(reinterpret_cast<uint64_t>(timer));
    if (it == timers.end() || !it->second.active)
        return;
    it->second.active = false;
    Timer copy = it->second; // the callback may start it again
    enterCallback(copy.callback, copy.map, copy.key, copy.value);
}

// ---------------------------------------------------------------- checks

void Execution::fault(uint32_t at, const std::string &what) const { throw Fault(image.where(at) + ": " + what); }

void Execution::fault(const std::string &what) const { fault(site, what); }

void *Execution::memory(uint64_t address, size_t bytes, Access access, const char *what) const {
    if (!arena.allows(address, bytes, access)) {
        char at[32];
        std::snprintf(at, sizeof at, "0x%llx", static_cast<unsigned long long>(address));
        fault(std::string("gives ") + at + " as " + what + ", of which " + std::to_string(bytes) + " bytes are " +
              (access == Access::Write ? "written" : "read") + ": " + arena.describe(address));
    }
    return reinterpret_cast<void *>(address);
}

std::string Execution::text(uint64_t address, size_t most, const char *what) const {
    size_t readable = arena.extent(address, most, Access::Read);
    const char *begin = reinterpret_cast<const char *>(address);
    size_t length = readable ? strnlen(begin, readable) : 0;
    if (length == readable)
        memory(address, readable + 1, Access::Read, what);
    return std::string(begin, length);
}

Map &Execution::map(uint64_t handle) const {
    uint64_t index = (handle - reinterpret_cast<uint64_t>(handles)) / 8;
    if (handle % 8 != 0 || index >= maps.size())
        fault("gives a helper something else than a map: " + arena.describe(handle));
    return *maps[index];
}

// ---------------------------------------------------------------- memory

Map &Execution::addMap(std::unique_ptr<Map> map) {
    if (maps.size() == kMostMaps)
        throw std::runtime_error("the object has more than " + std::to_string(kMostMaps) + " maps; that is more than the simulator holds");
    map->handle = reinterpret_cast<uint64_t>(handles + maps.size());
    maps.push_back(std::move(map));
    return *maps.back();
}

void *Execution::own(size_t bytes, Access access, const std::string &what) {
    owned.push_back(arena.allocate(bytes, access, arena.name(what)));
    return owned.back();
}

void Execution::forget(void **place) {
    auto it = storages.find(place);
    if (it == storages.end())
        return;
    std::unique_ptr<Storage> storage = std::move(it->second);
    storages.erase(it);
    *place = nullptr;
    for (const auto &map : maps)
        if (void *keeper = storage.get(); map->shape.type == 29 || map->shape.type == 32)
            map->eraseStored(&keeper);
    if (depth == 0)
        leave();
}

// ---------------------------------------------------------------- what values hold

const ValueFields &Execution::fieldsOf(uint32_t type) {
    auto it = fieldsByType.find(type);
    if (it == fieldsByType.end())
        it = fieldsByType.emplace(type, findFields(types.get(), type)).first;
    return it->second;
}

void Execution::clear(const ValueFields &fields, char *value) {
    for (const ValueField &field : fields) {
        char *at = value + field.offset;
        auto address = reinterpret_cast<uint64_t>(at);
        uint64_t kept = 0;
        switch (field.kind) {
        case FieldKind::Timer:
            if (timers.erase(address))
                host.cancelTimer(at);
            std::memset(at, 0, field.bytes);
            break;
        case FieldKind::Kept:
            std::memcpy(&kept, at, 8);
            std::memset(at, 0, 8);
            if (kept)
                dropKept(field, kept);
            break;
        case FieldKind::RbRoot:
        case FieldKind::ListHead:
            if (auto it = collections.find(address); it != collections.end()) {
                std::deque<uint64_t> nodes = std::move(it->second);
                collections.erase(it);
                for (uint64_t node : nodes)
                    dropObject(node - field.nodeOffset);
            }
            break;
        case FieldKind::SpinLock:
        case FieldKind::Workqueue:
        case FieldKind::RbNode:
        case FieldKind::ListNode:
        case FieldKind::Refcount: break;
        }
    }
}

void Execution::dropKept(const ValueField &field, uint64_t pointer) {
    if (field.pointee == "task_struct")
        host.drop(reinterpret_cast<task_struct *>(pointer));
    else if (field.pointee == "cgroup")
        host.drop(reinterpret_cast<cgroup *>(pointer));
    else if (field.pointee == "bpf_cpumask")
        dropMask(pointer);
    else
        dropObject(pointer);
}

void Execution::dropObject(uint64_t object) {
    auto it = objects.find(object);
    if (it == objects.end())
        fault("drops what bpf_obj_new did not give: " + arena.describe(object));
    if (--it->second.references > 0)
        return;
    uint32_t type = it->second.type;
    objects.erase(it);
    clear(fieldsOf(type), reinterpret_cast<char *>(object));
    arena.release(reinterpret_cast<void *>(object));
}

void Execution::dropMask(uint64_t mask) {
    auto it = masks.find(mask);
    if (it == masks.end())
        fault("releases what bpf_cpumask_create did not give: " + arena.describe(mask));
    if (--it->second > 0)
        return;
    masks.erase(it);
    releaseLater(reinterpret_cast<void *>(mask)); // under RCU in the kernel
}

void Execution::finishRecord(uint64_t record, bool discard, uint64_t flags) {
    auto it = records.find(record);
    if (it == records.end())
        fault("submits what it did not reserve: " + arena.describe(record));
    it->second->commit(reinterpret_cast<char *>(record), discard, flags);
    records.erase(it);
}

// ---------------------------------------------------------------- lines

const ImageFunction *Image::functionOf(uint32_t site) const {
    auto it = std::upper_bound(functions.begin(), functions.end(), site, [](uint32_t s, const ImageFunction &f) { return s < f.firstSite; });
    return it == functions.begin() ? nullptr : &*--it;
}

std::string Image::where(uint32_t site, bool column) const {
    const ImageFunction *function = functionOf(site);
    if (!function)
        return path;
    auto line = std::upper_bound(lines.begin(), lines.end(), site, [](uint32_t s, const Line &l) { return s < l.site; });
    if (line == lines.begin() || (--line)->site < function->firstSite || line->line == 0)
        return function->name + "+" + std::to_string(site - function->firstSite);
    return line->file + ":" + std::to_string(line->line) + (column ? ":" + std::to_string(line->column) : "");
}

} // namespace scx::sim
