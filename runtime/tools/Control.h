// SPDX-License-Identifier: GPL-2.0-only
// Who asks a running scxrun something, over a socket? The protocol is in docs/operations/control.md.
#pragma once

#include "kernel/Attended.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>

namespace scx {

/// Where the socket is while a policy runs, and what only one scxrun at a time holds a lock on.
inline constexpr const char *kControlSocket = "/run/scx/control";
inline constexpr const char *kControlLock = "/run/scx/lock";

struct Peer {
    unsigned uid = 0;
    int pid = 0;
};

/// What is said to a question: a line, and a descriptor that goes with it and is then closed here; -1: none.
struct Said {
    nlohmann::json line;
    int file = -1;
};

/// One line of JSON in, one or more out. Nobody can make it wait: it answers a few questions a turn, and none of a client that has not read the last answer; a
/// client that sends half a line, or does not read, only fills its own buffers, and goes when they are full or others want its place.
class Control : public Attended {
  public:
    /// What is asked, with the descriptor that came with it (-1: none; it is closed afterwards), by whom; gives the answer, null if that is said later, to `client`.
    using Answer = std::function<Said(const nlohmann::json &request, int file, const Peer &peer, int client)>;

    /// `gone`: of a client that asks no more. Throws std::runtime_error with one line, also where another scxrun runs.
    Control(Answer answer, std::function<void(int client)> gone);
    ~Control() override;
    Control(const Control &) = delete;
    Control &operator=(const Control &) = delete;

    int fd() const override { return waiter; }
    void update() override;
    /// One line more, to a client that may have gone.
    void say(int client, const nlohmann::json &line);

  private:
    struct Client {
        int socket = -1, file = -1, toSend = -1;
        Peer peer;
        std::string in, out;
        uint64_t heard = 0; // in which order clients were heard
        bool asks() const { return in.find('\n') != std::string::npos; }
    };
    Answer answer;
    std::function<void(int)> gone;
    int lock = -1, server = -1, waiter = -1, next = 0;
    uint64_t turn = 0;
    std::map<int, Client> clients; // by number, which is not given again

    void accept();
    bool hear(Client &client);
    void answerOne(int number, Client &client);
    bool tell(int number, Client &client);
    void drop(int number);
    void watch(int number, const Client &client, int how);
};

} // namespace scx
