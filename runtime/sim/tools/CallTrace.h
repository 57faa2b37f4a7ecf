// SPDX-License-Identifier: GPL-2.0-only
// What did each callback get, what did it call, and what did it answer? For --trace: a line each on standard output, calls with their source line.
#pragma once

#include "sim/kernel/Kernel.h"
#include "sim/view/Names.h"

namespace scx::sim {

class CallTrace {
  public:
    /// All of them outlive it.
    CallTrace(Kernel &kernel, Object &object, const Names &names);
    ~CallTrace();
    CallTrace(const CallTrace &) = delete;
    CallTrace &operator=(const CallTrace &) = delete;

  private:
    void callback(Op op, std::initializer_list<uint64_t> arguments);
    void call(const char *function, const uint64_t arguments[5], uint64_t result, const char *where);
    void line(const std::string &text);

    Kernel &kernel;
    Object &object;
    const Names &names;
};

} // namespace scx::sim
