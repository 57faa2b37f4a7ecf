// SPDX-License-Identifier: GPL-2.0-only
// How does a descriptor go through the control socket, beside text (SCM_RIGHTS, unix(7))?
#pragma once

#include <string_view>
#include <sys/types.h>

namespace scx {

/// As send(2); with the first byte goes the descriptor, unless it is -1. It stays the caller's.
ssize_t sendWithFile(int socket, std::string_view text, int file, int flags);

/// As recv(2). The last descriptor that comes with the text takes the place of `file`, which is the caller's to close; the one before is closed, and so are all but one.
ssize_t receiveWithFile(int socket, char *text, size_t size, int &file, int flags);

} // namespace scx
