// SPDX-License-Identifier: GPL-2.0-only
// A BPF map: what programs keep in it, and how. Values lie in the arena; all orders are the same in every run.
#pragma once

#include "sim/bpf/ValueFields.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace scx::sim {

class Execution;

struct MapShape {
    std::string name;
    uint32_t type = 0, keySize = 0, valueSize = 0, maxEntries = 0, flags = 0;
    ValueFields fields; // of the value
    std::shared_ptr<MapShape> inner;
};

/// What translated code needs to know to find an element of an array by itself.
struct ArrayLayout {
    uint64_t first = 0, stride = 0, perCpu = 0; // in bytes; perCpu: 0 unless each CPU has its own
    uint32_t count = 0;                         // 0: it is no array
};

/// Operations that a type of map does not have end the simulation with a fault that names both.
/// Results are the kernel's: 0, or an error number below 0. Keys and values are checked pointers.
class Map {
  public:
    Map(Execution &execution, MapShape shape) : shape(std::move(shape)), execution(execution) {}
    virtual ~Map() = default;

    /// The value, null if there is none. `use`: it is now the one used last.
    virtual char *find(const char *key, bool use = true);
    /// The same of a CPU's own values.
    virtual char *findOn(const char *key, int cpu);
    virtual int64_t update(const char *key, const char *value, uint64_t flags);
    virtual int64_t erase(const char *key);
    virtual int64_t push(const char *value, uint64_t flags);
    virtual int64_t pop(char *value);
    virtual int64_t peek(char *value);
    /// Visits all elements in order until `visit` says that it has enough; how many were visited.
    virtual int64_t each(const std::function<bool(char *key, char *value)> &visit);
    /// The value that a task or cgroup has here; `storage` is where the owner keeps them.
    virtual char *stored(void **storage, void *owner, const char *initial, uint64_t flags);
    virtual int64_t eraseStored(void **storage);
    /// Room for a record; null if it is refused.
    virtual char *reserve(uint64_t bytes);
    /// The record is complete, or not to be read. `flags`: BPF_RB_NO_WAKEUP 1, BPF_RB_FORCE_WAKEUP 2.
    virtual void commit(char *record, bool discard, uint64_t flags);
    virtual uint64_t query(uint64_t figure) const;
    virtual int64_t drain(uint64_t callback, uint64_t context, uint64_t flags);

    /// The key of a value that find gave, in memory that programs may read.
    virtual char *keyOf(char *value);
    virtual ArrayLayout layout() const { return {}; }

    const MapShape shape;
    uint64_t handle = 0; // what programs hold for it

  protected:
    [[noreturn]] void cannot(const char *what) const;
    Execution &execution;
};

struct MapType {
    uint32_t number; // enum bpf_map_type
    std::string_view name;
    std::unique_ptr<Map> (*make)(Execution &, MapShape);
    std::string_view remark; // for the table in docs/simulator.md
};
/// All types that are supported.
const std::vector<MapType> &mapTypes();
/// Throws std::runtime_error for a type that is not supported or sizes that make no sense.
std::unique_ptr<Map> makeMap(Execution &execution, MapShape shape);

// The makers behind the table, by file.
std::unique_ptr<Map> makeArray(Execution &, MapShape), makePerCpuArray(Execution &, MapShape), makeHash(Execution &, MapShape),
    makePerCpuHash(Execution &, MapShape), makeLruHash(Execution &, MapShape), makeLruPerCpuHash(Execution &, MapShape), makeTrie(Execution &, MapShape),
    makeQueue(Execution &, MapShape), makeStack(Execution &, MapShape), makeStorage(Execution &, MapShape), makeRing(Execution &, MapShape),
    makeUserRing(Execution &, MapShape);

} // namespace scx::sim
