// SPDX-License-Identifier: GPL-2.0-only
#include "user/HostCode.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/mman.h>

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

HostCode::HostCode(std::string_view code) : size(code.size() + 1) {
    memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        throw std::runtime_error(std::string("no memory for the code that orders a queue: ") + std::strerror(errno));
    std::memcpy(memory, code.data(), code.size());
    __builtin___clear_cache(static_cast<char *>(memory), static_cast<char *>(memory) + size);
    if (mprotect(memory, size, PROT_READ | PROT_EXEC) != 0) {
        int error = errno;
        munmap(memory, size);
        throw std::runtime_error(std::string("this system lets nobody run code that was not loaded from a file (") + std::strerror(error) + "); order the queue by a plug-in, --user-policy LIB.so");
    }
}

HostCode::~HostCode() { munmap(memory, size); }

} // namespace scx::user
