// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/Scheduler.h"

#include "kernel/CgroupExpressions.h"
#include "kernel/Fold.h"
#include "kernel/GpuUsers.h"
#include "kernel/Hints.h"
#include "kernel/LibbpfLog.h"
#include "kernel/LookOn.h"
#include "kernel/Ops.h"
#include "kernel/Sysfs.h"
#include "kernel/Topology.h"
#include "kernel/UserOrder.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <linux/capability.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace scx {
namespace {

constexpr uint32_t kDumpLength = 256 * 1024; // room for some thousand waiting tasks; the kernel's own default is 32 KiB

/// The state once it is settled: a scheduler that is being enabled or disabled is given two seconds.
std::string settledState() {
    std::string state;
    for (int i = 0; i < 40; ++i) {
        state = readLine("/sys/kernel/sched_ext/state");
        if (state == "disabled" || state == "enabled")
            break;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return state;
}

/// Has this process the rights over BPF? The verifier lets struct_ops through with these two (bpf_prog_load in kernel/bpf/syscall.c); CAP_SYS_ADMIN holds both.
bool mayLoad() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind("CapEff:", 0) == 0) {
            uint64_t has = std::strtoull(line.c_str() + 7, nullptr, 16), both = 1ull << CAP_BPF | 1ull << CAP_PERFMON;
            return (has & both) == both || has >> CAP_SYS_ADMIN & 1;
        }
    return true; // without /proc the kernel itself will tell
}

} // namespace

void checkKernel() {
    if (access("/sys/kernel/sched_ext", F_OK) != 0)
        throw std::runtime_error("this kernel has no sched_ext; it takes Linux 6.12 or newer built with CONFIG_SCHED_CLASS_EXT");
    if (!mayLoad())
        throw std::runtime_error("a policy can only be loaded by root, or with CAP_BPF and CAP_PERFMON; try sudo scxrun");
    if (std::string state = settledState(); state != "disabled")
        throw std::runtime_error("another scheduler is running (`" + readLine("/sys/kernel/sched_ext/root/ops") + "`, " + state + "); end it first");
}

// ---------------------------------------------------------------- variables of the object

bpf_map *Scheduler::sectionMap(const std::string &section) const {
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, object) {
        std::string name = bpf_map__name(map); // `.data.x`, but `OBJECT.data` for the plain ones
        if (name.size() >= section.size() && name.compare(name.size() - section.size(), section.size(), section) == 0)
            return map;
    }
    return nullptr;
}

Scheduler::Variable Scheduler::find(const std::string &section, const std::string &name) const {
    bpf_map *map = sectionMap(section);
    if (!map)
        return {};
    size_t size = 0;
    auto *base = static_cast<char *>(bpf_map__initial_value(map, &size));
    const btf *types = bpf_object__btf(object);
    const btf_type *sectionType = btf__type_by_id(types, bpf_map__btf_value_type_id(map));
    if (!base || !sectionType || !btf_is_datasec(sectionType))
        return {};
    const btf_var_secinfo *rows = btf_var_secinfos(sectionType);
    for (int i = 0; i < btf_vlen(sectionType); ++i) {
        const btf_type *variable = btf__type_by_id(types, rows[i].type);
        if (variable && name == btf__name_by_offset(types, variable->name_off) && size_t(rows[i].offset) + rows[i].size <= size)
            return {base + rows[i].offset, rows[i].size};
    }
    return {};
}

void Scheduler::store(const std::string &section, const std::string &symbol, int64_t value) {
    Variable v = find(section, symbol);
    if (v.size != 1 && v.size != 4 && v.size != 8)
        throw std::runtime_error("the object has no variable `" + symbol + "` although it describes one; compile the policy again");
    std::memcpy(v.address, &value, v.size); // BPF objects are little endian here, as the machine is
}

void Scheduler::set(const ObjectInfo &info, const std::map<std::string, int64_t> &values) {
    for (const Parameter &p : info.parameters)
        if (auto it = values.find(p.name); p.live && it != values.end()) {
            Variable v = find(p.section, p.symbol);
            if (v.size == 1)
                __atomic_store_n(v.address, static_cast<char>(it->second), __ATOMIC_RELAXED);
            else if (v.size == 8)
                __atomic_store_n(reinterpret_cast<int64_t *>(v.address), it->second, __ATOMIC_RELAXED);
        }
}

