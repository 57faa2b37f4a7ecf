// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Tasks.h"

#include "object/Text.h"

#include <cstring>

namespace scx {

std::string nameOf(const char (&comm)[16]) { return printable(std::string(comm, strnlen(comm, sizeof comm))); }

std::string policyName(unsigned policy) {
    static const char *const names[] = {"normal", "fifo", "rr", "batch", "4", "idle", "deadline", "ext"}; // include/uapi/linux/sched.h
    return policy < std::size(names) ? names[policy] : std::to_string(policy);
}

bool isOurs(unsigned policy, bool partial) {
    constexpr unsigned kFifo = 1, kRoundRobin = 2, kDeadline = 6, kExt = 7;
    return partial ? policy == kExt : policy != kFifo && policy != kRoundRobin && policy != kDeadline;
}

} // namespace scx
