// SPDX-License-Identifier: GPL-2.0-only
#include "driver/Files.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace scx {
namespace {

std::string writeAll(int fd, const std::string &bytes) {
    for (size_t done = 0; done < bytes.size();) {
        ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
        if (n < 0 && errno != EINTR)
            return strerror(errno);
        if (n > 0)
            done += static_cast<size_t>(n);
    }
    return {};
}

} // namespace

std::string readFile(const std::string &path, std::string &text) {
    int fd = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return strerror(errno);
    std::string error;
    char buffer[1 << 16];
    while (text.size() <= (2u << 20)) { // the parser refuses more than 1 MiB: no need to read all of /dev/zero
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            error = strerror(errno);
        if (n <= 0)
            break;
        text.append(buffer, static_cast<size_t>(n));
    }
    if (fd != STDIN_FILENO)
        close(fd);
    return error;
}

std::string writeFile(const std::string &path, const std::string &bytes) {
    if (path == "-")
        return writeAll(STDOUT_FILENO, bytes);
    struct stat info;
    bool there = stat(path.c_str(), &info) == 0;
    if (there && !S_ISREG(info.st_mode)) {
        int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
        if (fd < 0)
            return strerror(errno);
        std::string error = writeAll(fd, bytes);
        close(fd);
        return error;
    }
    std::string temporary = path + ".XXXXXX";
    int fd = mkstemp(temporary.data());
    if (fd < 0)
        return strerror(errno);
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, there ? info.st_mode & 07777 : 0666 & ~mask); // mkstemp makes files that only their owner reads
    std::string error = writeAll(fd, bytes);
    if (close(fd) != 0 && error.empty())
        error = strerror(errno);
    if (error.empty() && rename(temporary.c_str(), path.c_str()) != 0)
        error = strerror(errno);
    if (!error.empty())
        unlink(temporary.c_str());
    return error;
}

std::string dependencyRule(const std::string &target, const std::vector<std::string> &files) {
    auto escaped = [](const std::string &path) {
        std::string out;
        for (char c : path) {
            if (c == ' ' || c == '#')
                out += '\\';
            else if (c == '$')
                out += '$';
            out += c;
        }
        return out;
    };
    std::string rule = escaped(target) + ":";
    for (const std::string &file : files)
        rule += " " + escaped(file);
    return rule + "\n";
}

} // namespace scx
