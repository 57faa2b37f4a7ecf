// SPDX-License-Identifier: GPL-2.0-only
// First come, first served, for plug-ins of tests that are about something else.
#pragma once

#include <libscx.h>

#include <deque>

struct Fifo : scx::UserPolicy {
    std::deque<scx::UserTask *> waiting;
    void added(scx::UserTask &task) override { waiting.push_back(&task); }
    scx::UserTask *next(uint64_t) override {
        if (waiting.empty())
            return nullptr;
        scx::UserTask *first = waiting.front();
        waiting.pop_front();
        return first;
    }
    void taken(scx::UserTask &task) override { std::erase(waiting, &task); }
    void gone(scx::UserTask &) override {}
};
