// SPDX-License-Identifier: GPL-2.0-only
// What does a policy offer: parameters, queues, rules?
#pragma once

#include "object/Object.h"

namespace scx {

void listPolicy(const ObjectInfo &info, bool asJson);

} // namespace scx
