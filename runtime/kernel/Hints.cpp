// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/Hints.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

namespace scx {
namespace {

constexpr const char *kMap = "hints__";

/// All of the text is one number.
template <typename Number> bool readNumber(const std::string &text, Number &into) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

} // namespace

Hints::Hints() : server(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{AF_UNIX, ""};
    std::strcpy(address.sun_path, kHintSocket);
    mkdir("/run/scx", 0755);
    chmod("/run/scx", 0755); // whatever the umask
    unlink(kHintSocket);     // of one that was killed: only one policy runs at a time
    int yes = 1;
    if (server < 0 || setsockopt(server, SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) != 0 ||
        bind(server, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 || chmod(kHintSocket, 0666) != 0)
        throw std::runtime_error(std::string("hints cannot be received at ") + kHintSocket + ": " + std::strerror(errno) + "; free that place");
}

Hints::~Hints() {
    if (server >= 0) {
        unlink(kHintSocket);
        close(server);
    }
    if (map >= 0)
        close(map);
}

void Hints::hand(bpf_object *object) {
    if (bpf_map *theirs = bpf_object__find_map_by_name(object, kMap); theirs && map >= 0)
        bpf_map__reuse_fd(theirs, map); // fails with the load, which tells why
}

void Hints::keep(bpf_object *object) {
    if (map < 0)
        map = fcntl(bpf_object__find_map_fd_by_name(object, kMap), F_DUPFD_CLOEXEC, 0);
}

void Hints::update() {
    for (int i = 0; i < 64; ++i) { // the rest waits for the next time
        char text[64], control[CMSG_SPACE(sizeof(ucred))];
        sockaddr_un from;
        iovec piece{text, sizeof text};
        msghdr message{};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        ssize_t bytes = recvmsg(server, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (bytes < 0)
            return;
        const cmsghdr *head = CMSG_FIRSTHDR(&message);
        if (!head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_CREDENTIALS)
            continue;
        ucred sender;
        std::memcpy(&sender, CMSG_DATA(head), sizeof sender);
        std::string said =
            message.msg_flags & MSG_TRUNC ? "too long; send a number" : answer(std::string(text, static_cast<size_t>(bytes)), sender.pid, sender.uid);
        if (message.msg_namelen > sizeof(sa_family_t))
            sendto(server, said.data(), said.size(), MSG_DONTWAIT | MSG_NOSIGNAL, reinterpret_cast<sockaddr *>(&from), message.msg_namelen);
    }
}

std::string Hints::answer(const std::string &message, int pid, unsigned uid) {
    std::string words = message.substr(0, message.find_last_not_of(" \n") + 1);
    size_t space = words.find(' ');
    int64_t value = 0;
    int tid = 0;
    if (!readNumber(words.substr(0, space), value))
        return "not a number of 64 bits: " + words.substr(0, space);
    if (space != std::string::npos) {
        if (!readNumber(words.substr(space + 1), tid) || tid <= 0)
            return "not a thread's number: " + words.substr(space + 1);
        return set(tid, value, pid, uid);
    }
    std::string result = "the sender is gone";
    if (DIR *threads = opendir(("/proc/" + std::to_string(pid) + "/task").c_str())) {
        while (const dirent *entry = readdir(threads))
            if (int thread = atoi(entry->d_name); thread > 0)
                if (std::string one = set(thread, value, pid, uid); one == "ok" || result != "ok")
                    result = one;
        closedir(threads);
    }
    return result;
}

/// `pid` and `uid`: the sender's. It may speak of its own threads and, as with signals, of those of its user.
std::string Hints::set(int tid, int64_t value, int pid, unsigned uid) {
    int task = static_cast<int>(syscall(SYS_pidfd_open, tid, O_EXCL)); // PIDFD_THREAD: a thread, not a process
    if (task < 0 && errno == EINVAL)
        task = static_cast<int>(syscall(SYS_pidfd_open, tid, 0)); // a kernel before 6.9
    std::string result = "there is no thread " + std::to_string(tid);
    struct stat owner;
    std::string place = "/proc/" + std::to_string(tid);
    if (task >= 0 && stat(place.c_str(), &owner) == 0) {
        bool own = access(("/proc/" + std::to_string(pid) + "/task/" + std::to_string(tid)).c_str(), F_OK) == 0;
        pollfd ended{task, POLLIN, 0}; // what was looked at was still it
        if (!own && uid != 0 && owner.st_uid != uid)
            result = "thread " + std::to_string(tid) + " belongs to another user";
        else if (poll(&ended, 1, 0) == 0)
            result = bpf_map_update_elem(map, &task, &value, BPF_ANY) == 0 ? "ok" : std::string("the kernel did not take it: ") + std::strerror(errno);
    }
    if (task >= 0)
        close(task);
    return result;
}

} // namespace scx
