// SPDX-License-Identifier: GPL-2.0-only
// Helpers of maps and of what lies in their values (kernel/bpf/helpers.c, bpf_task_storage.c, bpf_cgrp_storage.c).
#include "sim/bpf/Calls.h"
#include "sim/bpf/Map.h"

#include <cerrno>
#include <cstring>

namespace scx::sim {
namespace {

const char *keyOf(Execution &execution, const Map &map, uint64_t key) {
    return static_cast<const char *>(execution.memory(key, map.shape.keySize, Access::Read, "the key"));
}

const char *valueOf(Execution &execution, const Map &map, uint64_t value) {
    return static_cast<const char *>(execution.memory(value, map.shape.valueSize, Access::Read, "the value"));
}

char *room(Execution &execution, const Map &map, uint64_t value) {
    return static_cast<char *>(execution.memory(value, map.shape.valueSize, Access::Write, "room for the value"));
}

uint64_t found(const Map &map, char *value) {
    uint64_t result = reinterpret_cast<uint64_t>(value);
    if (value && map.shape.inner) // of a map of maps the map itself
        std::memcpy(&result, value, 8);
    return result;
}

uint64_t lookup(Execution &execution, uint64_t handle, uint64_t key) {
    Map &map = execution.map(handle);
    return found(map, map.find(keyOf(execution, map, key)));
}

uint64_t lookupPerCpu(Execution &execution, uint64_t handle, uint64_t key, uint32_t cpu) {
    Map &map = execution.map(handle);
    return found(map, map.findOn(keyOf(execution, map, key), static_cast<int>(cpu)));
}

int64_t update(Execution &execution, uint64_t handle, uint64_t key, uint64_t value, uint64_t flags) {
    Map &map = execution.map(handle);
    return map.update(keyOf(execution, map, key), valueOf(execution, map, value), flags);
}

int64_t erase(Execution &execution, uint64_t handle, uint64_t key) {
    Map &map = execution.map(handle);
    return map.erase(keyOf(execution, map, key));
}

int64_t push(Execution &execution, uint64_t handle, uint64_t value, uint64_t flags) {
    Map &map = execution.map(handle);
    return map.push(valueOf(execution, map, value), flags);
}

int64_t pop(Execution &execution, uint64_t handle, uint64_t value) {
    Map &map = execution.map(handle);
    return map.pop(room(execution, map, value));
}

int64_t peek(Execution &execution, uint64_t handle, uint64_t value) {
    Map &map = execution.map(handle);
    return map.peek(room(execution, map, value));
}

int64_t forEach(Execution &execution, uint64_t handle, uint64_t callback, uint64_t context, uint64_t flags) {
    if (flags)
        return -EINVAL;
    return execution.map(handle).each([&](char *key, char *value) {
        return execution.callback(callback, handle, reinterpret_cast<uint64_t>(key), reinterpret_cast<uint64_t>(value), context) != 0;
    });
}

/// Where a task or a cgroup keeps its values; null for a null pointer, which the kernel allows.
template <typename Owner> void **placeOf(Execution &execution, uint64_t owner, void *Owner::*member, const char *what) {
    if (!owner)
        return nullptr;
    execution.memory(owner, 8, Access::Read, what); // its begin is enough to tell it from what is none
    return &(reinterpret_cast<Owner *>(owner)->*member);
}

template <typename Owner> uint64_t stored(Execution &execution, uint64_t handle, uint64_t owner, uint64_t value, uint64_t flags, void *Owner::*member,
                                          const char *what) {
    Map &map = execution.map(handle);
    void **place = placeOf(execution, owner, member, what);
    if (!place)
        return 0;
    return reinterpret_cast<uint64_t>(map.stored(place, reinterpret_cast<void *>(owner), value ? valueOf(execution, map, value) : nullptr, flags));
}

uint64_t taskStorage(Execution &execution, uint64_t handle, uint64_t task, uint64_t value, uint64_t flags) {
    return stored(execution, handle, task, value, flags, &task_struct::bpf_storage, "a task");
}

uint64_t cgroupStorage(Execution &execution, uint64_t handle, uint64_t group, uint64_t value, uint64_t flags) {
    return stored(execution, handle, group, value, flags, &cgroup::bpf_cgrp_storage, "a cgroup");
}

int64_t eraseTaskStorage(Execution &execution, uint64_t handle, uint64_t task) {
    void **place = placeOf(execution, task, &task_struct::bpf_storage, "a task");
    return place ? execution.map(handle).eraseStored(place) : -EINVAL;
}

int64_t eraseCgroupStorage(Execution &execution, uint64_t handle, uint64_t group) {
    void **place = placeOf(execution, group, &cgroup::bpf_cgrp_storage, "a cgroup");
    return place ? execution.map(handle).eraseStored(place) : -EINVAL;
}

void lock(Execution &execution, uint64_t at) {
    auto *value = execution.memory<uint32_t>(at, Access::Write, "a lock");
    if (*value)
        execution.fault("takes a lock that it holds already");
    *value = 1;
}

void unlock(Execution &execution, uint64_t at) {
    auto *value = execution.memory<uint32_t>(at, Access::Write, "a lock");
    if (!*value)
        execution.fault("lets go a lock that it does not hold");
    *value = 0;
}

uint64_t exchange(Execution &execution, uint64_t at, uint64_t pointer) {
    return std::exchange(*execution.memory<uint64_t>(at, Access::Write, "a kept pointer"), pointer);
}

constexpr HelperRow kRows[] = {
    {1, "map_lookup_elem", callAs<lookup>},
    {2, "map_update_elem", callAs<update>},
    {3, "map_delete_elem", callAs<erase>},
    {87, "map_push_elem", callAs<push>},
    {88, "map_pop_elem", callAs<pop>},
    {89, "map_peek_elem", callAs<peek>},
    {93, "spin_lock", callAs<lock>, "nobody else runs meanwhile; to take it twice is a fault"},
    {94, "spin_unlock", callAs<unlock>},
    {156, "task_storage_get", callAs<taskStorage>},
    {157, "task_storage_delete", callAs<eraseTaskStorage>},
    {164, "for_each_map_elem", callAs<forEach>},
    {194, "kptr_xchg", callAs<exchange>},
    {195, "map_lookup_percpu_elem", callAs<lookupPerCpu>},
    {210, "cgrp_storage_get", callAs<cgroupStorage>},
    {211, "cgrp_storage_delete", callAs<eraseCgroupStorage>},
};

} // namespace

std::span<const HelperRow> mapHelpers() { return kRows; }

} // namespace scx::sim
