// SPDX-License-Identifier: GPL-2.0-only
// Which text does a position belong to?
// A compile reads one policy and its modules; a Span names a range of bytes in one of them.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scx {

/// Number of a source file in a SourceManager; 0 is "no file" (nodes the compiler makes up carry the
/// span of the source construct they stand for, so 0 is rare).
using FileId = uint32_t;

/// Half-open range of byte offsets [begin, end) in one file.
struct Span {
    FileId file = 0;
    uint32_t begin = 0;
    uint32_t end = 0;

    bool valid() const { return file != 0; }
};

/// 1-based line and column (column counts bytes, as compilers do).
struct LineColumn {
    unsigned line = 0;
    unsigned column = 0;
};

/// Owns the text of every file of a compile for its whole life; string_views into it stay valid.
class SourceManager {
  public:
    /// `name` is what diagnostics and debug info print.
    FileId add(std::string name, std::string text);
    std::string_view name(FileId file) const;
    std::string_view text(FileId file) const;
    std::string_view text(Span span) const;
    LineColumn position(FileId file, uint32_t offset) const;
    LineColumn position(Span span) const { return position(span.file, span.begin); }
    /// The whole line (without its end) that holds `offset`.
    std::string_view line(FileId file, uint32_t offset) const;
    size_t count() const { return files.size(); }

  private:
    struct File {
        std::string name;
        std::string text;
        std::vector<uint32_t> lineStarts;
    };
    std::deque<File> files;
};

} // namespace scx
