// SPDX-License-Identifier: GPL-2.0-only
#include "sim/tools/CallTrace.h"

#include "sim/view/Trace.h"

#include <cstdio>

namespace scx::sim {
namespace {

/// How values look, a letter a value: t task, q DSQ, n nanoseconds, c cpu, x bits, d number, b bool, g cgroup; the first of a function is its result, `v` none.
struct Shape {
    std::string_view name, letters;
};

// clang-format off
constexpr Shape kCallbacks[] = {
    {"select_cpu", "ctcx"}, {"enqueue", "vtx"}, {"dequeue", "vtx"}, {"dispatch", "vct"}, {"tick", "vt"}, {"runnable", "vtx"}, {"running", "vt"}, {"stopping", "vtb"},
    {"quiescent", "vtx"}, {"yield", "btt"}, {"set_weight", "vtd"}, {"set_cpumask", "vt"}, {"update_idle", "vcb"}, {"init_task", "dt"}, {"exit_task", "vt"},
    {"enable", "vt"}, {"disable", "vt"}, {"cgroup_init", "dg"}, {"cgroup_exit", "vg"}, {"cgroup_prep_move", "dtgg"}, {"cgroup_move", "vtgg"},
    {"cgroup_cancel_move", "vtgg"}, {"cgroup_set_weight", "vgd"}, {"cpu_acquire", "vc"}, {"cpu_release", "vc"}, {"cpu_online", "vc"}, {"cpu_offline", "vc"}, {"init", "d"},
};
// clang-format on
// clang-format off
constexpr Shape kFunctions[] = {
    {"scx_bpf_select_cpu_dfl", "ctcx"}, {"scx_bpf_dispatch", "vtqnx"}, {"scx_bpf_dsq_insert", "vtqnx"}, {"scx_bpf_dispatch_vtime", "vtqnnx"}, {"scx_bpf_dsq_insert_vtime", "vtqnnx"},
    {"scx_bpf_consume", "bq"}, {"scx_bpf_dsq_move_to_local", "bq"}, {"scx_bpf_create_dsq", "dq"}, {"scx_bpf_dsq_nr_queued", "dq"}, {"scx_bpf_kick_cpu", "vcx"},
    {"scx_bpf_pick_idle_cpu", "c"}, {"scx_bpf_test_and_clear_cpu_idle", "bc"}, {"scx_bpf_task_cpu", "ct"}, {"scx_bpf_dispatch_from_dsq", "b_tqx"}, {"scx_bpf_dsq_move", "b_tqx"},
    {"bpf_task_from_pid", "td"}, {"bpf_iter_scx_dsq_new", "d_qx"}, {"bpf_iter_scx_dsq_next", "t"},
};
// clang-format on

template <size_t N> std::string_view lettersOf(const Shape (&shapes)[N], std::string_view name) {
    for (const Shape &shape : shapes)
        if (shape.name == name)
            return shape.letters;
    return {};
}

std::string value(char letter, uint64_t v, const Names &names) {
    char text[64];
    switch (letter) {
    case 't':
        if (const auto *p = reinterpret_cast<const task_struct *>(v))
            return std::to_string(p->pid) + " (" + p->comm + ")";
        return "none";
    case 'q': return names.dsq(v);
    case 'n': return exactDuration(v);
    case 'c': return "cpu " + std::to_string(static_cast<int>(v));
    case 'b': return static_cast<bool>(v & 0xff) ? "true" : "false";
    case 'd': return std::to_string(static_cast<int32_t>(v));
    case 'g': return "cgroup " + std::to_string(reinterpret_cast<const cgroup *>(v)->kn->id);
    default: std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(v)); return text;
    }
}

std::string list(std::string_view letters, const uint64_t *values, size_t count, const Names &names) {
    std::string out;
    for (size_t i = 0; i < count && i + 1 < letters.size(); ++i)
        if (letters[i + 1] != '_')
            out += (out.empty() ? "" : ", ") + value(letters[i + 1], values[i], names);
    return out;
}

} // namespace

CallTrace::CallTrace(Kernel &k, Object &o, const Names &called) : kernel(k), object(o), names(called) {
    kernel.onCallback = [this](Op op, std::initializer_list<uint64_t> arguments) { callback(op, arguments); };
    object.trace([](void *self, const char *function, const uint64_t arguments[5], uint64_t result, const char *where) {
        static_cast<CallTrace *>(self)->call(function, arguments, result, where);
    }, this);
}

CallTrace::~CallTrace() {
    kernel.onCallback = {};
    object.trace(nullptr, nullptr);
}

void CallTrace::line(const std::string &text) { std::printf("%14.6f ms  cpu %d  %s\n", static_cast<double>(kernel.now()) / 1e6, kernel.cpu(), text.c_str()); }

void CallTrace::callback(Op op, std::initializer_list<uint64_t> arguments) {
    const char *name = opNames[static_cast<size_t>(op)];
    line(std::string(name) + "(" + list(lettersOf(kCallbacks, name), arguments.begin(), arguments.size(), names) + ")");
}

void CallTrace::call(const char *function, const uint64_t arguments[5], uint64_t result, const char *where) {
    if (std::string_view(function).starts_with("bpf_iter_num_"))
        return; // a loop that counts decides nothing
    std::string_view letters = lettersOf(kFunctions, function);
    std::string text = "    " + (*where ? std::string(where) + "  " : "") + function + "(" + list(letters, arguments, 5, names) + ")";
    if (!letters.empty() && letters[0] != 'v')
        text += " = " + value(letters[0], result, names);
    line(text);
}

} // namespace scx::sim
