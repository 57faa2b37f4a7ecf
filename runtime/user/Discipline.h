// SPDX-License-Identifier: GPL-2.0-only
// What orders a queue, as the object describes it: its discipline in the object's code, or a plug-in?
#pragma once

#include "object/Elf.h"
#include "object/Object.h"
#include "user/Engine.h"
#include "user/HostCode.h"
#include "user/HostOrder.h"
#include "user/Plugin.h"

#include <memory>
#include <stdexcept>
#include <utility>

namespace scx::user {

/// `code`: the section that `info` names; null if it names no function.
inline HostDiscipline disciplineOf(const HostCodeInfo &info, const HostCode *code) {
    HostDiscipline discipline;
    for (auto [name, function] : {std::pair{"begin", &discipline.begin},
                                  {"join", &discipline.join},
                                  {"enqueue", &discipline.enqueue},
                                  {"running", &discipline.running},
                                  {"stopping", &discipline.stopping},
                                  {"key", &discipline.key}})
        if (auto it = info.functions.find(name); it != info.functions.end())
            *function = code->at<HostFunction>(it->second);
    discipline.taskBytes = info.taskBytes;
    discipline.queueBytes = info.queueBytes;
    discipline.lifo = info.lifo;
    return discipline;
}

/// The code of all disciplines; null where they have none. Throws std::runtime_error with one line if it is another machine's.
inline std::unique_ptr<HostCode> codeOf(const ObjectFile &file, const ObjectInfo &info) {
    std::unique_ptr<HostCode> code;
    for (const QueueInfo &q : info.queues) {
        if (!q.user)
            continue;
        const HostCodeInfo &own = q.user->code;
        if (own.architecture != hostArchitecture())
            throw std::runtime_error("`" + q.name + "` is ordered by code for " + own.architecture + ", and this machine is " + hostArchitecture() +
                                     "; compile the policy on such a machine, or name a plug-in by --user-policy");
        if (!code && !own.functions.empty())
            code = std::make_unique<HostCode>(readElf(file.bytes).find(own.section)->data);
    }
    return code;
}

/// What a process needs to order one queue.
struct Orderer {
    std::unique_ptr<HostOrder> discipline; // null: a plug-in orders
    std::unique_ptr<Engine> engine;
};

/// `plugin`: the path of one, or empty. All else has to outlive it. Throws as loadPlugin.
inline Orderer ordererOf(const QueueInfo &queue, const HostCode *code, const std::string &plugin, Link &link, Shared &shared, const int64_t *parameters) {
    Orderer made;
    if (plugin.empty())
        made.discipline = std::make_unique<HostOrder>(disciplineOf(queue.user->code, code), parameters, kMostTasks);
    UserPolicy &policy = plugin.empty() ? *made.discipline : loadPlugin(plugin, queue.name.c_str());
    made.engine = std::make_unique<Engine>(link, shared, policy, queue.user->attributes.size(), static_cast<uint64_t>(queue.user->waitLimit));
    return made;
}

} // namespace scx::user
