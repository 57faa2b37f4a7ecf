// SPDX-License-Identifier: GPL-2.0-only
// The other end of Control.h: how is the scxrun that runs asked?
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace scx {

class Conversation {
  public:
    /// Throws std::runtime_error with one line, also where nobody runs.
    Conversation();
    ~Conversation();
    Conversation(const Conversation &) = delete;
    Conversation &operator=(const Conversation &) = delete;

    /// The longest time without a word, in seconds.
    void wait(int seconds);
    /// With an open file, unless that is -1. Throws what is wrong, in one line.
    nlohmann::json ask(const nlohmann::json &request, int file = -1);
    /// One line more.
    nlohmann::json hear();
    /// The descriptor that came with the last answer, the caller's from now on; -1: none.
    int takeFile();
    /// Readable when there is a line more, or when it is over.
    int fd() const { return connection; }

  private:
    int connection, file = -1;
    std::string in;
};

} // namespace scx
