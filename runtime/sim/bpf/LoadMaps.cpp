// SPDX-License-Identifier: GPL-2.0-only
// Maps as the object's types define them (`__uint(type, …)`, `__type(key, …)`, `__array(values, …)`).
#include "object/TypeRules.h"
#include "sim/bpf/Load.h"

#include <bpf/btf.h>

#include <cstring>
#include <stdexcept>

namespace scx::sim {
namespace {

constexpr uint32_t kArrayOfMaps = 12, kHashOfMaps = 13, kRing = 27, kUserRing = 31;

[[noreturn]] void refuse(const std::string &map, const std::string &why) { throw std::runtime_error("map `" + map + "` " + why); }

const btf_type *behind(const Loading &loading, uint32_t &type, const std::string &map) {
    const btf_type *pointer = bareType(loading.types(), type);
    if (!pointer || !btf_is_ptr(pointer))
        refuse(map, "is not defined by its type; use __uint and __type");
    type = pointer->type;
    return bareType(loading.types(), type);
}

/// `__uint(name, 5)` is a pointer to an array of 5.
uint32_t numberOf(const Loading &loading, uint32_t type, const std::string &map) {
    const btf_type *array = behind(loading, type, map);
    if (!array || !btf_is_array(array))
        refuse(map, "is not defined by its type; use __uint and __type");
    return btf_array(array)->nelems;
}

uint32_t sizeOf(const Loading &loading, uint32_t type, const std::string &map) {
    int64_t size = btf__resolve_size(loading.types(), type);
    if (size < 0)
        refuse(map, "has keys or values without a size; compile it with their types complete");
    return static_cast<uint32_t>(size);
}

struct Definition {
    MapShape shape;
    uint32_t valuesAt = 0; // where in the variable the inner maps stand
};

Definition define(const Loading &loading, uint32_t type, const std::string &name) {
    const btf_type *t = bareType(loading.types(), type);
    if (!t || !btf_is_struct(t))
        refuse(name, "is not defined by its type; use __uint and __type");
    Definition definition;
    MapShape &shape = definition.shape;
    shape.name = name;
    for (uint32_t i = 0; i < btf_vlen(t); ++i) {
        std::string member = btf__name_by_offset(loading.types(), btf_members(t)[i].name_off);
        uint32_t of = btf_members(t)[i].type;
        if (member == "type")
            shape.type = numberOf(loading, of, name);
        else if (member == "max_entries")
            shape.maxEntries = numberOf(loading, of, name);
        else if (member == "map_flags")
            shape.flags = numberOf(loading, of, name);
        else if (member == "key_size")
            shape.keySize = numberOf(loading, of, name);
        else if (member == "value_size")
            shape.valueSize = numberOf(loading, of, name);
        else if (member == "key") {
            behind(loading, of, name);
            shape.keySize = sizeOf(loading, of, name);
        } else if (member == "value") {
            behind(loading, of, name);
            shape.valueSize = sizeOf(loading, of, name);
            shape.fields = loading.execution.fieldsOf(of);
        } else if (member == "values") {
            definition.valuesAt = btf_member_bit_offset(t, i) / 8;
            const btf_type *array = bareType(loading.types(), of);
            if (!array || !btf_is_array(array))
                refuse(name, "has `values` that are no maps; use __array(values, struct …)");
            uint32_t inner = btf_array(array)->type;
            behind(loading, inner, name);
            shape.inner = std::make_shared<MapShape>(define(loading, inner, name + ".inner").shape);
        } else if (member != "pinning" && member != "numa_node" && member != "map_extra")
            refuse(name, "is defined with `" + member + "`, which the simulator does not know");
    }
    if ((shape.type == kArrayOfMaps || shape.type == kHashOfMaps) != (shape.inner != nullptr))
        refuse(name, "holds maps, but does not say which; use __array(values, struct …)");
    if (shape.inner)
        shape.valueSize = 8;
    if (shape.type == kRing || shape.type == kUserRing) { // libbpf makes a power of two of pages of it
        uint64_t size = 4096;
        while (size < shape.maxEntries)
            size *= 2;
        shape.maxEntries = static_cast<uint32_t>(size);
    }
    return definition;
}

/// Which map is at this place of .maps?
std::pair<const uint64_t, Map *> *mapAt(Loading &loading, uint64_t place) {
    auto it = loading.maps.upper_bound(place);
    return it == loading.maps.begin() ? nullptr : &*--it;
}

} // namespace

void loadMaps(Loading &loading) {
    int section = loading.file.section(".maps");
    int id = btf__find_by_name_kind(loading.types(), ".maps", BTF_KIND_DATASEC);
    if (section < 0)
        return;
    if (id <= 0)
        throw std::runtime_error("the object does not describe its maps; compile it with -g");
    const btf_type *list = btf__type_by_id(loading.types(), static_cast<uint32_t>(id));
    std::map<Map *, uint32_t> valuesAt;
    for (int i = 0; i < btf_vlen(list); ++i) {
        const btf_type *variable = btf__type_by_id(loading.types(), btf_var_secinfos(list)[i].type);
        std::string name = btf__name_by_offset(loading.types(), variable->name_off);
        const Symbol *symbol = nullptr;
        for (const Symbol &s : loading.file.symbols)
            if (s.section == section && s.name == name)
                symbol = &s;
        if (!symbol)
            refuse(name, "has no place in the object; it may not be left out or renamed");
        Definition definition = define(loading, variable->type, name);
        Map &map = loading.execution.addMap(makeMap(loading.execution, std::move(definition.shape)));
        loading.maps[symbol->value] = &map;
        valuesAt[&map] = definition.valuesAt;
    }
    auto relocations = loading.file.relocations.find(section);
    if (relocations == loading.file.relocations.end())
        return;
    for (const Relocation &r : relocations->second) {
        auto *outer = mapAt(loading, r.offset);
        const Symbol &symbol = loading.file.symbols[r.symbol];
        auto inner = symbol.section == section ? loading.maps.find(symbol.value) : loading.maps.end();
        if (!outer || !outer->second->shape.inner || inner == loading.maps.end())
            throw std::runtime_error("map `" + (outer ? outer->second->shape.name : "?") +
                                     "` holds something else than maps; the simulator does not have this");
        auto index = static_cast<uint32_t>((r.offset - outer->first - valuesAt[outer->second]) / 8);
        if (outer->second->update(reinterpret_cast<const char *>(&index), reinterpret_cast<const char *>(&inner->second->handle), 0) != 0)
            refuse(outer->second->shape.name, "has no room for its inner maps; give it more max_entries");
    }
}

} // namespace scx::sim
