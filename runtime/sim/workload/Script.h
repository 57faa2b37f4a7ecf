// SPDX-License-Identifier: GPL-2.0-only
// A behaviour that reads like the program it stands for: a coroutine that yields its steps.
//
//     Script pinger(TaskId partner) {
//         World &world = co_await theWorld;
//         for (;;) {
//             co_yield run(50 * kMicrosecond);
//             world.wake(partner, false);
//             co_yield block();
//         }
//     }
//
// Parameters are kept in the coroutine: they are values or shared pointers, never references to what may be gone by then.
#pragma once

#include "sim/workload/Behaviour.h"

#include <coroutine>
#include <deque>
#include <exception>
#include <memory>
#include <utility>

namespace scx::sim {

constexpr uint64_t kMicrosecond = 1'000, kMillisecond = 1'000'000, kSecond = 1'000'000'000;

constexpr Step run(uint64_t ns) { return {Step::Run, ns}; }
constexpr Step sleepUntil(uint64_t time) { return {Step::Sleep, time}; }
constexpr Step block() { return {Step::Block}; }
constexpr Step yield() { return {Step::Yield}; }

/// A task that waits until another releases it; it stands in the task's coroutine.
struct Waiter {
    TaskId task;
    bool released = false;
};

/// First come, first released. `co_yield waitIn(list)` waits in it.
struct WaitList {
    std::deque<Waiter *> waiters;

    bool empty() const { return waiters.empty(); }
    void release(World &world, bool sync = false) {
        if (waiters.empty())
            return;
        Waiter *first = waiters.front();
        waiters.pop_front();
        first->released = true;
        world.wake(first->task, sync);
    }
    void releaseAll(World &world) {
        for (size_t count = waiters.size(); count; --count)
            release(world);
    }
};

struct WaitIn {
    WaitList &list;
};
inline WaitIn waitIn(WaitList &list) { return {list}; }

/// `World &world = co_await theWorld;`
struct TheWorld {};
constexpr TheWorld theWorld;

/// When the coroutine returns, the task exits.
class Script final : public Behaviour {
  public:
    struct promise_type {
        World *world = nullptr;
        Step step{Step::Exit};
        const Waiter *waiting = nullptr; // a wake-up that is not its release does not go on
        std::exception_ptr error;

        Script get_return_object() { return Script(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        std::suspend_always yield_value(Step next) noexcept {
            step = next;
            return {};
        }
        auto yield_value(WaitIn wait) noexcept {
            struct Joined {
                promise_type &promise;
                WaitList &list;
                Waiter waiter{};
                bool await_ready() const noexcept { return false; }
                void await_suspend(std::coroutine_handle<>) {
                    waiter.task = promise.world->self();
                    list.waiters.push_back(&waiter);
                    promise.waiting = &waiter;
                    promise.step = block();
                }
                void await_resume() const noexcept {}
                ~Joined() { // of a task that was killed while it waited
                    if (!waiter.released)
                        std::erase(list.waiters, &waiter);
                }
            };
            return Joined{*this, wait.list};
        }
        auto await_transform(TheWorld) noexcept {
            struct Known {
                World *world;
                bool await_ready() const noexcept { return true; }
                void await_suspend(std::coroutine_handle<>) const noexcept {}
                World &await_resume() const noexcept { return *world; }
            };
            return Known{world};
        }
        void return_void() noexcept { step = {Step::Exit}; }
        void unhandled_exception() noexcept { error = std::current_exception(); }
    };

    Script(Script &&other) noexcept : coroutine(std::exchange(other.coroutine, nullptr)) {}
    ~Script() override {
        if (coroutine)
            coroutine.destroy();
    }

    Step next(World &world) override {
        promise_type &promise = coroutine.promise();
        promise.world = &world;
        if (promise.waiting && !promise.waiting->released)
            return block();
        promise.waiting = nullptr;
        if (!coroutine.done())
            coroutine.resume();
        if (promise.error)
            std::rethrow_exception(std::exchange(promise.error, nullptr));
        return promise.step;
    }

  private:
    explicit Script(std::coroutine_handle<promise_type> coroutine) : coroutine(coroutine) {}
    std::coroutine_handle<promise_type> coroutine;
};

inline std::unique_ptr<Behaviour> perform(Script script) { return std::make_unique<Script>(std::move(script)); }

} // namespace scx::sim
