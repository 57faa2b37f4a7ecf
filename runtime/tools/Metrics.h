// SPDX-License-Identifier: GPL-2.0-only
// What did the policy do so far, in OpenMetrics? Names and units are listed in docs/operations/metrics.md.
#pragma once

#include "tools/Runner.h"

#include <string>

namespace scx {

/// The whole exposition, with its `# EOF`. `statistics`: they are kept, else there is only what is known without.
std::string metricsText(const Runner &runner, bool statistics);

} // namespace scx
