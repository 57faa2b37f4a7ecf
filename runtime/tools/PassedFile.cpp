// SPDX-License-Identifier: GPL-2.0-only
#include "tools/PassedFile.h"

#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace scx {
namespace {

constexpr size_t kMostFiles = 4; // with one piece of text; the kernel closes what there is no room for

msghdr messageOf(iovec &piece, char *control, size_t size) {
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = size;
    return message;
}

} // namespace

ssize_t sendWithFile(int socket, std::string_view text, int file, int flags) {
    char control[CMSG_SPACE(sizeof file)] = {};
    iovec piece{const_cast<char *>(text.data()), text.size()};
    msghdr message = messageOf(piece, file >= 0 ? control : nullptr, file >= 0 ? sizeof control : 0);
    if (file >= 0) {
        cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof file);
        std::memcpy(CMSG_DATA(head), &file, sizeof file);
    }
    return sendmsg(socket, &message, flags);
}

ssize_t receiveWithFile(int socket, char *text, size_t size, int &file, int flags) {
    char control[CMSG_SPACE(kMostFiles * sizeof file)];
    iovec piece{text, size};
    msghdr message = messageOf(piece, control, sizeof control);
    ssize_t bytes = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
    if (bytes < 0)
        return bytes;
    for (cmsghdr *head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head))
        if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
            for (size_t at = 0; CMSG_LEN((at + 1) * sizeof file) <= head->cmsg_len; ++at) {
                if (file >= 0)
                    close(file);
                std::memcpy(&file, CMSG_DATA(head) + at * sizeof file, sizeof file);
            }
    return bytes;
}

} // namespace scx
