// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/Scheduler.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <fstream>
#include <set>
#include <stdexcept>
#include <unistd.h>

namespace scx {
namespace {

std::string libbpfLog;
bool libbpfVerbose = false;

int print(enum libbpf_print_level level, const char *format, va_list args) {
    va_list again; // the verifier's log comes as one message of any length
    va_copy(again, args);
    int length = vsnprintf(nullptr, 0, format, again);
    va_end(again);
    std::string text(static_cast<size_t>(std::max(0, length)) + 1, '\0');
    vsnprintf(text.data(), text.size(), format, args);
    text.pop_back();
    if (level != LIBBPF_DEBUG && libbpfLog.size() < (1u << 20))
        libbpfLog += text;
    return libbpfVerbose ? fputs(text.c_str(), stderr) : 0;
}

std::string readLine(const std::string &path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
}

/// The verifier's last words before its summary: the line that says why.
std::string verifierReason() {
    std::string reason, source, line;
    std::vector<std::string> lines;
    for (char c : libbpfLog)
        if (c == '\n') {
            lines.push_back(line);
            line.clear();
        } else
            line += c;
    for (const std::string &l : lines) {
        if (l.rfind("processed ", 0) == 0)
            break;
        if (l.rfind("; ", 0) == 0 && l.find(".scx:") != std::string::npos)
            source = l.substr(2);
        if (!l.empty() && l[0] != ';' && l.rfind("libbpf:", 0) != 0 && l.rfind("-- ", 0) != 0)
            reason = l;
    }
    return reason + (source.empty() ? "" : " (at " + source + ")");
}

} // namespace

void checkKernel() {
    if (access("/sys/kernel/sched_ext", F_OK) != 0)
        throw std::runtime_error("this kernel has no sched_ext; it takes Linux 6.12 or newer built with CONFIG_SCHED_CLASS_EXT");
    if (geteuid() != 0)
        throw std::runtime_error("a policy can only be loaded by root; try sudo scxrun");
    if (std::string state = readLine("/sys/kernel/sched_ext/state"); state != "disabled")
        throw std::runtime_error("another scheduler is running (`" + readLine("/sys/kernel/sched_ext/root/ops") + "`, " + state + "); end it first");
}

Scheduler::Variable Scheduler::find(const std::string &section, const std::string &name) const {
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, object) {
        std::string mapName = bpf_map__name(map);
        if (mapName.size() < section.size() || mapName.substr(mapName.size() - section.size()) != section)
            continue;
        size_t size = 0;
        auto *base = static_cast<char *>(bpf_map__initial_value(map, &size));
        const btf *types = bpf_object__btf(object);
        const btf_type *sectionType = btf__type_by_id(types, bpf_map__btf_value_type_id(map));
        if (!base || !sectionType || !btf_is_datasec(sectionType))
            continue;
        const btf_var_secinfo *rows = btf_var_secinfos(sectionType);
        for (int i = 0; i < btf_vlen(sectionType); ++i) {
            const btf_type *variable = btf__type_by_id(types, rows[i].type);
            if (name == btf__name_by_offset(types, variable->name_off) && rows[i].offset + rows[i].size <= size)
                return {base + rows[i].offset, rows[i].size, 0, 0};
        }
    }
    return {};
}

void Scheduler::fillTopology() {
    Variable set = find(".bss", "raw_set__"), llc = find(".bss", "raw_llc__"), node = find(".bss", "raw_node__"), core = find(".bss", "raw_core__"), capacity = find(".bss", "raw_capacity__");
    if (!set.address)
        return; // the policy does not ask
    auto first = [](const std::string &list) { return list.empty() ? -1 : std::atol(list.c_str()); };
    for (long cpu = 0; cpu < 1024; ++cpu) {
        std::string base = "/sys/devices/system/cpu/cpu" + std::to_string(cpu);
        if (access(base.c_str(), F_OK) != 0)
            continue;
        auto put = [&](const Variable &v, long value) {
            if (v.size == 1024 * sizeof(int64_t) && value >= 0 && value <= 1024)
                reinterpret_cast<int64_t *>(v.address)[cpu] = value;
        };
        long sibling = first(readLine(base + "/topology/thread_siblings_list"));
        put(core, sibling >= 0 ? sibling : cpu);
        std::string strength = readLine(base + "/cpu_capacity");
        put(capacity, strength.empty() ? 1024 : first(strength));
        long shared = -1, highest = 0;
        for (int index = 0; index < 16; ++index) { // the last level there is
            std::string cache = base + "/cache/index" + std::to_string(index);
            std::string list = readLine(cache + "/shared_cpu_list");
            if (long level = first(readLine(cache + "/level")); !list.empty() && level > highest) {
                highest = level;
                shared = first(list);
            }
        }
        if (shared < 0) // virtual machines may show no caches: a socket is the best guess
            shared = std::max(0l, first(readLine(base + "/topology/package_cpus_list")));
        put(llc, shared);
        for (long n = 0; n < 1024; ++n)
            if (access((base + "/node" + std::to_string(n)).c_str(), F_OK) == 0) {
                put(node, n);
                break;
            }
    }
    *set.address = 1;
}

