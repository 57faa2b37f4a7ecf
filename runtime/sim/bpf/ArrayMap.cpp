// SPDX-License-Identifier: GPL-2.0-only
// Arrays (kernel/bpf/arraymap.c).
#include "sim/bpf/Execution.h"
#include "sim/bpf/Map.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace scx::sim {
namespace {

class ArrayMap : public Map {
  public:
    ArrayMap(Execution &execution, MapShape given, bool perCpu) : Map(execution, std::move(given)), cpus(perCpu ? execution.host.cpuCount() : 1) {
        if (shape.keySize != 4 || shape.valueSize == 0 || shape.maxEntries == 0)
            throw std::runtime_error("array `" + shape.name + "` needs keys of 4 bytes, values and room; the kernel refuses it too");
        stride = (shape.valueSize + 7) / 8 * 8 + 8; // 8 bytes that may not be touched keep values apart
        count = uint64_t{shape.maxEntries} * static_cast<uint64_t>(cpus);
        values = static_cast<char *>(execution.own(count * stride, Access::None, "the values of map " + shape.name));
        for (uint64_t i = 0; i < count; ++i)
            execution.arena.allow(values + i * stride, shape.valueSize, Access::Write);
    }

    char *findOn(const char *key, int cpu) override {
        uint32_t index = 0;
        std::memcpy(&index, key, 4);
        if (index >= shape.maxEntries || cpu < 0 || cpu >= execution.host.cpuCount())
            return nullptr;
        return values + ((cpus > 1 ? static_cast<uint64_t>(cpu) * shape.maxEntries : 0) + index) * stride;
    }
    char *find(const char *key, bool) override { return findOn(key, execution.cpu); }
    int64_t update(const char *key, const char *value, uint64_t flags) override {
        if ((flags & ~uint64_t{4}) > 2) // BPF_F_LOCK aside, BPF_EXIST is the last
            return -EINVAL;
        char *element = find(key, true);
        if (!element)
            return -E2BIG;
        if (flags & 1) // all elements of an array exist
            return -EEXIST;
        copyPlain(shape.fields, element, value, shape.valueSize);
        execution.clear(shape.fields, element);
        return 0;
    }
    int64_t erase(const char *) override { return -EINVAL; }
    int64_t each(const std::function<bool(char *, char *)> &visit) override {
        auto *key = static_cast<char *>(execution.arena.allocate(4, Access::Read, "a key of an array"));
        int64_t seen = 0;
        for (uint32_t i = 0; i < shape.maxEntries; ++i) {
            std::memcpy(key, &i, 4);
            ++seen;
            if (visit(key, find(key, false)))
                break;
        }
        execution.releaseNow(key);
        return seen;
    }
    char *keyOf(char *value) override {
        auto *key = static_cast<char *>(execution.own(4, Access::Read, "a key of map " + shape.name));
        auto index = static_cast<uint32_t>(static_cast<uint64_t>(value - values) / stride % shape.maxEntries);
        std::memcpy(key, &index, 4);
        return key;
    }
    ArrayLayout layout() const override {
        if (shape.inner) // what is found is a map, not its place
            return {};
        return {reinterpret_cast<uint64_t>(values), stride, cpus > 1 ? stride * shape.maxEntries : 0, shape.maxEntries};
    }

  private:
    int cpus;
    uint64_t stride = 0, count = 0;
    char *values = nullptr;
};

} // namespace

std::unique_ptr<Map> makeArray(Execution &execution, MapShape shape) { return std::make_unique<ArrayMap>(execution, std::move(shape), false); }
std::unique_ptr<Map> makePerCpuArray(Execution &execution, MapShape shape) { return std::make_unique<ArrayMap>(execution, std::move(shape), true); }

} // namespace scx::sim
