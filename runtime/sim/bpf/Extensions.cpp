// SPDX-License-Identifier: GPL-2.0-only
// .BTF.ext: which line of the source is an instruction of, and what of it does the kernel decide? (Documentation/bpf/btf.rst)
#include "sim/bpf/ObjectFile.h"

#include <bpf/btf.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace scx::sim {
namespace {

/// Reads numbers from bytes that may end anywhere.
class Reader {
  public:
    Reader(const ObjectFile &file, std::string_view bytes) : file(file), bytes(bytes) {}

    Reader part(size_t offset, size_t length) const {
        if (offset > bytes.size() || length > bytes.size() - offset)
            refuse();
        return Reader(file, bytes.substr(offset, length));
    }
    bool done() const { return bytes.empty(); }
    uint32_t number() {
        uint32_t value = 0;
        std::memcpy(&value, part(0, 4).bytes.data(), 4);
        bytes.remove_prefix(4);
        return value;
    }
    /// A record of `length` bytes, of which more may be known to others.
    Reader record(uint32_t length) {
        Reader one = part(0, length);
        bytes.remove_prefix(length);
        return one;
    }
    std::string_view text(uint32_t offset) const {
        const char *found = btf__str_by_offset(file.types.get(), offset);
        if (!found)
            refuse();
        return found;
    }
    [[noreturn]] void refuse() const { throw std::runtime_error("`" + file.path + "` has damaged line information; compile it again"); }

  private:
    const ObjectFile &file;
    std::string_view bytes;
};

/// Calls each(section, record) for all records of a part.
template <typename Each> void readPart(Reader part, Each each) {
    if (part.done())
        return;
    uint32_t length = part.number();
    if (length < 8)
        part.refuse();
    while (!part.done()) {
        std::string section(part.text(part.number()));
        for (uint32_t left = part.number(); left > 0; --left)
            each(section, part.record(length));
    }
}

} // namespace

void readExtensions(ObjectFile &file, std::string_view bytes) {
    Reader all(file, bytes), header = all;
    uint32_t magic = header.number(), headerLength = header.number();
    if ((magic & 0xffff) != BTF_MAGIC || headerLength < 24)
        all.refuse();
    uint32_t place[6] = {}; // offset and length of functions, lines and core records
    for (size_t i = 0; i < 6 && 8 + 4 * i < headerLength; ++i)
        place[i] = header.number();
    Reader body = all.part(headerLength, bytes.size() - std::min<size_t>(headerLength, bytes.size()));
    readPart(body.part(place[2], place[3]), [&](const std::string &section, Reader record) {
        SourceLine line{record.number() / 8, record.text(record.number()), 0, 0};
        record.number(); // the text of the line
        uint32_t packed = record.number();
        line.file = line.file.substr(line.file.rfind('/') + 1);
        line.line = packed >> 10;
        line.column = packed & 1023;
        file.lines[section].push_back(line);
    });
    readPart(body.part(place[4], place[5]), [&](const std::string &section, Reader record) {
        CoreRecord core{};
        core.instruction = record.number() / 8;
        core.type = record.number();
        core.access = record.text(record.number());
        core.kind = record.number();
        file.core[section].push_back(core);
    });
    auto before = [](const auto &a, const auto &b) { return a.instruction < b.instruction; };
    for (auto &[section, list] : file.lines)
        std::stable_sort(list.begin(), list.end(), before);
    for (auto &[section, list] : file.core)
        std::stable_sort(list.begin(), list.end(), before);
}

} // namespace scx::sim
