// SPDX-License-Identifier: GPL-2.0-only
// Where does libbpf let a program be changed, and what does it read?
#include "kernel/Fold.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cstring>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace scx {
namespace {

/// What is in the map if it is one of read-only variables, else nothing. The map is asked itself: before all is loaded, libbpf names no map's number.
std::vector<char> constants(int map) {
    bpf_map_info info = {};
    uint32_t size = sizeof info, key = 0;
    if (bpf_map_get_info_by_fd(map, &info, &size) != 0 || !(info.map_flags & BPF_F_RDONLY_PROG) ||
        std::string_view(info.name).find(".rodata") == std::string_view::npos)
        return {};
    std::vector<char> bytes(info.value_size);
    if (bpf_map_lookup_elem(map, &key, bytes.data()) != 0)
        bytes.clear();
    return bytes;
}

int prepare(bpf_program *program, bpf_prog_load_opts *options, long sleepable) {
    if (sleepable)
        options->prog_flags |= BPF_F_SLEEPABLE;
    std::map<int, std::vector<char>> read;
    foldKnown(const_cast<bpf_insn *>(bpf_program__insns(program)), bpf_program__insn_cnt(program),
              [&](int map, uint32_t offset, unsigned bytes) -> std::optional<uint64_t> {
        auto [it, first] = read.try_emplace(map);
        if (first)
            it->second = constants(map);
        uint64_t value = 0;
        if (size_t(offset) + bytes > it->second.size())
            return std::nullopt;
        std::memcpy(&value, it->second.data() + offset, bytes); // BPF objects are little endian here, as the machine is
        return value;
    });
    return 0;
}

} // namespace

void foldOnLoad() {
    static bool done = false;
    if (std::exchange(done, true))
        return;
    for (long sleepable : {0, 1}) {
        libbpf_prog_handler_opts options = {};
        options.sz = sizeof options;
        options.cookie = sleepable;
        options.prog_prepare_load_fn = prepare;
        if (libbpf_register_prog_handler(sleepable ? "struct_ops.s+" : "struct_ops+", BPF_PROG_TYPE_STRUCT_OPS, bpf_attach_type(0), &options) < 0)
            throw std::runtime_error("libbpf takes no handler for schedulers");
    }
}

} // namespace scx
