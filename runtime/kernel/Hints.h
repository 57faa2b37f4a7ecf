// SPDX-License-Identifier: GPL-2.0-only
// What do tasks tell about themselves? A datagram to a socket that anybody may write to: the kernel says who sent it, so nobody needs rights over BPF.
#pragma once

#include "kernel/Attended.h"

#include <cstdint>
#include <string>

struct bpf_object;

namespace scx {

/// Where the socket is while a policy that reads hints runs.
inline constexpr const char *kHintSocket = "/run/scx/hint";

/// `VALUE` is about every thread of the sender, `VALUE TID` about one thread of the sender's user. The answer, for who has an address, is `ok` or says
/// what is wrong; then the map has the value, and the task's next enqueue reads it. The map outlives a policy that is loaded again.
class Hints : public Attended {
  public:
    /// Throws std::runtime_error with one line.
    Hints();
    ~Hints() override;
    /// Before load: the policy is to use the map of the one before, if there was one.
    void hand(bpf_object *object);
    /// After load.
    void keep(bpf_object *object);
    int fd() const override { return server; }
    void update() override;

  private:
    int server = -1, map = -1;

    std::string answer(const std::string &message, int pid, unsigned uid);
    std::string set(int tid, int64_t value, int pid, unsigned uid);
};

} // namespace scx
