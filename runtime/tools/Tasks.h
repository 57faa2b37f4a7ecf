// SPDX-License-Identifier: GPL-2.0-only
// What is there to say of any task?
#pragma once

#include <string>

namespace scx {

/// A name as the kernel keeps it, without what commands a terminal.
std::string nameOf(const char (&comm)[16]);

/// The word for the kernel's number of a scheduling policy.
std::string policyName(unsigned policy);

/// Does the policy schedule tasks of that scheduling policy? Real-time tasks are never its own. `partial`: only those of SCHED_EXT are.
bool isOurs(unsigned policy, bool partial);

} // namespace scx
