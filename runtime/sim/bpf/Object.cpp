// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/Object.h"

#include "sim/bpf/Check.h"
#include "sim/bpf/Execution.h"
#include "sim/bpf/Format.h"
#include "sim/bpf/Jit.h"
#include "sim/bpf/Load.h"

#include <bpf/btf.h>

#include <cstring>
#include <functional>
#include <utility>

namespace scx::sim {
namespace {

/// Marks the functions that the callbacks call, or give to helpers to call.
void markUsed(Image &image) {
    std::vector<size_t> open;
    auto mark = [&](size_t i) {
        if (!std::exchange(image.functions[i].used, true))
            open.push_back(i);
    };
    for (int callback : image.callbacks)
        if (callback >= 0)
            mark(static_cast<size_t>(callback));
    while (!open.empty()) {
        size_t i = open.back();
        open.pop_back();
        for (const Instruction &instruction : image.functions[i].code)
            if (instruction.link == Link::Call || instruction.link == Link::Callback)
                mark(instruction.index);
    }
}

/// Calls go forward only, and no chain of them needs more frames than there are; the kernel's verifier asks the same.
void checkDepth(const Image &image) {
    std::vector<int> depth(image.functions.size()); // 0: not looked at, -1: being looked at
    std::function<int(size_t)> measure = [&](size_t i) {
        if (depth[i] == -1)
            throw std::runtime_error("function `" + image.functions[i].name + "` calls itself; the kernel's verifier refuses it too");
        if (depth[i] > 0)
            return depth[i];
        depth[i] = -1;
        int deepest = 0;
        for (const Instruction &instruction : image.functions[i].code)
            if (instruction.link == Link::Call)
                deepest = std::max(deepest, measure(instruction.index));
        return depth[i] = deepest + 1;
    };
    for (size_t i = 0; i < image.functions.size(); ++i)
        if (measure(i) > static_cast<int>(Execution::kFrames))
            throw std::runtime_error("calls from function `" + image.functions[i].name + "` are nested more than " + std::to_string(Execution::kFrames) +
                                     " deep; the kernel's verifier refuses it too");
}

} // namespace

struct Object::Inside {
    Inside(Host &host, Arena &arena, Profile profile) : execution(host, arena, std::move(profile)) {}

    void translate() {
        code.push_back(std::make_unique<Code>(execution, options));
        execution.natives = code.back()->functions;
    }
    /// Most objects run for a second of virtual time, in which they are not worth the time that good code takes to make.
    void count() {
        if (calls++ == hotAfter && options.quick) {
            options.quick = false;
            translate();
        }
    }

    Execution execution;
    std::vector<std::unique_ptr<Code>> code; // the last is in use; the ones before may still be running
    CodeOptions options;
    uint64_t calls = 0, hotAfter = 0;
};

Object::Object(const std::string &path, Host &host, Arena &arena, const ObjectOptions &options)
    : inside(std::make_unique<Inside>(host, arena, Profile::open(options.kernel))) {
    ObjectFile file = readObjectFile(path);
    inside->execution.types = file.types;
    inside->execution.image.path = path;
    Loading loading{inside->execution, file, options, {}, {}, {}, {}};
    if (file.section(".scx.meta") >= 0)
        loading.info = describe(readFile(path));
    loadData(loading);
    loadMaps(loading);
    loadCode(loading);
    loadOps(loading);
    checkDepth(inside->execution.image);
    markUsed(inside->execution.image);
    inside->hotAfter = options.hotAfter;
    inside->options.quick = options.hotAfter > 0;
    inside->translate();
}

Object::~Object() = default;

const OpsSettings &Object::ops() const { return inside->execution.image.ops; }

bool Object::has(Op op) const { return inside->execution.image.callbacks[static_cast<size_t>(op)] >= 0; }

uint64_t Object::call(Op op, std::initializer_list<uint64_t> arguments) {
    int function = inside->execution.image.callbacks[static_cast<size_t>(op)];
    if (function < 0)
        return 0;
    inside->count();
    return inside->execution.enter(static_cast<uint32_t>(function), arguments);
}

void Object::fire(void *timer) { inside->execution.fire(timer); }

void Object::forget(task_struct *task) { inside->execution.forget(&task->bpf_storage); }

void Object::forget(cgroup *group) { inside->execution.forget(&group->bpf_cgrp_storage); }

Object::Variable Object::variable(const std::string &name) const {
    auto it = inside->execution.image.variables.find(name);
    return it == inside->execution.image.variables.end() ? Variable() : it->second;
}

Object::PerCpu Object::perCpu(const std::string &member) const {
    Variable cpus = variable("cpu__");
    const btf *types = inside->execution.types.get();
    int id = btf__find_by_name_kind(types, "cpu_state__", BTF_KIND_STRUCT);
    const btf_type *type = id > 0 ? btf__type_by_id(types, static_cast<uint32_t>(id)) : nullptr;
    for (uint32_t i = 0; type && cpus.address && i < btf_vlen(type); ++i)
        if (member == btf__name_by_offset(types, btf_members(type)[i].name_off))
            return {cpus.address + btf_member_bit_offset(type, i) / 8, type->size};
    return {};
}

namespace {

Map *mapNamed(const Execution &execution, const std::string &name) {
    for (const auto &map : execution.maps)
        if (map->shape.name == name)
            return map.get();
    return nullptr;
}

} // namespace

RecordRing *Object::records(const std::string &map) const { return dynamic_cast<RecordRing *>(mapNamed(inside->execution, map)); }
AnswerRing *Object::answers(const std::string &map) const { return dynamic_cast<AnswerRing *>(mapNamed(inside->execution, map)); }

void Object::trace(CallTracer tracer, void *self) {
    inside->execution.tracer = tracer;
    inside->execution.tracerSelf = self;
    if (tracer && !inside->options.traced) {
        inside->options.traced = true;
        inside->translate();
    }
}

// ---------------------------------------------------------------- for functions of the host

void fault(const std::string &what) {
    if (Execution *execution = Execution::running())
        execution->fault(what);
    throw Fault(what);
}

void *checkedMemory(uint64_t address, size_t bytes, Access access, const char *what) {
    Execution *execution = Execution::running();
    return execution ? execution->memory(address, bytes, access, what) : reinterpret_cast<void *>(address);
}

std::string checkedText(uint64_t address, size_t most, const char *what) {
    if (Execution *execution = Execution::running())
        return execution->text(address, most, what);
    const char *begin = reinterpret_cast<const char *>(address);
    return std::string(begin, strnlen(begin, most));
}

std::optional<std::string> checkedFormat(uint64_t format, uint64_t arguments, uint64_t bytes) {
    Execution *execution = Execution::running();
    return execution ? formatGiven(*execution, format, arguments, bytes) : std::nullopt;
}

std::string runningPlace() {
    Execution *execution = Execution::running();
    return execution ? execution->image.where(execution->site, false) : "";
}

} // namespace scx::sim
