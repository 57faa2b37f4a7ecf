// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Control.h"

#include "object/Document.h"
#include "tools/PassedFile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace scx {

using nlohmann::json;

namespace {

constexpr size_t kMostClients = 32, kLongestLine = 64 << 10, kMostUnread = 4 << 20;
constexpr int kAnswersATurn = 8;
constexpr int kServer = -1; // its number among those waited for

std::string line(const json &document) { return documentText(document) + "\n"; }

} // namespace

Control::Control(Answer answer, std::function<void(int)> gone) : answer(std::move(answer)), gone(std::move(gone)) {
    auto failed = [&](const std::string &what) {
        std::string why = std::strerror(errno);
        for (int file : {lock, server, waiter})
            if (file >= 0)
                close(file);
        return std::runtime_error(what + ": " + why + "; free that place");
    };
    mkdir("/run/scx", 0755);
    chmod("/run/scx", 0755); // whatever the umask
    auto openLock = [] { return open(kControlLock, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600); };
    lock = openLock();
    if (lock < 0 && errno == EACCES && unlink(kControlLock) == 0) // left behind by another user, whose folder it was before
        lock = openLock();
    if (lock < 0)
        throw failed(std::string("no lock at ") + kControlLock);
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        close(lock);
        throw std::runtime_error("another scxrun is starting or ending here; one at a time");
    }
    unlink(kControlSocket); // of one that was killed: we have the lock
    sockaddr_un address{AF_UNIX, ""};
    std::strcpy(address.sun_path, kControlSocket);
    server = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    waiter = epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{EPOLLIN, {}};
    event.data.fd = kServer;
    if (server < 0 || waiter < 0 || bind(server, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 || chmod(kControlSocket, 0666) != 0 ||
        listen(server, 16) != 0 || epoll_ctl(waiter, EPOLL_CTL_ADD, server, &event) != 0)
        throw failed(std::string("no socket at ") + kControlSocket);
}

Control::~Control() {
    while (!clients.empty())
        drop(clients.begin()->first);
    unlink(kControlSocket);
    close(server);
    close(waiter);
    close(lock);
}

void Control::update() {
    epoll_event events[kMostClients + 1];
    int count = epoll_wait(waiter, events, std::size(events), 0);
    for (int i = 0; i < count; ++i) {
        auto it = clients.find(events[i].data.fd);
        if (events[i].data.fd == kServer)
            accept();
        else if (it != clients.end() && (events[i].events & ~static_cast<uint32_t>(EPOLLOUT)) && !hear(it->second))
            drop(it->first);
    }
    int answers = kAnswersATurn; // a flood of questions waits, not the policy; the one that was heard first comes first
    std::vector<int> turns;
    for (const auto &[number, client] : clients)
        turns.push_back(number);
    std::sort(turns.begin(), turns.end(), [&](int a, int b) { return clients.at(a).heard < clients.at(b).heard; });
    for (int number : turns) {
        Client &client = clients.at(number);
        if (client.out.empty() && client.asks() && answers-- > 0)
            answerOne(number, client);
        if (!tell(number, client))
            drop(number);
    }
}

void Control::accept() {
    int one = accept4(server, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    ucred who;
    socklen_t length = sizeof who;
    if (one < 0 || getsockopt(one, SOL_SOCKET, SO_PEERCRED, &who, &length) != 0) {
        if (one >= 0)
            close(one);
        return;
    }
    if (clients.size() >= kMostClients) // the one that was silent longest makes way
        drop(std::min_element(clients.begin(), clients.end(), [](const auto &a, const auto &b) { return a.second.heard < b.second.heard; })->first);
    Client &client = clients[next];
    client.socket = one;
    client.peer = {who.uid, who.pid};
    client.heard = ++turn;
    watch(next++, client, EPOLL_CTL_ADD);
}

/// Reads once, so that no client keeps us. False: it is to go.
bool Control::hear(Client &client) {
    char text[4096];
    ssize_t bytes = receiveWithFile(client.socket, text, sizeof text, client.file, MSG_DONTWAIT);
    if (bytes < 0)
        return errno == EAGAIN || errno == EINTR;
    client.heard = ++turn;
    client.in.append(text, static_cast<size_t>(bytes));
    return bytes > 0 && client.in.size() <= kLongestLine + sizeof text;
}

void Control::answerOne(int number, Client &client) {
    size_t end = client.in.find('\n');
    json request = json::parse(client.in.substr(0, end), nullptr, false);
    client.in.erase(0, end + 1);
    client.heard = ++turn;
    Said said =
        request.is_object() ? answer(request, client.file, client.peer, number) : Said{{{"error", "that is no JSON object; see docs/operations/control.md"}}};
    if (!said.line.is_null())
        client.out += line(said.line);
    if (client.toSend >= 0)
        close(client.toSend);
    client.toSend = said.file;
    if (client.file >= 0)
        close(std::exchange(client.file, -1));
}

/// Sends what there is room for. False: it is to go.
bool Control::tell(int number, Client &client) {
    while (!client.out.empty()) {
        // It goes with the first byte of its line, for a line is asked for only when the last one has been read.
        ssize_t bytes = sendWithFile(client.socket, client.out, client.toSend, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (bytes < 0 && errno == EINTR)
            continue;
        if (bytes < 0 && errno != EAGAIN)
            return false;
        if (bytes < 0)
            break;
        if (client.toSend >= 0)
            close(std::exchange(client.toSend, -1));
        client.out.erase(0, static_cast<size_t>(bytes));
    }
    watch(number, client, EPOLL_CTL_MOD);
    return client.out.size() <= kMostUnread;
}

void Control::say(int number, const json &document) {
    auto it = clients.find(number);
    if (it == clients.end())
        return;
    it->second.out += line(document);
    watch(number, it->second, EPOLL_CTL_MOD); // sent in the next turn: whoever calls may be within this one
}

/// Of one that has asked enough nothing more is read until it is answered.
void Control::watch(int number, const Client &client, int how) {
    epoll_event event{(client.asks() ? 0u : static_cast<uint32_t>(EPOLLIN)) | (client.out.empty() ? 0u : static_cast<uint32_t>(EPOLLOUT)), {}};
    event.data.fd = number;
    epoll_ctl(waiter, how, client.socket, &event);
}

void Control::drop(int number) {
    Client &client = clients.at(number);
    close(client.socket); // which ends the waiting for it
    for (int file : {client.file, client.toSend})
        if (file >= 0)
            close(file);
    clients.erase(number);
    gone(number);
}

} // namespace scx