void Scheduler::settleOps(bpf_map *ops, const ObjectInfo &info) {
    std::unique_ptr<btf, void (*)(btf *)> kernel(btf__load_vmlinux_btf(), btf__free);
    if (!kernel)
        throw std::runtime_error("this kernel does not describe its types; it takes one built with CONFIG_DEBUG_INFO_BTF");
    int id = btf__find_by_name_kind(kernel.get(), "sched_ext_ops", BTF_KIND_STRUCT);
    if (id < 0)
        throw std::runtime_error("this kernel has no sched_ext; it takes Linux 6.12 or newer built with CONFIG_SCHED_CLASS_EXT");
    std::set<std::string> known;
    const btf_type *theirs = btf__type_by_id(kernel.get(), static_cast<uint32_t>(id));
    for (int i = 0; i < btf_vlen(theirs); ++i)
        known.insert(btf__name_by_offset(kernel.get(), btf_members(theirs)[i].name_off));
    uint64_t flags = 0; // those of the policy that this kernel has, in this kernel's numbers
    if (int flagsId = btf__find_by_name_kind(kernel.get(), "scx_ops_flags", BTF_KIND_ENUM); flagsId > 0) {
        const btf_type *type = btf__type_by_id(kernel.get(), static_cast<uint32_t>(flagsId));
        for (int i = 0; i < btf_vlen(type); ++i)
            if (std::count(info.flags.begin(), info.flags.end(), btf__name_by_offset(kernel.get(), btf_enum(type)[i].name_off)))
                flags |= static_cast<uint32_t>(btf_enum(type)[i].val);
    }
    const btf *types = bpf_object__btf(object);
    const btf_type *ours = btf__type_by_id(types, bpf_map__btf_value_type_id(ops));
    size_t size = 0;
    auto *image = static_cast<char *>(bpf_map__initial_value(ops, &size));
    if (int own = btf__find_by_name_kind(types, "sched_ext_ops", BTF_KIND_STRUCT); own > 0)
        ours = btf__type_by_id(types, static_cast<uint32_t>(own));
    if (!image || !ours || !btf_is_struct(ours))
        throw std::runtime_error("the object does not describe its scheduler; compile the policy again");
    for (int i = 0; i < btf_vlen(ours); ++i) {
        std::string name = btf__name_by_offset(types, btf_members(ours)[i].name_off);
        size_t offset = btf_member_bit_offset(ours, static_cast<uint32_t>(i)) / 8;
        int64_t bytes = btf__resolve_size(types, btf_members(ours)[i].type);
        if (bytes <= 0 || offset + static_cast<size_t>(bytes) > size)
            continue;
        if (!known.count(name))
            std::memset(image + offset, 0, static_cast<size_t>(bytes)); // libbpf takes a member the kernel lacks only as zero
        else if (name == "flags" && bytes == 8) {
            uint64_t set = 0;
            std::memcpy(&set, image + offset, 8);
            set |= flags;
            std::memcpy(image + offset, &set, 8);
        } else if (name == "hotplug_seq" && bytes == 8) {
            // A CPU that comes or goes between reading the topology and attaching makes the kernel refuse, instead of running on an old topology.
            uint64_t sequence = std::strtoull(readLine("/sys/kernel/sched_ext/hotplug_seq").c_str(), nullptr, 10);
            std::memcpy(image + offset, &sequence, 8);
        }
    }
}

