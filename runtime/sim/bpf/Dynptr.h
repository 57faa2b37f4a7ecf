// SPDX-License-Identifier: GPL-2.0-only
// A pointer with a length (struct bpf_dynptr_kern), in memory that programs hand around but do not read.
#pragma once

#include <cstdint>

namespace scx::sim {

struct Dynptr {
    uint64_t data;
    uint32_t size; // the top bit: it may only be read
    uint32_t offset;
};

} // namespace scx::sim
