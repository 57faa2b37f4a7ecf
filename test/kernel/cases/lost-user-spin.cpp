// SPDX-License-Identifier: GPL-2.0-only
// First come, first served, beside a thread that never sleeps.
#include <libscx.h>

#include <atomic>
#include <deque>
#include <thread>

SCX_USER_POLICY

namespace {

struct Spinning : scx::UserPolicy {
    std::deque<scx::UserTask *> waiting;
    void added(scx::UserTask &task) override { waiting.push_back(&task); }
    scx::UserTask *next(uint64_t) override {
        scx::UserTask *first = waiting.front();
        waiting.pop_front();
        return first;
    }
    void taken(scx::UserTask &task) override { std::erase(waiting, &task); }
    void gone(scx::UserTask &) override {}
};

} // namespace

scx::UserPolicy *scx_user_policy(const scx::UserQueue &) {
    std::thread([] {
        for (std::atomic<unsigned> i = 0;; ++i) {}
    }).detach();
    return new Spinning;
}