Scheduler::Scheduler(const std::string &path, const ObjectInfo &info, const std::map<std::string, int64_t> &parameters, const LoadOptions &options) {
    libbpfVerbose = options.verbose;
    libbpfLog.clear();
    libbpf_set_print(print);
    object = bpf_object__open_file(path.c_str(), nullptr);
    if (!object)
        throw std::runtime_error("libbpf cannot open `" + path + "`: " + std::strerror(errno) + "; compile the policy again");
    auto store = [&](const std::string &section, const std::string &symbol, int64_t value) {
        Variable v = find(section, symbol);
        if (v.size == 1)
            *v.address = static_cast<char>(value);
        else if (v.size == 8)
            std::memcpy(v.address, &value, 8);
        else
            throw std::runtime_error("the object has no variable `" + symbol + "` although it describes one; compile the policy again");
    };
    try {
        for (const Parameter &p : info.parameters)
            if (auto it = parameters.find(p.name); it != parameters.end())
                store(p.section, p.symbol, it->second);
        if (options.statistics)
            store(".rodata", "stats__", 1);
        fillTopology();
        bpf_map *map = nullptr, *ops = nullptr;
        bpf_object__for_each_map(map, object) if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS) ops = map;
        if (!ops)
            throw std::runtime_error("`" + path + "` holds no scheduler; make one with scxc");
        settleOps(ops, info);
        if (int error = bpf_object__load(object); error != 0) {
            if (!options.verifierLog.empty() && !(std::ofstream(options.verifierLog) << libbpfLog).flush())
                throw std::runtime_error("cannot write the verifier's log to `" + options.verifierLog + "`; name another file");
            if (error == -EPERM && geteuid() != 0)
                throw std::runtime_error("a policy can only be loaded by root; try sudo scxrun");
            std::string reason = verifierReason();
            throw std::runtime_error("the kernel refused the policy: " + (reason.empty() ? std::string(std::strerror(-error)) : reason) +
                                     "; this is a bug of scxc, --verifier-log FILE keeps all of it");
        }
        link = bpf_map__attach_struct_ops(ops);
        if (!link) {
            int error = errno;
            throw std::runtime_error(std::string("the kernel did not start the policy: ") + std::strerror(error) +
                                     (error == EINVAL   ? "; it refuses schedulers when booted with isolcpus=, see dmesg for other reasons"
                                      : error == EBUSY ? "; another scheduler came first, end it"
                                                       : "; dmesg may say more"));
        }
        // Counters are members of the per-CPU state.
        const btf *types = bpf_object__btf(object);
        if (int id = btf__find_by_name_kind(types, "cpu_state__", BTF_KIND_STRUCT); id > 0) {
            const btf_type *type = btf__type_by_id(types, static_cast<uint32_t>(id));
            for (int i = 0; i < btf_vlen(type); ++i)
                cpuMembers[btf__name_by_offset(types, btf_members(type)[i].name_off)] = btf_member_bit_offset(type, static_cast<uint32_t>(i)) / 8;
            cpuMembers[""] = type->size;
        }
    } catch (...) {
        detach();
        bpf_object__close(object);
        throw;
    }
}

Scheduler::~Scheduler() {
    detach();
    bpf_object__close(object);
}

void Scheduler::detach() {
    if (link)
        bpf_link__destroy(link);
    link = nullptr;
}

ExitInfo Scheduler::exitInfo() const {
    // struct user_exit_info: kind at 0, exit_code at 8, reason[128] at 16, msg[1024] at 144.
    Variable v = find(".data", "uei");
    ExitInfo info;
    if (!v.address || v.size < 144 + 1024)
        return info;
    info.kind = *reinterpret_cast<volatile int *>(v.address);
    std::memcpy(&info.code, v.address + 8, 8);
    info.reason = std::string(v.address + 16, strnlen(v.address + 16, 128));
    info.message = std::string(v.address + 144, strnlen(v.address + 144, 1024));
    return info;
}

std::string Scheduler::dump() const {
    Variable v = find(".data.uei_dump", "uei_dump");
    return v.address ? std::string(v.address, strnlen(v.address, v.size)) : std::string();
}

uint64_t Scheduler::counter(const std::string &name) const {
    Variable v = find(".bss", "cpu__");
    auto it = cpuMembers.find(name);
    uint64_t sum = 0;
    if (!v.address || it == cpuMembers.end() || name.empty())
        return 0;
    size_t stride = cpuMembers.at("");
    for (size_t at = it->second; at + 8 <= v.size; at += stride)
        sum += *reinterpret_cast<volatile uint64_t *>(v.address + at);
    return sum;
}

std::vector<uint64_t> Scheduler::histogram(const std::string &name) const {
    Variable v = find(".bss", name);
    std::vector<uint64_t> buckets(256);
    if (v.size == 2048)
        std::memcpy(buckets.data(), v.address, v.size);
    return buckets;
}

} // namespace scx
