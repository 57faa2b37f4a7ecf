// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/Map.h"

#include "sim/bpf/Execution.h"

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <stdexcept>

namespace scx::sim {

void Map::cannot(const char *what) const {
    std::string_view type = "this type";
    for (const MapType &row : mapTypes())
        if (row.number == shape.type)
            type = row.name;
    execution.fault(std::string(what) + " map `" + shape.name + "`, which no map of type " + std::string(type) + " allows");
}

char *Map::find(const char *, bool) { cannot("looks a key up in"); }
char *Map::findOn(const char *, int) { cannot("looks for the value of another CPU in"); }
int64_t Map::update(const char *, const char *, uint64_t) { cannot("updates"); }
int64_t Map::erase(const char *) { cannot("deletes from"); }
int64_t Map::push(const char *, uint64_t) { cannot("pushes to"); }
int64_t Map::pop(char *) { cannot("pops from"); }
int64_t Map::peek(char *) { cannot("peeks into"); }
int64_t Map::each(const std::function<bool(char *, char *)> &) { cannot("walks through"); }
char *Map::stored(void **, void *, const char *, uint64_t) { cannot("asks for what a task or cgroup has in"); }
int64_t Map::eraseStored(void **) { cannot("deletes what a task or cgroup has in"); }
char *Map::reserve(uint64_t) { cannot("reserves room in"); }
void Map::commit(char *, bool, uint64_t) { cannot("submits to"); }
uint64_t Map::query(uint64_t) const { cannot("asks how full is"); }
int64_t Map::drain(uint64_t, uint64_t, uint64_t) { cannot("drains"); }
char *Map::keyOf(char *) { cannot("keeps a timer in"); }

const std::vector<MapType> &mapTypes() {
    static const std::vector<MapType> rows = {
        {1, "HASH", makeHash, "elements in the order of insertion"},
        {2, "ARRAY", makeArray, "look-ups are part of the program's own code"},
        {5, "PERCPU_HASH", makePerCpuHash, ""},
        {6, "PERCPU_ARRAY", makePerCpuArray, "look-ups are part of the program's own code"},
        {9, "LRU_HASH", makeLruHash, "what was used least recently goes, exactly; the kernel's choice is near it"},
        {10, "LRU_PERCPU_HASH", makeLruPerCpuHash, "as LRU_HASH"},
        {11, "LPM_TRIE", makeTrie, ""},
        {12, "ARRAY_OF_MAPS", makeArray, "inner maps as the object's `values` say"},
        {13, "HASH_OF_MAPS", makeHash, "the same"},
        {22, "QUEUE", makeQueue, ""},
        {23, "STACK", makeStack, ""},
        {27, "RINGBUF", makeRing, "what is submitted is dropped, unless the [process](#queues-in-user-space) that orders a queue reads it"},
        {29, "TASK_STORAGE", makeStorage, ""},
        {31, "USER_RINGBUF", makeUserRing, "empty, unless that process writes"},
        {32, "CGRP_STORAGE", makeStorage, ""},
    };
    return rows;
}

std::unique_ptr<Map> makeMap(Execution &execution, MapShape shape) {
    constexpr uint32_t kMost = 64 << 20; // elements or bytes of a value: far above any use, far below the arena
    if (shape.keySize > 512 || shape.valueSize > kMost || shape.maxEntries > kMost)
        throw std::runtime_error("map `" + shape.name + "` has keys of " + std::to_string(shape.keySize) + " bytes, values of " +
                                 std::to_string(shape.valueSize) + " and room for " + std::to_string(shape.maxEntries) +
                                 "; that is more than the simulator holds");
    for (const MapType &row : mapTypes())
        if (row.number == shape.type)
            return row.make(execution, std::move(shape));
    std::string known;
    for (const MapType &row : mapTypes())
        known += (known.empty() ? "" : ", ") + std::string(row.name);
    const char *name = libbpf_bpf_map_type_str(static_cast<bpf_map_type>(shape.type)); // null: libbpf does not know it either
    throw std::runtime_error("map `" + shape.name + "` is of type " + (name ? name : std::to_string(shape.type)) +
                             ", which the simulator does not have; it has " + known);
}

} // namespace scx::sim
