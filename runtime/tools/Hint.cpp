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
        result = errno == ENOENT || errno == ECONNREFUSED ? "no policy runs that takes hints; start one whose rules read `hint`"
                                                          : std::string("the hint cannot be sent: ") + std::strerror(errno);
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

} // namespace

int runHint(const HintOptions &options) {
    std::string wrong;
    if (!options.command.empty())
        wrong = tell(options.value);
    else if (!options.thread.empty())
        wrong = tell(options.value + " " + options.thread);
    else if (DIR *threads = opendir(("/proc/" + options.process + "/task").c_str())) {
        while (const dirent *entry = readdir(threads))
            if (entry->d_name[0] != '.' && wrong.empty())
                wrong = tell(options.value + " " + entry->d_name);
        closedir(threads);
    } else
        wrong = "there is no process " + options.process;
    if (!wrong.empty()) {
        std::cerr << "scxrun: " << wrong << "\n";
        return 1;
    }
    if (options.command.empty())
        return 0;
    std::vector<char *> words;
    for (const std::string &word : options.command)
        words.push_back(const_cast<char *>(word.c_str()));
    words.push_back(nullptr);
    execvp(words[0], words.data());
    std::cerr << "scxrun: `" << words[0] << "` cannot be run: " << std::strerror(errno) << "\n";
    return 127;
}

} // namespace scx
