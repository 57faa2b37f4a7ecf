// SPDX-License-Identifier: GPL-2.0-only
// From BPF instructions to LLVM IR, one function each. What may fail is left as a call of a placeholder, which Expander replaces once it can be
// seen what is known of addresses.
#pragma once

#include "sim/bpf/Image.h"

#include <llvm/IR/Module.h>

#include <memory>

namespace scx::sim {

class Execution;

// The placeholders; `site` says which instruction it is of.
namespace placeholder {
constexpr char kLoad[] = "scx.load";       // i64 (address, i32 bytes, i32 site); the bytes without a sign
constexpr char kStore[] = "scx.store";     // void (address, value, i32 bytes, i32 site)
constexpr char kLookup[] = "scx.lookup";   // i64 (map, key, i32 site)
constexpr char kMissing[] = "scx.missing"; // i64 (i32 index of Image::missing, i32 site)
} // namespace placeholder

struct TranslateOptions {
    bool traced = false; // tell Execution::tell of each call
};

/// Functions have the names `f0`, `f1`, … in the order of the image. Throws std::runtime_error for instructions that are not supported.
std::unique_ptr<llvm::Module> translate(const Execution &execution, const TranslateOptions &options, llvm::LLVMContext &context);

} // namespace scx::sim
