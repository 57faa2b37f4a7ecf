// SPDX-License-Identifier: GPL-2.0-only
// Who scrapes? HTTP at an address of `--metrics`.
#pragma once

#include "kernel/Attended.h"

#include <chrono>
#include <functional>
#include <string>

struct MHD_Daemon;

namespace scx {

/// GET /metrics gives what `text` says, made anew ten times a second at most. Runs in `update`, without threads; a client that sends nothing or reads nothing
/// is dropped after five seconds, and as many as there are cannot make it wait.
class MetricsServer : public Attended {
  public:
    /// `address`: `127.0.0.1:9273`, `[::1]:9273`, or `:9273` for all addresses of the machine. Throws std::runtime_error with one line.
    MetricsServer(const std::string &address, std::function<std::string()> text);
    ~MetricsServer() override;
    MetricsServer(const MetricsServer &) = delete;
    MetricsServer &operator=(const MetricsServer &) = delete;
    int fd() const override { return waiter; }
    void update() override;
    const std::string &current();

  private:
    std::function<std::string()> make;
    MHD_Daemon *daemon = nullptr;
    int waiter = -1;
    std::string text;
    std::chrono::steady_clock::time_point made;
};

} // namespace scx