/// The length the kernel is to give its dump; 0 if the object cannot keep one.
uint32_t Scheduler::makeRoomForDump() {
    bpf_map *map = sectionMap(".data.uei_dump");
    if (!map || find(".rodata", "uei_dump_len").size != 4)
        return 0;
    if (int error = bpf_map__set_value_size(map, kDumpLength); error != 0)
        throw std::runtime_error(std::string("no room for the kernel's dump: ") + std::strerror(-error) + "; try without --dump");
    store(".rodata", "uei_dump_len", kDumpLength);
    return kDumpLength;
}

void Scheduler::fillTopology() {
    Variable set = find(".bss", "raw_set__");
    if (!set.address)
        return; // the policy does not ask
    Variable llc = find(".bss", "raw_llc__"), node = find(".bss", "raw_node__"), core = find(".bss", "raw_core__"), capacity = find(".bss", "raw_capacity__");
    for (const CpuPlace &place : readTopology()) {
        auto put = [&](const Variable &v, int64_t value) {
            if (size_t offset = static_cast<size_t>(place.cpu) * sizeof value; offset + sizeof value <= v.size)
                std::memcpy(v.address + offset, &value, sizeof value);
        };
        put(llc, place.llc);
        put(node, place.node);
        put(core, place.core);
        put(capacity, place.capacity);
    }
    *set.address = 1;
}

// ---------------------------------------------------------------- load and attach

Scheduler::Scheduler(const ObjectFile &file, const ObjectInfo &info, const std::map<std::string, int64_t> &parameters, const LoadOptions &options) {
    collectLibbpfLog(options.verbose);
    foldOnLoad();
    bpf_object_open_opts open = {};
    open.sz = sizeof open;
    open.object_name = info.policy.c_str(); // the names of its sections' maps begin with it
    object = bpf_object__open_mem(file.bytes.data(), file.bytes.size(), &open);
    if (!object)
        throw std::runtime_error("libbpf cannot open `" + file.path + "`: " + std::strerror(errno) + "; compile the policy again");
    try {
        for (const Parameter &p : info.parameters)
            if (auto it = parameters.find(p.name); it != parameters.end())
                store(p.section, p.symbol, it->second);
        if (options.statistics)
            store(".rodata", "stats__", 1);
        fillTopology();
        bpf_map *map = nullptr;
        bpf_object__for_each_map(map, object) if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS) ops = map;
        if (!ops)
            throw std::runtime_error("`" + file.path + "` holds no scheduler; make one with scxc");
        lost = settleOps(object, ops, info, options.dump ? makeRoomForDump() : 0);
        // Counters are members of the per-CPU state.
        const btf *types = bpf_object__btf(object);
        if (int id = btf__find_by_name_kind(types, "cpu_state__", BTF_KIND_STRUCT); id > 0) {
            const btf_type *type = btf__type_by_id(types, static_cast<uint32_t>(id));
            for (int i = 0; i < btf_vlen(type); ++i)
                cpuMembers[btf__name_by_offset(types, btf_members(type)[i].name_off)] = btf_member_bit_offset(type, static_cast<uint32_t>(i)) / 8;
            cpuStride = type->size;
        }
        if (options.hints)
            options.hints->hand(object);
        leaveOutTrace(object);
        load(options);
        beginTelling(info.told, options);
        orderInUserSpace(file, info, options);
    } catch (...) {
        detach();
        bpf_object__close(object);
        throw;
    }
}

void Scheduler::load(const LoadOptions &options) {
    int error = bpf_object__load(object);
    if (error == 0)
        return;
    const std::string &log = libbpfLog();
    if (!options.verifierLog.empty() && !(std::ofstream(options.verifierLog) << log).flush())
        throw std::runtime_error("cannot write the verifier's log to `" + options.verifierLog + "`; name another file");
    if (std::string reason = verifierReason(log); !reason.empty())
        throw std::runtime_error("the kernel's verifier refused the policy: " + reason + "; this is a bug of scxc, --verifier-log FILE keeps all of it");
    if (error == -EPERM)
        throw std::runtime_error("the kernel does not let this process load BPF; run scxrun as root, outside containers and with lockdown off");
    std::string reason = libbpfReason(log);
    throw std::runtime_error("the policy could not be loaded: " + (reason.empty() ? std::string(std::strerror(-error)) : reason) +
                             "; --verbose shows all that libbpf says");
}

