// SPDX-License-Identifier: GPL-2.0-only
#include "user/HostCode.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace scx::user {

const char *hostArchitecture() {
#if defined(__x86_64__)
    return "x86_64";
#elif defined(__aarch64__)
    return "aarch64";
#elif defined(__riscv) && __riscv_xlen == 64
    return "riscv64";
#else
    return "";
#endif
}

/// By way of a file in memory: it is never writable and executable at once, not even one after the other in the same place, which sandboxes forbid
/// (MemoryDenyWriteExecute= of systemd).
HostCode::HostCode(std::string_view code) : memory(MAP_FAILED), size(code.size() + 1) {
    constexpr unsigned kMayRun = 0x10; // MFD_EXEC, since Linux 6.3
    int file = memfd_create("scx-order", MFD_CLOEXEC | kMayRun);
    if (file < 0)
        file = memfd_create("scx-order", MFD_CLOEXEC);
    if (file >= 0 && write(file, code.data(), code.size()) == static_cast<ssize_t>(code.size()))
        memory = mmap(nullptr, size, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
    int error = errno;
    if (file >= 0)
        close(file);
    if (memory == MAP_FAILED)
        throw std::runtime_error(std::string("this system does not let code run that an object carries (") + std::strerror(error) +
                                 "); order the queue by a plug-in, --user-policy LIB.so");
    __builtin___clear_cache(static_cast<char *>(memory), static_cast<char *>(memory) + size);
}

HostCode::~HostCode() { munmap(memory, size); }

} // namespace scx::user
