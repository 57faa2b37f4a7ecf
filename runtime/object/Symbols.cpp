// SPDX-License-Identifier: GPL-2.0-only
// Does the object hold what its description names? Whatever is written or read by name later is looked up here first.
#include "object/Object.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <map>
#include <memory>
#include <stdexcept>

namespace scx {

void checkSymbols(const ObjectFile &file, const ObjectInfo &info) {
    auto damaged = [&](const std::string &why) { return std::runtime_error("`" + file.path + "` is damaged (" + why + "); compile the policy again"); };
    libbpf_print_fn_t before = libbpf_set_print(nullptr); // what libbpf would say is said in one line here
    std::unique_ptr<bpf_object, void (*)(bpf_object *)> object(bpf_object__open_mem(file.bytes.data(), file.bytes.size(), nullptr), bpf_object__close);
    libbpf_set_print(before);
    const btf *types = object ? bpf_object__btf(object.get()) : nullptr;
    if (!types)
        throw damaged("libbpf cannot read it");
    std::map<std::string, int64_t> sizes;    // of variables, by section and name
    std::map<std::string, uint32_t> members; // of the per-CPU state: their sizes
    bool keepsQueue = false;                 // of each task
    auto nameOf = [&](uint32_t offset) {
        const char *name = btf__name_by_offset(types, offset);
        return std::string(name ? name : "");
    };
    for (uint32_t id = 1; id < btf__type_cnt(types); ++id) {
        const btf_type *type = btf__type_by_id(types, id);
        if (btf_is_datasec(type)) {
            const btf_var_secinfo *rows = btf_var_secinfos(type);
            for (int i = 0; i < btf_vlen(type); ++i) {
                const btf_type *variable = btf__type_by_id(types, rows[i].type);
                if (variable && btf_is_var(variable))
                    sizes[nameOf(type->name_off) + ":" + nameOf(variable->name_off)] = btf__resolve_size(types, rows[i].type);
            }
        } else if (btf_is_struct(type) && nameOf(type->name_off) == "task_state__") {
            for (int i = 0; i < btf_vlen(type); ++i)
                keepsQueue |= nameOf(btf_members(type)[i].name_off) == "queue__" && btf__resolve_size(types, btf_members(type)[i].type) == 8;
        } else if (btf_is_struct(type) && nameOf(type->name_off) == "cpu_state__")
            for (int i = 0; i < btf_vlen(type); ++i)
                members[nameOf(btf_members(type)[i].name_off)] = static_cast<uint32_t>(btf__resolve_size(types, btf_members(type)[i].type));
    }
    auto variable = [&](const std::string &section, const std::string &name, int64_t size) {
        auto it = sizes.find(section + ":" + name);
        if (it == sizes.end())
            throw damaged("its " + section + " has no variable `" + name + "`");
        if (it->second != size)
            throw damaged("its variable `" + name + "` has " + std::to_string(it->second) + " bytes instead of " + std::to_string(size));
    };
    auto counter = [&](const std::string &name, size_t parts = 1) {
        if (auto it = members.find(name); !name.empty() && (it == members.end() || it->second != 8 * parts))
            throw damaged("it has no counter `" + name + "`");
    };
    auto map = [&](bool wanted, const std::string &name) {
        if (wanted && !sizes.contains(".maps:" + name))
            throw damaged("it has no map `" + name + "`");
    };
    map(!info.told.cgroups.empty(), "cgroup_bits__");
    map(info.told.hints, "hints__");
    map(info.told.gpu, "gpu_users__");
    variable(".data", "uei", 4 + 4 + 8 + 128 + 1024); // without it nobody would see the policy's end
    variable(".rodata", "stats__", 1);
    for (const Parameter &p : info.parameters)
        variable(p.section, p.symbol, p.type == "bool" ? 1 : 8);
    for (const QueueInfo &q : info.queues) {
        for (const std::string &name : {q.tasks, q.direct, q.ran})
            counter(name);
        if (!q.wait.empty())
            variable(".bss", q.wait, 2048);
    }
    for (const QueueInfo &q : info.queues)
        if (q.user) {
            variable(".data.user__", q.user->shared, 128);
            map(true, q.user->records);
            map(true, q.user->answers);
            for (const std::string &name : {q.user->toKernel, q.user->toProcess, q.user->spilled})
                counter(name);
        }
    for (const RuleInfo &r : info.rules)
        counter(r.hits);
    for (const OptionalHook &row : info.optional)
        if (!bpf_object__find_program_by_name(object.get(), row.program.c_str()))
            throw damaged("it has no program `" + row.program + "`");
    map(info.queuePlace == QueuePlace::Storage, "task__");
    if (info.queuePlace == QueuePlace::Storage && !keepsQueue)
        throw damaged("it keeps no queues of tasks");
    for (const StatInfo &c : info.counters)
        counter(c.name, c.count());
    for (const StatInfo &h : info.histograms)
        variable(".bss", h.name, h.buckets * h.count() * 8);
}

} // namespace scx