/// What the policy is told is right before its first task is matched.
void Scheduler::beginTelling(const ToldInfo &wanted, const LoadOptions &options) {
    if (!wanted.cgroups.empty())
        telling.push_back(std::make_shared<CgroupExpressions>(bpf_object__find_map_fd_by_name(object, "cgroup_bits__"), wanted.cgroups));
    if (wanted.gpu)
        telling.push_back(std::make_shared<GpuUsers>(bpf_object__find_map_fd_by_name(object, "gpu_users__")));
    if (options.hints) {
        options.hints->keep(object);
        telling.push_back(options.hints);
    }
}

/// Queues that a process orders have it from the beginning.
void Scheduler::orderInUserSpace(const ObjectFile &file, const ObjectInfo &info, const LoadOptions &options) {
    bool some = info.ordersInUserSpace();
    if (!some && !options.userPolicy.empty())
        throw std::runtime_error("`" + options.userPolicy + "` has nothing to order; give a queue of `" + info.policy + "` a `backing: userspace(TIME)`");
    if (some)
        telling.push_back(
            std::make_shared<UserOrder>(object, file, info, options.userPolicy, UserOrder::Source{[this](const std::string &section, const std::string &name) {
            Variable v = find(section, name);
            return UserOrder::Variable{v.address, v.size};
        }, [this](const std::string &name) { return counter(name); }}));
}

void Scheduler::attach() {
    link = bpf_map__attach_struct_ops(ops);
    if (link)
        return;
    int error = errno;
    std::string what = std::string("the kernel did not start the policy: ") + std::strerror(error);
    std::string isolated = readLine("/sys/devices/system/cpu/isolated");
    if (error == EINVAL && !isolated.empty())
        throw std::runtime_error(what + "; sched_ext does not work with isolated CPUs (" + isolated + "), boot without isolcpus=");
    if (error == EBUSY)
        throw std::runtime_error(what + "; another scheduler came first, end it");
    throw std::runtime_error(what + "; dmesg may say more");
}

Scheduler::~Scheduler() {
    detach();
    telling.clear();
    bpf_object__close(object);
}

void Scheduler::detach() {
    if (link)
        bpf_link__destroy(link);
    link = nullptr;
}

// ---------------------------------------------------------------- what it tells

ExitInfo Scheduler::exitInfo() const {
    // struct user_exit_info: kind at 0, exit_code at 8, reason[128] at 16, msg[1024] at 144. The kind is written last.
    Variable v = find(".data", "uei");
    ExitInfo info;
    if (!v.address || v.size < 144 + 1024)
        return info;
    info.kind = __atomic_load_n(reinterpret_cast<int *>(v.address), __ATOMIC_ACQUIRE);
    std::memcpy(&info.code, v.address + 8, 8);
    info.reason = std::string(v.address + 16, strnlen(v.address + 16, 128));
    info.message = std::string(v.address + 144, strnlen(v.address + 144, 1024));
    return info;
}

std::string Scheduler::dump() const {
    Variable v = find(".data.uei_dump", "uei_dump");
    return v.address ? std::string(v.address, strnlen(v.address, v.size)) : std::string();
}

uint64_t Scheduler::counter(const std::string &name, size_t part) const {
    Variable v = find(".bss", "cpu__");
    auto it = cpuMembers.find(name);
    uint64_t sum = 0;
    if (!v.address || it == cpuMembers.end() || !cpuStride)
        return 0;
    for (size_t at = it->second + 8 * part; at + 8 <= v.size; at += cpuStride)
        sum += __atomic_load_n(reinterpret_cast<uint64_t *>(v.address + at), __ATOMIC_RELAXED);
    return sum;
}

std::vector<uint64_t> Scheduler::histogram(const std::string &name, size_t buckets, size_t part) const {
    Variable v = find(".bss", name);
    std::vector<uint64_t> counts(buckets);
    if (size_t bytes = buckets * 8; v.size >= bytes * (part + 1))
        std::memcpy(counts.data(), v.address + bytes * part, bytes);
    return counts;
}

} // namespace scx
