// SPDX-License-Identifier: GPL-2.0-only
// First come, first served; and now and then it sleeps for longer than anybody should wait.
#include "fifo.h"

#include <chrono>
#include <thread>

SCX_USER_POLICY

namespace {

struct Slow : Fifo {
    unsigned count = 0;
    scx::UserTask *next(uint64_t now) override {
        if (++count % 500 == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
        return Fifo::next(now);
    }
};

} // namespace

scx::UserPolicy *scx_user_policy(const scx::UserQueue &) { return new Slow; }
