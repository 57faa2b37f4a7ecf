// SPDX-License-Identifier: GPL-2.0-only
// Which process orders the queues that are ordered in user space, and what if it dies? (docs/internals/userspace.md)
#pragma once

#include "kernel/Attended.h"
#include "object/Object.h"
#include "user/HostCode.h"
#include "user/MappedLink.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct bpf_object;

namespace scx {

/// A child of scxrun that has only the rings of these queues and their words: what goes wrong in it harms neither scxrun nor the policy. It is started again when it dies.
class UserOrder : public Attended {
  public:
    /// A variable of the object, in memory that is shared with the kernel.
    struct Variable {
        const char *address = nullptr;
        size_t size = 0;
    };
    struct Source {
        std::function<Variable(const std::string &section, const std::string &name)> variable;
        std::function<uint64_t(const std::string &)> counter;
    };
    /// `object` is loaded. `plugin`: the shared object that orders them in place of their disciplines; empty: none. The process runs when this returns. Throws std::runtime_error with one line.
    UserOrder(bpf_object *object, const ObjectFile &file, const ObjectInfo &info, const std::string &plugin, Source source);
    ~UserOrder() override;
    int fd() const override { return child; }
    void update() override;

  private:
    using Clock = std::chrono::steady_clock;
    struct Queue {
        const QueueInfo *info;
        user::Shared *shared;
        int recordsFd;
        user::MappedRing records, answers;
        std::vector<Variable> parameters;
        uint64_t toKernel = 0, toProcess = 0; // as they were last told
    };
    const ObjectInfo info;
    const std::string plugin;
    const Source source;
    std::unique_ptr<user::HostCode> code; // null: no discipline has any
    std::vector<Queue> queues;
    int process = 0, child = -1; // its number, and a descriptor of it
    Clock::time_point startAgain, toldAt;
    std::chrono::milliseconds pause{0};

    std::string start();
    void ended();
    void tell(bool all);
    [[noreturn]] void serve(int ready);
};

} // namespace scx
