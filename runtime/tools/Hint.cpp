// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Hint.h"

#include "kernel/Hints.h"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <iostream>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace scx {
namespace {

/// What is wrong; empty if the policy has it now.
std::string tell(const std::string &message) {
    int client = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un own{AF_UNIX, ""}, server{AF_UNIX, ""};
    std::strcpy(server.sun_path, kHintSocket);
    std::string result;
    // Bound to no name the kernel gives one, so that there is an answer.
    if (client < 0 || bind(client, reinterpret_cast<sockaddr *>(&own), sizeof(sa_family_t)) != 0 ||
        sendto(client, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr *>(&server), sizeof server) < 0)
        result = errno == ENOENT || errno == ECONNREFUSED ? "no policy runs that takes hints; start one whose rules read `hint`" : std::string("the hint cannot be sent: ") + std::strerror(errno);
    else {
        pollfd answer{client, POLLIN, 0};
        char text[256];
        ssize_t bytes = poll(&answer, 1, 5000) == 1 ? recv(client, text, sizeof text, 0) : -1;
        std::string said = bytes < 0 ? "scxrun does not answer" : std::string(text, static_cast<size_t>(bytes));
        if (said != "ok")
            result = said;
    }
    if (client >= 0)
        close(client);
    return result;
}

int usage() {
    std::cerr << "scxrun: usage: scxrun hint VALUE --pid PID | --tid TID | -- COMMAND…\n"
                 "  tells the running policy a task's `hint`: of every thread of a process, of one thread, or of a command, which is then run\n";
    return 2;
}

} // namespace

int runHint(char **arguments) {
    std::vector<std::string> words;
    char **command = nullptr;
    for (char **word = arguments; *word && !command; ++word)
        if (std::strcmp(*word, "--") == 0)
            command = word + 1;
        else
            words.push_back(*word);
    bool whole = words.size() == 3 && words[1] == "--pid", one = words.size() == 3 && words[1] == "--tid";
    if (command ? words.size() != 1 || !*command : !whole && !one)
        return usage();
    std::string wrong;
    if (command)
        wrong = tell(words[0]);
    else if (one)
        wrong = tell(words[0] + " " + words[2]);
    else if (DIR *threads = opendir(("/proc/" + words[2] + "/task").c_str())) {
        while (const dirent *entry = readdir(threads))
            if (entry->d_name[0] != '.' && wrong.empty())
                wrong = tell(words[0] + " " + entry->d_name);
        closedir(threads);
    } else
        wrong = "there is no process " + words[2];
    if (!wrong.empty()) {
        std::cerr << "scxrun: " << wrong << "\n";
        return 1;
    }
    if (!command)
        return 0;
    execvp(*command, command);
    std::cerr << "scxrun: `" << *command << "` cannot be run: " << std::strerror(errno) << "\n";
    return 127;
}

} // namespace scx
