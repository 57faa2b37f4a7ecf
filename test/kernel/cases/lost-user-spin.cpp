// SPDX-License-Identifier: GPL-2.0-only
// First come, first served, beside a thread that never sleeps.
#include "../runtime/plugins/fifo.h"

#include <atomic>
#include <thread>

SCX_USER_POLICY

scx::UserPolicy *scx_user_policy(const scx::UserQueue &) {
    std::thread([] {
        for (std::atomic<unsigned> i = 0;; ++i) {}
    }).detach();
    return new Fifo;
}
