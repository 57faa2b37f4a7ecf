// SPDX-License-Identifier: GPL-2.0-only
#include "support/Source.h"

#include <algorithm>

namespace scx {

FileId SourceManager::add(std::string name, std::string text) {
    File file{std::move(name), std::move(text), {0}};
    for (size_t i = 0; i < file.text.size(); ++i)
        if (file.text[i] == '\n')
            file.lineStarts.push_back(static_cast<uint32_t>(i + 1));
    files.push_back(std::move(file));
    return static_cast<FileId>(files.size());
}

std::string_view SourceManager::name(FileId file) const { return file ? std::string_view(files[file - 1].name) : std::string_view("<none>"); }

std::string_view SourceManager::text(FileId file) const { return file ? std::string_view(files[file - 1].text) : std::string_view(); }

std::string_view SourceManager::text(Span span) const {
    std::string_view whole = text(span.file);
    uint32_t begin = std::min<size_t>(span.begin, whole.size());
    uint32_t end = std::clamp<size_t>(span.end, begin, whole.size());
    return whole.substr(begin, end - begin);
}

LineColumn SourceManager::position(FileId file, uint32_t offset) const {
    if (!file)
        return {};
    const auto &starts = files[file - 1].lineStarts;
    auto next = std::upper_bound(starts.begin(), starts.end(), offset);
    auto line = static_cast<unsigned>(next - starts.begin());
    return {line, offset - starts[line - 1] + 1};
}

std::string_view SourceManager::line(FileId file, uint32_t offset) const {
    std::string_view whole = text(file);
    LineColumn at = position(file, offset);
    if (!at.line)
        return {};
    size_t begin = files[file - 1].lineStarts[at.line - 1];
    size_t end = whole.find_first_of("\r\n", begin);
    return whole.substr(begin, end == std::string_view::npos ? end : end - begin);
}

} // namespace scx
