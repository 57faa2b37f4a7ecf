// SPDX-License-Identifier: GPL-2.0-only
// Where does libbpf let a program be changed, and what does it read?
#include "kernel/Fold.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cstring>
#include <stdexcept>
#include <string_view>

namespace scx {
namespace {

/// The object's read-only variables as they are now.
std::optional<uint64_t> readOnlyOf(const bpf_object *object, int fd, uint32_t offset, unsigned bytes) {
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, object) {
        std::string_view name = bpf_map__name(map);
        if (bpf_map__fd(map) != fd || name.find(".rodata") == name.npos)
            continue;
        size_t size = 0;
        auto *data = static_cast<const char *>(bpf_map__initial_value(map, &size));
        if (!data || size_t(offset) + bytes > size)
            return std::nullopt;
        uint64_t value = 0;
        std::memcpy(&value, data + offset, bytes); // BPF objects are little endian here, as the machine is
        return value;
    }
    return std::nullopt;
}

} // namespace

void foldOnLoad(bpf_object *const &object) {
    static bpf_object *const *loading; // libbpf hands no object to its callback
    bool first = !loading;
    loading = &object;
    if (!first)
        return;
    auto prepare = [](bpf_program *program, bpf_prog_load_opts *options, long sleepable) {
        if (sleepable)
            options->prog_flags |= BPF_F_SLEEPABLE;
        foldKnown(const_cast<bpf_insn *>(bpf_program__insns(program)), bpf_program__insn_cnt(program),
                  [](int map, uint32_t offset, unsigned bytes) { return readOnlyOf(*loading, map, offset, bytes); });
        return 0;
    };
    for (long sleepable : {0, 1}) {
        LIBBPF_OPTS(libbpf_prog_handler_opts, options, .cookie = sleepable, .prog_prepare_load_fn = prepare);
        if (libbpf_register_prog_handler(sleepable ? "struct_ops.s+" : "struct_ops+", BPF_PROG_TYPE_STRUCT_OPS, bpf_attach_type(0), &options) < 0)
            throw std::runtime_error("libbpf takes no handler for schedulers");
    }
}

} // namespace scx
