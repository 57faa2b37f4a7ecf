// SPDX-License-Identifier: GPL-2.0-only
// First come, first served; and now and then it sleeps for longer than anybody should wait.
#include <libscx.h>

#include <chrono>
#include <deque>
#include <thread>

SCX_USER_POLICY

namespace {

struct Slow : scx::UserPolicy {
    std::deque<scx::UserTask *> waiting;
    unsigned count = 0;
    void added(scx::UserTask &task) override { waiting.push_back(&task); }
    scx::UserTask *next(uint64_t) override {
        if (++count % 500 == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
        if (waiting.empty())
            return nullptr;
        scx::UserTask *first = waiting.front();
        waiting.pop_front();
        return first;
    }
    void taken(scx::UserTask &task) override { std::erase(waiting, &task); }
    void gone(scx::UserTask &) override {}
};

} // namespace

scx::UserPolicy *scx_user_policy(const scx::UserQueue &) { return new Slow; }
