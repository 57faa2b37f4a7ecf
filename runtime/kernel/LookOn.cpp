// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/LookOn.h"

#include "kernel/LibbpfLog.h"
#include "object/EmbeddedBytes.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

namespace scx {

std::span<const EmbeddedBytes> embeddedLookOn(); // made by cmake/ClangBpf.cmake, of look-on.bpf.c

namespace {

constexpr const char *kStorage = "task__", *kSince = "trace_since__"; // maps that the policy and what looks on have in common

LoadedObject open(std::string_view bytes, const char *name) {
    collectLibbpfLog(false);
    bpf_object_open_opts options = {};
    options.sz = sizeof options;
    options.object_name = name;
    LoadedObject object(bpf_object__open_mem(bytes.data(), bytes.size(), &options));
    if (!object)
        throw std::runtime_error(std::string("libbpf cannot open what is to look on: ") + std::strerror(errno) + "; the policy goes on");
    bpf_program *program = nullptr;
    bpf_object__for_each_program(program, object.get()) bpf_program__set_autoload(program, false);
    return object;
}

/// These programs are to be loaded.
void want(const LoadedObject &object, std::initializer_list<const char *> names) {
    for (const char *name : names) {
        bpf_program *program = bpf_object__find_program_by_name(object.get(), name);
        if (!program)
            throw std::runtime_error("the policy's object holds no program to look on with; compile it again");
        bpf_program__set_autoload(program, true);
    }
}

/// `map` is to be the one of its name in the other object.
void share(bpf_map *map, const bpf_object *with) {
    const bpf_map *theirs = bpf_object__find_map_by_name(with, bpf_map__name(map));
    if (!theirs || bpf_map__reuse_fd(map, bpf_map__fd(theirs)) != 0)
        throw std::runtime_error(std::string("the map `") + bpf_map__name(map) + "` of the running policy cannot be shared: " + std::strerror(errno) +
                                 "; the policy goes on");
}

void load(const LoadedObject &object) {
    int error = bpf_object__load(object.get());
    if (error == 0)
        return;
    const std::string &log = libbpfLog();
    std::string reason = verifierReason(log);
    if (reason.empty())
        reason = libbpfReason(log);
    throw std::runtime_error("the kernel does not let anybody look on: " + (reason.empty() ? std::string(std::strerror(-error)) : reason) +
                             "; the policy goes on");
}

/// Writes one of the variables that our own programs read: of `.rodata` before they are loaded, of `.bss` at any time.
void store(const LoadedObject &object, const char *from, std::string_view name, int value) {
    bpf_map *map = bpf_object__find_map_by_name(object.get(), from);
    size_t size = 0;
    auto *base = map ? static_cast<char *>(bpf_map__initial_value(map, &size)) : nullptr;
    const btf *types = bpf_object__btf(object.get());
    const btf_type *section = base ? btf__type_by_id(types, bpf_map__btf_value_type_id(map)) : nullptr;
    for (int i = 0; section && i < btf_vlen(section); ++i) {
        const btf_var_secinfo &row = btf_var_secinfos(section)[i];
        if (name == btf__name_by_offset(types, btf__type_by_id(types, row.type)->name_off))
            std::memcpy(base + row.offset, &value, row.size); // at most an int, little endian as the machine is
    }
}

/// The offset of a member of what the policy keeps of a task; `checkSymbols` has seen it.
int offsetInState(const bpf_object *policy, std::string_view member) {
    const btf *types = bpf_object__btf(policy);
    const btf_type *state = btf__type_by_id(types, static_cast<uint32_t>(btf__find_by_name_kind(types, "task_state__", BTF_KIND_STRUCT)));
    for (int i = 0; state && i < btf_vlen(state); ++i)
        if (member == btf__name_by_offset(types, btf_members(state)[i].name_off))
            return static_cast<int>(btf_member_bit_offset(state, static_cast<uint32_t>(i)) / 8);
    throw std::runtime_error("the running policy keeps no queues of tasks; compile it again");
}

/// Our own programs, told where a task's queue is found under this policy; with a filter the maps of a trace as well.
LoadedObject openOwn(const ObjectInfo &info, const bpf_object *running, const TraceFilter *filter) {
    std::span<const unsigned char> bytes = embeddedLookOn().front().bytes;
    LoadedObject object = open({reinterpret_cast<const char *>(bytes.data()), bytes.size()}, "scxrun");
    bool inStorage = info.queuePlace == QueuePlace::Storage;
    store(object, ".rodata", "queue_at", inStorage ? offsetInState(running, "queue__") : info.queuePlace == QueuePlace::Vtime ? kQueueInVtime : kOneQueue);
    if (filter) {
        store(object, ".rodata", "trace_tid", filter->tid);
        store(object, ".rodata", "trace_tgid", filter->tgid);
    }
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, object.get()) {
        std::string_view name = bpf_map__name(map);
        if (name == kStorage && inStorage)
            share(map, running);
        else if (name == kStorage || (!filter && name.starts_with("trace_")))
            bpf_map__set_autocreate(map, false);
    }
    return object;
}

/// The policy's object once more. `trace`: who shares the map of those that wait; null: nobody asks for it.
LoadedObject openPolicy(const ObjectFile &file, const ObjectInfo &info, const bpf_object *running, const bpf_object *trace) {
    LoadedObject object = open(file.bytes, info.policy.c_str()); // so that its maps have the names of those that run
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, object.get()) {
        bool ofTrace = bpf_map__name(map) == std::string_view(kSince);
        if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS || (ofTrace && !trace))
            bpf_map__set_autocreate(map, false);
        else
            share(map, ofTrace ? trace : running);
    }
    return object;
}

