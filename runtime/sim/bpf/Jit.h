// SPDX-License-Identifier: GPL-2.0-only
// From the programs of an object to machine code.
#pragma once

#include "sim/bpf/Execution.h"

#include <memory>
#include <vector>

namespace scx::sim {

/// The machine code of all functions of an object; they may be called as long as it lives.
class Code {
  public:
    /// `traced`: each call is told to Execution's tracer. Throws std::runtime_error as Object's constructor says.
    Code(const Execution &execution, bool traced);
    ~Code();

    std::vector<Native> functions; // by their number in the image

  private:
    struct Inside;
    std::unique_ptr<Inside> inside;
};

} // namespace scx::sim
