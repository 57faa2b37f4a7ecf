// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Ask.h"

#include "tools/Control.h"
#include "tools/Figures.h"
#include "tools/List.h"
#include "tools/Runner.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace scx {
namespace {

using nlohmann::json;

constexpr int kPatience = 10; // seconds; scxrun answers in a twentieth of one unless it is stopped

class Conversation {
public:
    Conversation() : connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{AF_UNIX, ""};
        std::strcpy(address.sun_path, kControlSocket);
        wait(kPatience);
        if (connection >= 0 && connect(connection, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0)
            return;
        bool nobody = errno == ENOENT || errno == ECONNREFUSED;
        std::string why = std::strerror(errno);
        close(connection);
        throw std::runtime_error(nobody ? "no scxrun runs here; start a policy first" : "scxrun cannot be asked: " + why + "; see " + kControlSocket);
    }
    ~Conversation() { close(connection); }
    Conversation(const Conversation &) = delete;
    Conversation &operator=(const Conversation &) = delete;

    /// The longest time without a word, in seconds.
    void wait(int seconds) {
        timeval most{seconds, 0};
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    }

    /// With an open file, unless that is -1. Throws what is wrong, in one line.
    json ask(const json &request, int file = -1) {
        std::string text = request.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
        char control[CMSG_SPACE(sizeof file)] = {};
        iovec piece{text.data(), text.size()};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        if (file >= 0) {
            message.msg_control = control;
            message.msg_controllen = sizeof control;
            cmsghdr *head = CMSG_FIRSTHDR(&message);
            head->cmsg_level = SOL_SOCKET;
            head->cmsg_type = SCM_RIGHTS;
            head->cmsg_len = CMSG_LEN(sizeof file);
            std::memcpy(CMSG_DATA(head), &file, sizeof file);
        }
        if (sendmsg(connection, &message, MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
            throw std::runtime_error("scxrun does not take the question; is it stopped?");
        return hear();
    }

    /// One line more.
    json hear() {
        size_t end;
        while ((end = in.find('\n')) == std::string::npos) {
            char text[4096];
            ssize_t bytes = recv(connection, text, sizeof text, 0);
            if (bytes < 0 && errno == EINTR)
                continue;
            if (bytes < 0)
                throw std::runtime_error("scxrun does not answer; is it stopped?");
            if (bytes == 0)
                throw std::runtime_error("scxrun ended before it answered; see what it said");
            in.append(text, static_cast<size_t>(bytes));
        }
        json answer = json::parse(in.substr(0, end), nullptr, false);
        in.erase(0, end + 1);
        if (!answer.is_object())
            throw std::runtime_error("scxrun does not speak our language; is it of another version?");
        if (answer.contains("error"))
            throw std::runtime_error(answer.value("error", ""));
        return answer;
    }

private:
    int connection;
    std::string in;
};

void printDocument(const json &document) { std::cout << document.dump(-1, ' ', false, json::error_handler_t::replace) << "\n"; }

json values(const std::vector<std::string> &sets) {
    json all = json::object();
    for (const auto &[name, text] : splitSettings(sets, ""))
        all[name] = text;
    return all;
}

template <typename Talk> int talk(Talk with) {
    try {
        Conversation conversation;
        return with(conversation);
    } catch (const std::exception &error) {
        std::cerr << "scxrun: " << error.what() << "\n";
        return 1;
    }
}

} // namespace

int askList(const AskOptions &options) {
    return talk([&](Conversation &scxrun) {
        json answer = scxrun.ask({{"ask", "list"}});
        if (options.json)
            printDocument(answer);
        else
            printDescription(answer);
        return 0;
    });
}

int askStats(const AskOptions &options) {
    return talk([&](Conversation &scxrun) {
        json answer = scxrun.ask({{"ask", "stats"}});
        if (options.json)
            printDocument(answer);
        else {
            printf("%s, after %.1f s\n", answer.at("policy").get<std::string>().c_str(), answer.at("seconds").get<double>());
            printTable(answer);
        }
        return 0;
    });
}

int askSet(const AskOptions &options) {
    return talk([&](Conversation &scxrun) {
        json answer = scxrun.ask({{"ask", "set"}, {"values", values(options.sets)}});
        for (const json &change : answer.at("changes"))
            std::cout << change.at("name").get<std::string>() << ": " << change.at("from").get<std::string>() << " -> " << change.at("to").get<std::string>() << "\n";
        return 0;
    });
}

int askReplace(const AskOptions &options) {
    return talk([&](Conversation &scxrun) {
        int file = open(options.path.c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0)
            throw std::runtime_error("cannot read `" + options.path + "`; check the name");
        scxrun.wait(120); // the verifier has to look at it
        json request = {{"ask", "replace"}, {"path", options.path}, {"values", values(options.sets)}};
        if (!options.grace.empty())
            request["grace"] = options.grace;
        json answer = scxrun.ask(request, file);
        close(file);
        auto putBack = [&] {
            std::cerr << "scxrun: " << answer.value("why", "") << "\n";
            return 3;
        };
        if (answer.contains("kept")) // it could not even be attached
            return putBack();
        std::cout << answer.at("policy").get<std::string>() << " follows " << answer.at("before").get<std::string>() << "; " << answer.at("gap_ms").get<double>() << " ms without a policy" << std::endl;
        if (!options.wait)
            return 0;
        scxrun.wait(120 + answer.at("grace_s").get<int>());
        answer = scxrun.hear();
        if (!answer.value("kept", false))
            return putBack();
        std::cout << "it holds\n";
        return 0;
    });
}

} // namespace scx
