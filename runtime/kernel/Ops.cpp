// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/Ops.h"

#include "kernel/Sysfs.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <set>
#include <stdexcept>

namespace scx {
namespace {

struct KernelOps {
    std::set<std::string> members;
    uint64_t flags = 0; // of those that were asked for, the ones this kernel has, in its numbers
};

KernelOps kernelOps(const std::vector<std::string> &wantedFlags) {
    std::unique_ptr<btf, void (*)(btf *)> kernel(btf__load_vmlinux_btf(), btf__free);
    if (!kernel)
        throw std::runtime_error("this kernel does not describe its types; it takes one built with CONFIG_DEBUG_INFO_BTF");
    int id = btf__find_by_name_kind(kernel.get(), "sched_ext_ops", BTF_KIND_STRUCT);
    if (id < 0)
        throw std::runtime_error("this kernel has no sched_ext; it takes Linux 6.12 or newer built with CONFIG_SCHED_CLASS_EXT");
    KernelOps found;
    const btf_type *ops = btf__type_by_id(kernel.get(), static_cast<uint32_t>(id));
    for (int i = 0; i < btf_vlen(ops); ++i)
        found.members.insert(btf__name_by_offset(kernel.get(), btf_members(ops)[i].name_off));
    auto wanted = [&](uint32_t name) { return std::count(wantedFlags.begin(), wantedFlags.end(), btf__name_by_offset(kernel.get(), name)) > 0; };
    // An enum with a value of more than 32 bits is of another BTF kind.
    if (int narrow = btf__find_by_name_kind(kernel.get(), "scx_ops_flags", BTF_KIND_ENUM); narrow > 0) {
        const btf_type *type = btf__type_by_id(kernel.get(), static_cast<uint32_t>(narrow));
        for (int i = 0; i < btf_vlen(type); ++i)
            if (wanted(btf_enum(type)[i].name_off))
                found.flags |= static_cast<uint32_t>(btf_enum(type)[i].val);
    } else if (int wide = btf__find_by_name_kind(kernel.get(), "scx_ops_flags", BTF_KIND_ENUM64); wide > 0) {
        const btf_type *type = btf__type_by_id(kernel.get(), static_cast<uint32_t>(wide));
        for (int i = 0; i < btf_vlen(type); ++i)
            if (wanted(btf_enum64(type)[i].name_off))
                found.flags |= btf_enum64_value(&btf_enum64(type)[i]);
    }
    return found;
}

/// The hook of a member that is not in the kernel, in words.
std::string left(const ObjectInfo &info, const std::string &member, const std::string &program) {
    std::string hook = program, why;
    if (hook.rfind(info.policy + "_", 0) == 0)
        hook.erase(0, info.policy.size() + 1);
    if (member.rfind("cgroup_", 0) == 0)
        why = ", it takes CONFIG_EXT_GROUP_SCHED";
    for (const OptionalHook &row : info.optional)
        if (row.member == member) {
            hook = row.hook;
            why = ", it came with Linux " + row.since;
        }
    return "`on " + hook + "` never runs here: this kernel has no callback " + member + why;
}

} // namespace

std::vector<std::string> settleOps(bpf_object *object, bpf_map *ops, const ObjectInfo &info, uint32_t dumpLength) {
    KernelOps kernel = kernelOps(info.flags);
    const btf *types = bpf_object__btf(object);
    std::vector<std::string> lost;
    size_t size = 0;
    auto *image = static_cast<char *>(bpf_map__initial_value(ops, &size));
    int id = btf__find_by_name_kind(types, "sched_ext_ops", BTF_KIND_STRUCT);
    if (!image || id < 0)
        throw std::runtime_error("the object does not describe its scheduler; compile the policy again");
    const btf_type *ours = btf__type_by_id(types, static_cast<uint32_t>(id));
    for (int i = 0; i < btf_vlen(ours); ++i) {
        std::string name = btf__name_by_offset(types, btf_members(ours)[i].name_off);
        size_t offset = btf_member_bit_offset(ours, static_cast<uint32_t>(i)) / 8;
        int64_t bytes = btf__resolve_size(types, btf_members(ours)[i].type);
        if (bytes <= 0 || offset + static_cast<size_t>(bytes) > size)
            continue;
        char *member = image + offset;
        bool known = kernel.members.count(name) > 0;
        if (btf_is_ptr(btf__type_by_id(types, btf_members(ours)[i].type)) && bytes == sizeof(bpf_program *)) { // a callback: its program, as libbpf shows it
            bpf_program *program = nullptr;
            std::memcpy(&program, member, sizeof program);
            for (const OptionalHook &row : info.optional)
                if (row.member == name)
                    program = bpf_object__find_program_by_name(object, row.program.c_str());
            if (program && !known)
                lost.push_back(left(info, name, bpf_program__name(program)));
            if (program && known)
                std::memcpy(member, &program, sizeof program);
        }
        if (!known)
            std::memset(member, 0, static_cast<size_t>(bytes));
        else if (name == "flags" && bytes == 8) {
            uint64_t set = 0;
            std::memcpy(&set, member, 8);
            set |= kernel.flags;
            std::memcpy(member, &set, 8);
        } else if (name == "hotplug_seq" && bytes == 8) {
            // A CPU that comes or goes between reading the topology and attaching makes the kernel refuse, instead of running on an old topology.
            uint64_t sequence = std::strtoull(readLine("/sys/kernel/sched_ext/hotplug_seq").c_str(), nullptr, 10);
            std::memcpy(member, &sequence, 8);
        } else if (name == "exit_dump_len" && bytes == 4 && dumpLength)
            std::memcpy(member, &dumpLength, 4);
    }
    return lost;
}

} // namespace scx
