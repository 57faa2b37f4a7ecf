// SPDX-License-Identifier: GPL-2.0-only
#include "object/Object.h"

#include <fcntl.h>
#include <gelf.h>
#include <string_view>
#include <unistd.h>

namespace scx {

bool describesItself(const std::string &path) {
    int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    elf_version(EV_CURRENT);
    bool found = false;
    Elf *elf = elf_begin(fd, ELF_C_READ, nullptr);
    size_t names = 0;
    if (elf && elf_getshdrstrndx(elf, &names) == 0)
        for (Elf_Scn *section = nullptr; (section = elf_nextscn(elf, section));) {
            GElf_Shdr header;
            const char *name = gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : nullptr;
            found |= name && std::string_view(name) == ".scx.meta";
        }
    elf_end(elf);
    close(fd);
    return found;
}

} // namespace scx
