// SPDX-License-Identifier: GPL-2.0-only
// What a task or cgroup has of a program (kernel/bpf/bpf_local_storage.c): a slot of its own for each map, so that it is found in two loads.
#include "sim/bpf/Execution.h"
#include "sim/bpf/Map.h"

#include <cerrno>
#include <stdexcept>

namespace scx::sim {
namespace {

class StorageMap : public Map {
  public:
    StorageMap(Execution &execution, MapShape given) : Map(execution, std::move(given)), slot(execution.storageSlots++) {
        if (shape.keySize != 4 || shape.valueSize == 0 || shape.maxEntries != 0)
            throw std::runtime_error("storage `" + shape.name + "` needs keys of 4 bytes, values and no room given; the kernel refuses it too");
        what = execution.arena.name("a value of storage " + shape.name);
    }

    char *stored(void **place, void *owner, const char *initial, uint64_t flags) override {
        constexpr uint64_t kCreate = 1; // BPF_LOCAL_STORAGE_GET_F_CREATE
        if (flags > kCreate)
            return nullptr;
        auto *storage = static_cast<Execution::Storage *>(*place);
        if (storage && slot < storage->values.size() && storage->values[slot])
            return storage->values[slot];
        if (!(flags & kCreate))
            return nullptr;
        if (!storage) {
            auto made = std::make_unique<Execution::Storage>();
            made->owner = owner;
            *place = storage = made.get();
            execution.storages[place] = std::move(made);
        }
        if (slot >= storage->values.size())
            storage->values.resize(execution.storageSlots);
        char *value = static_cast<char *>(execution.arena.allocate(shape.valueSize, Access::Write, what));
        if (initial)
            copyPlain(shape.fields, value, initial, shape.valueSize);
        return storage->values[slot] = value;
    }
    int64_t eraseStored(void **place) override {
        auto *storage = static_cast<Execution::Storage *>(*place);
        if (!storage || slot >= storage->values.size() || !storage->values[slot])
            return -ENOENT;
        execution.clear(shape.fields, storage->values[slot]);
        execution.releaseLater(storage->values[slot]);
        storage->values[slot] = nullptr;
        return 0;
    }

  private:
    uint32_t slot;
    const char *what;
};

} // namespace

std::unique_ptr<Map> makeStorage(Execution &execution, MapShape shape) { return std::make_unique<StorageMap>(execution, std::move(shape)); }

} // namespace scx::sim
