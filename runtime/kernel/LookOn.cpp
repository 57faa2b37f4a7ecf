// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/LookOn.h"

#include "kernel/LibbpfLog.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

namespace scx {
namespace {

constexpr uint32_t kWaiting = 32768; // tasks that wait, of those that are traced; the one that waits longest makes way

/// A map that only a trace needs. Names of sections' maps are those of the sections.
bool isTrace(const bpf_map *map) {
    std::string_view name = bpf_map__name(map);
    return name.starts_with("trace_") || name == ".rodata.trace" || name == ".bss.trace";
}

/// Writes a variable of a section that is loaded with the programs.
void store(bpf_object *object, const char *section, const std::string &name, int64_t value) {
    size_t size = 0;
    bpf_map *map = bpf_object__find_map_by_name(object, section);
    auto *base = map ? static_cast<char *>(bpf_map__initial_value(map, &size)) : nullptr;
    const btf *types = bpf_object__btf(object);
    const btf_type *type = map ? btf__type_by_id(types, bpf_map__btf_value_type_id(map)) : nullptr;
    for (int i = 0; base && type && btf_is_datasec(type) && i < btf_vlen(type); ++i) {
        const btf_var_secinfo &row = btf_var_secinfos(type)[i];
        const btf_type *variable = btf__type_by_id(types, row.type);
        if (variable && name == btf__name_by_offset(types, variable->name_off) && row.size == sizeof value && size_t(row.offset) + row.size <= size) {
            std::memcpy(base + row.offset, &value, sizeof value);
            return;
        }
    }
    throw std::runtime_error("the object has no variable `" + name + "`; compile the policy again");
}

} // namespace

void leaveOutTrace(bpf_object *object) {
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, object) if (isTrace(map)) bpf_map__set_autocreate(map, false);
}

LookOn::LookOn(const ObjectFile &file, const ObjectInfo &info, const bpf_object *running, std::initializer_list<const char *> programs,
               const std::optional<TraceFilter> &filter) {
    collectLibbpfLog(false);
    bpf_object_open_opts open = {};
    open.sz = sizeof open;
    open.object_name = info.policy.c_str(); // so that its maps have the names of those that run
    object = bpf_object__open_mem(file.bytes.data(), file.bytes.size(), &open);
    if (!object)
        throw std::runtime_error("libbpf cannot open `" + file.path + "` again: " + std::strerror(errno));
    try {
        bpf_program *program = nullptr;
        bpf_object__for_each_program(program, object) bpf_program__set_autoload(program, false);
        for (const char *name : programs) {
            program = bpf_object__find_program_by_name(object, name);
            if (!program)
                throw std::runtime_error("the policy's object holds no program to look on with; compile it again");
            bpf_program__set_autoload(program, true);
        }
        bpf_map *map = nullptr;
        bpf_object__for_each_map(map, object) {
            bpf_map *theirs = bpf_object__find_map_by_name(running, bpf_map__name(map));
            bool made = bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS && (!isTrace(map) || filter);
            if (!made)
                bpf_map__set_autocreate(map, false);
            else if (!isTrace(map) && (!theirs || bpf_map__reuse_fd(map, bpf_map__fd(theirs)) != 0))
                throw std::runtime_error(std::string("the map `") + bpf_map__name(map) + "` of the running policy cannot be shared: " + std::strerror(errno));
        }
        if (filter) {
            store(object, ".rodata.trace", "trace_tid__", filter->tid);
            store(object, ".rodata.trace", "trace_tgid__", filter->tgid);
            bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "trace_ring__"), kTraceRing);
            bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "trace_since__"), kWaiting);
        }
        if (int error = bpf_object__load(object); error != 0) {
            const std::string &log = libbpfLog();
            std::string reason = verifierReason(log);
            if (reason.empty())
                reason = libbpfReason(log);
            throw std::runtime_error("the kernel does not let anybody look on: " + (reason.empty() ? std::string(std::strerror(-error)) : reason) +
                                     "; the policy goes on");
        }
    } catch (...) {
        bpf_object__close(object);
        throw;
    }
}

LookOn::~LookOn() {
    for (bpf_link *link : links)
        bpf_link__destroy(link);
    bpf_object__close(object);
}

int LookOn::tasks(const char *program, int tid) const {
    bpf_iter_link_info which = {};
    which.task.tid = static_cast<uint32_t>(tid);
    bpf_iter_attach_opts options = {};
    options.sz = sizeof options;
    options.link_info = &which;
    options.link_info_len = sizeof which;
    bpf_link *link = bpf_program__attach_iter(bpf_object__find_program_by_name(object, program), &options);
    int file = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
    std::string why = std::strerror(errno);
    if (link)
        bpf_link__destroy(link); // the file has what it needs
    if (file < 0)
        throw std::runtime_error("tasks cannot be listed: " + why + "; the policy goes on");
    return file;
}

int LookOn::trace() {
    bpf_program *program = nullptr;
    bpf_object__for_each_program(program, object) {
        if (!bpf_program__autoload(program))
            continue;
        bpf_link *link = bpf_program__attach(program);
        if (!link)
            throw std::runtime_error(std::string("`") + bpf_program__name(program) + "` cannot be attached: " + std::strerror(errno) + "; the policy goes on");
        links.push_back(link);
    }
    return bpf_object__find_map_fd_by_name(object, "trace_ring__");
}

} // namespace scx
