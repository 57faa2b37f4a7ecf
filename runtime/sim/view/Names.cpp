// SPDX-License-Identifier: GPL-2.0-only
#include "sim/view/Names.h"

#include <cstdio>

namespace scx::sim {

const char *const reasonTexts[Event::Changed + 2] = {"slept", "slice ended", "preempted", "yielded", "exited", "changed", "still runs"};

namespace {

constexpr uint64_t kOfQueue = ~0ull << 32, kInstance = (1ull << 30) - 1;

bool isLocal(uint64_t dsq) { return dsq == kDsqLocal || (dsq & kDsqLocalOn) == kDsqLocalOn; }

} // namespace

Names::Names(const ObjectInfo &info) : name(info.policy), queues(info.queues), rules(info.rules) {}

const QueueInfo *Names::find(uint64_t dsq) const {
    if (!(dsq & kDsqNone)) // ids of the kernel have the highest bit
        for (const QueueInfo &q : queues)
            if (q.dsq == (dsq & kOfQueue))
                return &q;
    return nullptr;
}

uint64_t Names::queueOf(uint64_t dsq) const {
    if (isLocal(dsq))
        return kDsqLocal;
    return find(dsq) ? dsq & kOfQueue : dsq;
}

std::vector<uint64_t> Names::queueIds() const {
    std::vector<uint64_t> ids;
    for (const QueueInfo &q : queues)
        if (q.dsq)
            ids.push_back(*q.dsq);
    return ids;
}

std::string Names::queue(uint64_t dsq) const {
    if (dsq == kDsqNone)
        return "";
    if (dsq == kDsqGlobal)
        return "global";
    if (isLocal(dsq))
        return "local";
    if (dsq == kDsqRealTime)
        return "real-time";
    if (const QueueInfo *q = find(dsq))
        return q->name;
    char text[32];
    snprintf(text, sizeof text, "DSQ %#llx", static_cast<unsigned long long>(dsq));
    return text;
}

std::string Names::dsq(uint64_t dsq) const {
    static const char *const parts[] = {"", " escape", " aged", " aged escape"};
    std::string text = queue(dsq);
    if (isLocal(dsq))
        return dsq == kDsqLocal ? text : text + "[" + std::to_string(dsq & ~kDsqLocalOn) + "]";
    if (const QueueInfo *q = find(dsq))
        text += (q->domain.empty() ? "" : "[" + std::to_string(dsq & kInstance) + "]") + parts[dsq >> 30 & 3];
    return text;
}

std::string Names::rule(int number) const { return number >= 0 && static_cast<size_t>(number) < rules.size() ? rules[static_cast<size_t>(number)].text : ""; }

} // namespace scx::sim
