// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/Scheduler.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace scx {
namespace {

std::string libbpfLog;
bool libbpfVerbose = false;

int print(enum libbpf_print_level level, const char *format, va_list args) {
    char text[4096];
    vsnprintf(text, sizeof text, format, args);
    if (level != LIBBPF_DEBUG && libbpfLog.size() < (1u << 20))
        libbpfLog += text;
    return libbpfVerbose ? fputs(text, stderr) : 0;
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
        throw std::runtime_error("another scheduler is running (" + readLine("/sys/kernel/sched_ext/root/ops") + ", " + state + "); end it first");
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
    Variable set = find(".bss", "raw_set__"), llc = find(".bss", "raw_llc__"), node = find(".bss", "raw_node__"), core = find(".bss", "raw_core__");
    if (!set.address || !llc.address || !node.address)
        return; // the policy does not ask
    auto first = [](const std::string &list) { return list.empty() ? -1 : std::atol(list.c_str()); };
    for (long cpu = 0; cpu < 1024; ++cpu) {
        std::string base = "/sys/devices/system/cpu/cpu" + std::to_string(cpu);
        if (access(base.c_str(), F_OK) != 0)
            continue;
        auto put = [&](const Variable &v, long value) {
            if (v.address && value >= 0 && value < 1024)
                reinterpret_cast<int64_t *>(v.address)[cpu] = value;
        };
        put(core, first(readLine(base + "/topology/thread_siblings_list")) >= 0 ? first(readLine(base + "/topology/thread_siblings_list")) : cpu);
        long shared = 0;
        for (int index = 0; index < 8; ++index) // the last level there is
            if (std::string list = readLine(base + "/cache/index" + std::to_string(index) + "/shared_cpu_list"); !list.empty())
                shared = first(list);
        if (access((base + "/cache/index0").c_str(), F_OK) != 0)
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

Scheduler::Scheduler(const std::string &path, const ObjectInfo &info, const std::map<std::string, int64_t> &parameters, bool statistics, bool verbose) {
    libbpfVerbose = verbose;
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
        if (statistics)
            store(".rodata", "stats__", 1);
        fillTopology();
        if (bpf_object__load(object) != 0) {
            std::string reason = verifierReason();
            throw std::runtime_error("the kernel refused the policy" + (reason.empty() ? std::string() : ": " + reason) + "; this is a bug of scxc, --verbose shows all of it");
        }
        bpf_map *map = nullptr, *ops = nullptr;
        bpf_object__for_each_map(map, object) if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS) ops = map;
        if (!ops)
            throw std::runtime_error("`" + path + "` holds no scheduler; make one with scxc");
        link = bpf_map__attach_struct_ops(ops);
        if (!link)
            throw std::runtime_error(std::string("the kernel did not start the policy: ") + std::strerror(errno) + (errno == EINVAL ? "; it refuses schedulers on a kernel booted with isolcpus=" : "; dmesg may say more"));
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
