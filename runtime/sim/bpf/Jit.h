// SPDX-License-Identifier: GPL-2.0-only
// From the programs of an object to machine code.
#pragma once

#include "sim/bpf/Execution.h"

#include <memory>
#include <vector>

namespace scx::sim {

struct CodeOptions {
    bool traced = false; // each call is told to Execution's tracer
    bool quick = true;   // translated in a quarter of the time, half as fast
};

/// The machine code of all functions of an object; they may be called as long as it lives.
class Code {
  public:
    /// Throws std::runtime_error as Object's constructor says.
    Code(const Execution &execution, const CodeOptions &options);
    ~Code();

    std::vector<Native> functions; // by their number in the image

  private:
    struct Inside;
    std::unique_ptr<Inside> inside;
};

} // namespace scx::sim