/// A file to read what an iterator over tasks writes.
int openIterator(const LoadedObject &object, const char *program, int tid) {
    bpf_iter_link_info which = {};
    which.task.tid = static_cast<uint32_t>(tid);
    bpf_iter_attach_opts options = {};
    options.sz = sizeof options;
    options.link_info = &which;
    options.link_info_len = sizeof which;
    std::unique_ptr<bpf_link, LinkCloser> link(bpf_program__attach_iter(bpf_object__find_program_by_name(object.get(), program), &options));
    int file = link ? bpf_iter_create(bpf_link__fd(link.get())) : -1; // it has what it needs when the link goes
    if (file < 0)
        throw std::runtime_error(std::string("tasks cannot be listed: ") + std::strerror(errno) + "; the policy goes on");
    return file;
}

} // namespace

void ObjectCloser::operator()(bpf_object *object) const { bpf_object__close(object); }
void LinkCloser::operator()(bpf_link *link) const { bpf_link__destroy(link); }

void leaveOutTrace(bpf_object *object) {
    if (bpf_map *map = bpf_object__find_map_by_name(object, kSince))
        bpf_map__set_autocreate(map, false);
}

std::string readAll(int iterator) {
    std::string bytes;
    char some[65536];
    ssize_t count;
    while ((count = read(iterator, some, sizeof some)) > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN)))
        bytes.append(some, static_cast<size_t>(std::max<ssize_t>(0, count)));
    close(iterator);
    return bytes;
}

TaskList::TaskList(const ObjectInfo &info, const bpf_object *running) : object(openOwn(info, running, nullptr)) {
    want(object, {"list_tasks"});
    load(object);
}

int TaskList::open(int tid) const { return openIterator(object, "list_tasks", tid); }

std::vector<ReportRow> reportsOf(int tid, const ObjectFile &file, const ObjectInfo &info, const bpf_object *running) {
    LoadedObject object = openPolicy(file, info, running, nullptr);
    if (info.rules.empty() && !bpf_object__find_program_by_name(object.get(), "explain__"))
        return {};
    want(object, {"explain__"});
    load(object);
    return readRows<ReportRow>(openIterator(object, "explain__", tid));
}

DecisionTrace::DecisionTrace(const TraceFilter &filter, const ObjectFile &file, const ObjectInfo &info, const bpf_object *running)
    : object(openOwn(info, running, &filter)) {
    want(object, {"trace_waking", "trace_new", "trace_switch"});
    load(object);
    // What tells the rule of who waits comes after what notes that he does, and the kernel calls in the order in which it is told (func_add in kernel/tracepoint.c).
    attach(object.get());
    if (!info.rules.empty()) {
        rules = openPolicy(file, info, running, object.get());
        want(rules, {"rule_waking__", "rule_new__", "rule_switch__"});
        load(rules);
        attach(rules.get());
    }
    store(object, ".bss", "trace_on", 1);
}

void DecisionTrace::attach(bpf_object *from) {
    bpf_program *program = nullptr;
    bpf_object__for_each_program(program, from) {
        if (!bpf_program__autoload(program))
            continue;
        links.emplace_back(bpf_program__attach(program));
        if (!links.back())
            throw std::runtime_error(std::string("`") + bpf_program__name(program) + "` cannot be attached: " + std::strerror(errno) + "; the policy goes on");
    }
}

int DecisionTrace::ring() const { return bpf_object__find_map_fd_by_name(object.get(), "trace_ring"); }

} // namespace scx
