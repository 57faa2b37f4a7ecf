// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/Attended.h"

#include <poll.h>

namespace scx {

void attend(const std::vector<std::shared_ptr<Attended>> &all, std::chrono::milliseconds most) {
    std::vector<pollfd> news;
    for (const auto &one : all)
        if (one->fd() >= 0)
            news.push_back({one->fd(), POLLIN, 0});
    poll(news.data(), news.size(), static_cast<int>(most.count()));
    for (const auto &one : all)
        one->update();
}

} // namespace scx
