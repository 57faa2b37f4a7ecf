// SPDX-License-Identifier: GPL-2.0-only
// What does an object's description of a discipline name in its code?
#pragma once

#include "object/Object.h"
#include "user/HostCode.h"
#include "user/HostOrder.h"

#include <utility>

namespace scx::user {

/// `code`: the section that `info` names; null if it names no function.
inline HostDiscipline disciplineOf(const HostCodeInfo &info, const HostCode *code) {
    HostDiscipline discipline;
    for (auto [name, function] : {std::pair{"begin", &discipline.begin}, {"join", &discipline.join}, {"enqueue", &discipline.enqueue}, {"running", &discipline.running}, {"stopping", &discipline.stopping}, {"key", &discipline.key}})
        if (auto it = info.functions.find(name); it != info.functions.end())
            *function = code->at<HostFunction>(it->second);
    discipline.taskBytes = info.taskBytes;
    discipline.queueBytes = info.queueBytes;
    discipline.lifo = info.lifo;
    return discipline;
}

} // namespace scx::user
