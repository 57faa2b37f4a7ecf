// SPDX-License-Identifier: GPL-2.0-only
// The struct sched_ext_ops of the object, by the names of its members; as libbpf and scxrun (runtime/kernel/Ops.cpp) fill the kernel's.
#include "object/TypeRules.h"
#include "sim/bpf/Load.h"

#include <bpf/btf.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace scx::sim {

// clang-format off
const char *const opNames[static_cast<size_t>(Op::Count)] = {
    "select_cpu", "enqueue", "dequeue", "dispatch", "tick", "runnable", "running", "stopping", "quiescent", "yield", "core_sched_before", "set_weight", "set_cpumask", "update_idle",
    "cpu_acquire", "cpu_release", "init_task", "exit_task", "enable", "disable", "dump", "dump_cpu", "dump_task",
    "cgroup_init", "cgroup_exit", "cgroup_prep_move", "cgroup_move", "cgroup_cancel_move", "cgroup_set_weight", "cgroup_set_bandwidth", "cgroup_set_idle",
    "cpu_online", "cpu_offline", "init", "exit"};
// clang-format on

namespace {

struct OpsVariable {
    int section;
    uint64_t offset;
    const btf_type *type;
};

OpsVariable findOps(const Loading &loading) {
    const btf *types = loading.types();
    for (const Symbol &symbol : loading.file.symbols) {
        if (!symbol.object || symbol.section < 0)
            continue;
        const std::string &section = loading.file.sections[static_cast<size_t>(symbol.section)].name;
        if (section.find(".struct_ops") > 1) // also `?.struct_ops.link`
            continue;
        int variable = btf__find_by_name_kind(types, symbol.name.c_str(), BTF_KIND_VAR);
        uint32_t id = variable > 0 ? btf__type_by_id(types, static_cast<uint32_t>(variable))->type : 0;
        const btf_type *type = bareType(types, id);
        if (type && btf_is_struct(type) && essentialName(btf__name_by_offset(types, type->name_off)) == "sched_ext_ops")
            return {symbol.section, symbol.value, type};
    }
    throw std::runtime_error("`" + loading.file.path + "` holds no scheduler: it has no struct sched_ext_ops in .struct_ops.link; make one with scxc");
}

class OpsLoader {
  public:
    explicit OpsLoader(Loading &loading)
        : loading(loading), image(loading.image()), ops(findOps(loading)), bytes(loading.file.sections[static_cast<size_t>(ops.section)].bytes) {}

    void run() {
        image.callbacks.fill(-1);
        for (uint32_t i = 0; i < btf_vlen(ops.type); ++i)
            readMember(i);
        if (!loading.info)
            return;
        for (const OptionalHook &hook : loading.info->optional)
            if (int op = opOf(hook.member); op >= 0 && loading.execution.profile.hasMember("sched_ext_ops", hook.member))
                for (size_t f = 0; f < image.functions.size(); ++f)
                    if (image.functions[f].name == hook.program)
                        image.callbacks[static_cast<size_t>(op)] = static_cast<int>(f);
        for (const std::string &flag : loading.info->flags)
            image.ops.flags |= loading.execution.profile.flag(flag);
    }

  private:
    static int opOf(const std::string &name) {
        auto it = std::find(std::begin(opNames), std::end(opNames), name);
        return it == std::end(opNames) ? -1 : static_cast<int>(it - std::begin(opNames));
    }

    /// The function that stands at this place of the section; -1 if there is none.
    int functionAt(uint64_t place) const {
        auto relocations = loading.file.relocations.find(ops.section);
        if (relocations == loading.file.relocations.end())
            return -1;
        for (const Relocation &r : relocations->second)
            if (r.offset == place) {
                const Symbol &symbol = loading.file.symbols[r.symbol];
                uint64_t addend = 0;
                std::memcpy(&addend, bytes.data() + place, 8);
                if (symbol.section < 0)
                    throw std::runtime_error("`" + symbol.name + "` is a callback and nowhere defined; compile it into the object");
                return static_cast<int>(loading.functionAt(symbol.section, symbol.value + addend));
            }
        return -1;
    }

    void readMember(uint32_t i) {
        const btf *types = loading.types();
        const btf_member &member = btf_members(ops.type)[i];
        std::string name = btf__name_by_offset(types, member.name_off);
        int64_t size = btf__resolve_size(types, member.type);
        uint64_t place = ops.offset + btf_member_bit_offset(ops.type, i) / 8;
        if (size <= 0 || place > bytes.size() || static_cast<uint64_t>(size) > bytes.size() - place)
            throw std::runtime_error("sched_ext_ops of the object ends before its member `" + name + "`; compile it again");
        uint32_t type = member.type;
        bool callback = btf_is_ptr(bareType(types, type)) && size == 8;
        int function = callback ? functionAt(place) : -1;
        bool set = function >= 0 || std::any_of(bytes.begin() + static_cast<std::ptrdiff_t>(place), bytes.begin() + static_cast<std::ptrdiff_t>(place) + size,
                                                [](char c) { return c != 0; });
        if (!set)
            return;
        if (!loading.execution.profile.hasMember("sched_ext_ops", name)) {
            if (loading.info) // scxrun leaves it out too
                return;
            throw std::runtime_error("the object sets `" + name + "` of sched_ext_ops, which Linux " + loading.execution.profile.version() +
                                     " does not have; try a later one");
        }
        uint64_t value = 0;
        std::memcpy(&value, bytes.data() + place, std::min<size_t>(static_cast<size_t>(size), 8));
        if (function >= 0) {
            int op = opOf(name);
            if (op < 0)
                throw std::runtime_error("the object has a callback `" + name + "`, which the simulator does not have");
            image.callbacks[static_cast<size_t>(op)] = function;
        } else if (name == "name")
            image.ops.name.assign(bytes.data() + place, strnlen(bytes.data() + place, static_cast<size_t>(size)));
        else if (name == "flags")
            image.ops.flags |= value;
        else if (name == "timeout_ms")
            image.ops.timeoutMs = static_cast<uint32_t>(value);
        else if (name == "exit_dump_len")
            image.ops.exitDumpLength = static_cast<uint32_t>(value);
        else if (name == "dispatch_max_batch")
            image.ops.dispatchMaxBatch = static_cast<uint32_t>(value);
        else if (name != "hotplug_seq")
            throw std::runtime_error("the object sets `" + name + "` of sched_ext_ops, which the simulator does not have");
    }

    Loading &loading;
    Image &image;
    OpsVariable ops;
    const std::string &bytes;
};

} // namespace

void loadOps(Loading &loading) { OpsLoader(loading).run(); }

} // namespace scx::sim
