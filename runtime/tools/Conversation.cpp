// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Conversation.h"

#include "object/Document.h"
#include "tools/Control.h"
#include "tools/PassedFile.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace scx {

using nlohmann::json;

namespace {

constexpr int kPatience = 10; // seconds; scxrun answers in a twentieth of one unless it is stopped

} // namespace

Conversation::Conversation() : connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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

Conversation::~Conversation() {
    close(connection);
    if (file >= 0)
        close(file);
}

void Conversation::wait(int seconds) {
    timeval most{seconds, 0};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
}

json Conversation::ask(const json &request, int given) {
    std::string text = documentText(request) + "\n";
    if (sendWithFile(connection, text, given, MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
        throw std::runtime_error("scxrun does not take the question; is it stopped?");
    return hear();
}

json Conversation::hear() {
    size_t end;
    while ((end = in.find('\n')) == std::string::npos) {
        char text[4096];
        ssize_t bytes = receiveWithFile(connection, text, sizeof text, file, 0);
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

int Conversation::takeFile() { return std::exchange(file, -1); }

} // namespace scx
