// SPDX-License-Identifier: GPL-2.0-only
#include "object/Object.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <elf.h>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>
#include <stdexcept>

namespace scx {
namespace {

using nlohmann::json;

/// The bytes of `.scx.meta`; every offset is checked against the file, whose bytes are not trusted.
std::string metadataOf(const std::string &path) {
    std::error_code none;
    std::ifstream in(path, std::ios::binary);
    if (std::filesystem::exists(path, none) && !std::filesystem::is_regular_file(path, none))
        throw std::runtime_error("`" + path + "` is not a file; name what scxc wrote"); // a device could be read for ever
    if (!in)
        throw std::runtime_error("cannot read `" + path + "`; check the name");
    std::stringstream buffer;
    buffer << in.rdbuf();
    std::string bytes = buffer.str();
    auto foreign = [&](const char *why) { return std::runtime_error("`" + path + "` is not a policy object (" + why + "); make one with scxc"); };
    Elf64_Ehdr header;
    if (bytes.size() < sizeof header || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0)
        throw foreign("no ELF file");
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_BPF)
        throw foreign("not for BPF");
    auto inside = [&](uint64_t offset, uint64_t size) { return offset <= bytes.size() && size <= bytes.size() - offset; };
    if (header.e_shentsize != sizeof(Elf64_Shdr) || !inside(header.e_shoff, uint64_t(header.e_shnum) * sizeof(Elf64_Shdr)) || header.e_shstrndx >= header.e_shnum)
        throw foreign("the file is cut off");
    std::vector<Elf64_Shdr> sections(header.e_shnum);
    std::memcpy(sections.data(), bytes.data() + header.e_shoff, sections.size() * sizeof(Elf64_Shdr));
    const Elf64_Shdr &names = sections[header.e_shstrndx];
    if (!inside(names.sh_offset, names.sh_size))
        throw foreign("the file is cut off");
    std::string table = bytes.substr(names.sh_offset, names.sh_size);
    std::string found;
    bool there = false;
    for (const Elf64_Shdr &s : sections) {
        if (s.sh_type != SHT_NOBITS && !inside(s.sh_offset, s.sh_size))
            throw foreign("the file is cut off");
        if (s.sh_name < table.size() && std::strcmp(table.c_str() + s.sh_name, ".scx.meta") == 0) {
            if (s.sh_type == SHT_NOBITS)
                throw foreign("its section .scx.meta is empty");
            found = bytes.substr(s.sh_offset, s.sh_size);
            there = true;
        }
    }
    if (!there)
        throw foreign("it has no section .scx.meta");
    return found;
}

struct UnitRow {
    const char *name;
    int64_t scale;
};
constexpr UnitRow kDurations[] = {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}};

/// A decimal number in front of `text`, kept exact: whole + billionths / 10^9. `used` 0: there is none.
struct Decimal {
    bool negative = false;
    uint64_t whole = 0, billionths = 0;
    size_t used = 0;
};

Decimal readDecimal(const std::string &text) {
    Decimal d;
    size_t at = 0;
    if (at < text.size() && text[at] == '-') {
        d.negative = true;
        ++at;
    }
    auto digit = [&](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
    if (!digit(at))
        return d;
    for (size_t first = at; digit(at); ++at) {
        if (at - first >= 19)
            return d;
        d.whole = d.whole * 10 + static_cast<uint64_t>(text[at] - '0');
    }
    if (at < text.size() && text[at] == '.') {
        uint64_t place = 100'000'000;
        for (++at; digit(at); ++at, place /= 10)
            d.billionths += static_cast<uint64_t>(text[at] - '0') * place; // digits beyond the ninth add nothing
        if (text[at - 1] == '.')
            return d;
    }
    d.used = at;
    return d;
}

/// `d` times `scale`, truncated; nothing if it does not fit.
std::optional<int64_t> scaled(const Decimal &d, int64_t scale) {
    __extension__ typedef __int128 Wide;
    Wide value = static_cast<Wide>(d.whole) * scale + static_cast<Wide>(d.billionths) * scale / 1'000'000'000;
    if (value > std::numeric_limits<int64_t>::max())
        return {};
    return d.negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
}

/// An integer member that fits 64 bits with sign; a fraction or a larger number is damage.
int64_t integer(const json &row, const char *name) {
    const json &v = row.at(name);
    if (!v.is_number_integer() || (v.is_number_unsigned() && v.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())))
        throw std::out_of_range(name);
    return v.get<int64_t>();
}

/// A parameter's row is used to write memory before load: everything about it has to hold together.
void checkParameter(const ObjectInfo &info, const Parameter &p) {
    if (p.section != ".rodata" && p.section != ".data")
        throw std::out_of_range("section");
    if ((p.minimum && p.value < *p.minimum) || (p.maximum && p.value > *p.maximum))
        throw std::out_of_range("default");
    static const std::set<std::string> plain = {"bool", "int", "duration", "time", "ratio", "cpu"};
    if (plain.count(p.type))
        return;
    for (const auto &[name, values] : info.enums)
        if (name == p.type && p.value >= 0 && static_cast<size_t>(p.value) < values.size())
            return;
    throw std::out_of_range("type");
}

StatInfo readHistogram(const json &row) {
    StatInfo h;
    h.name = row.at("name");
    h.label = row.value("label", "");
    if (row.contains("width")) {
        h.width = integer(row, "width");
        int64_t buckets = integer(row, "buckets");
        if (h.width < 1 || buckets < 2 || buckets > 1025)
            throw std::out_of_range(h.name);
        h.buckets = static_cast<size_t>(buckets);
        h.isTime = row.value("unit", "") == "ns";
    }
    if (row.contains("parts"))
        h.parts = row.at("parts").get<std::vector<std::string>>();
    return h;
}

} // namespace

ObjectInfo readObject(const std::string &path) {
    std::string text = metadataOf(path);
    try {
        json meta = json::parse(text);
        if (integer(meta, "format") > 1)
            throw std::runtime_error("`" + path + "`: object newer than this scxrun; install the scxrun that came with its scxc");
        ObjectInfo info;
        info.policy = meta.at("policy");
        info.doc = meta.value("doc", "");
        info.source = meta.value("source", "");
        info.handlesHotplug = meta.value("handles_hotplug", false);
        for (const json &row : meta.at("enums"))
            info.enums.emplace_back(row.at("name"), row.at("values").get<std::vector<std::string>>());
        for (const json &row : meta.at("params")) {
            Parameter p{row.at("name"), row.at("symbol"), row.at("section"), row.at("type"), row.value("doc", ""), row.at("live").get<bool>(), integer(row, "default"), {}, {}};
            if (row.contains("min"))
                p.minimum = integer(row, "min");
            if (row.contains("max"))
                p.maximum = integer(row, "max");
            checkParameter(info, p);
            info.parameters.push_back(std::move(p));
        }
        auto textOr = [](const json &row, const char *name) { return row.contains(name) && row.at(name).is_string() ? row.at(name).get<std::string>() : std::string(); };
        for (const json &row : meta.at("queues"))
            info.queues.push_back({row.at("name"), row.at("ordering"), textOr(row, "domain"), textOr(row, "on"), textOr(row, "tasks"), textOr(row, "direct"), textOr(row, "ran"), textOr(row, "wait"), textOr(row, "doc"),
                                   row.contains("dsq") ? std::optional<uint64_t>(integer(row, "dsq")) : std::nullopt});
        for (const json &row : meta.at("rules"))
            info.rules.push_back({row.at("text"), row.at("queue"), textOr(row, "hits")});
        for (const json &row : meta.at("counters"))
            info.counters.push_back({row.at("name"), textOr(row, "label"), 0, 0, false, {}});
        for (const json &row : meta.at("histograms"))
            info.histograms.push_back(readHistogram(row));
        for (const json &row : meta.at("optional"))
            info.optional.push_back({row.at("program"), row.at("member"), row.at("hook"), row.at("since")});
        if (meta.contains("told")) {
            const json &told = meta.at("told");
            info.told = {told.at("cgroups").get<std::vector<std::string>>(), told.at("hints").get<bool>(), told.at("gpu").get<bool>()};
            if (info.told.cgroups.size() > 64)
                throw std::out_of_range("cgroups");
        }
        for (const json &name : meta.at("flags"))
            info.flags.push_back(name);
        return info;
    } catch (const json::exception &) {
        throw std::runtime_error("the description in `" + path + "` is damaged; compile the policy again");
    } catch (const std::out_of_range &) {
        throw std::runtime_error("the description in `" + path + "` is damaged; compile the policy again");
    }
}

int64_t parseDuration(const std::string &text) {
    Decimal d = readDecimal(text);
    for (const UnitRow &row : kDurations)
        if (d.used && text.substr(d.used) == row.name) {
            if (std::optional<int64_t> value = scaled(d, row.scale))
                return *value;
            throw std::runtime_error("`" + text + "` is too long a time; the longest is some 292 years");
        }
    throw std::runtime_error("`" + text + "` is not a duration; write a number with its unit, like 5s or 20ms");
}

std::string nearestName(const std::string &name, const std::vector<std::string> &known) {
    std::string best;
    size_t bestDistance = std::max<size_t>(1, name.size() / 3) + 1;
    for (const std::string &candidate : known) {
        std::vector<size_t> row(candidate.size() + 1); // edit distance, one row at a time
        for (size_t j = 0; j < row.size(); ++j)
            row[j] = j;
        for (size_t i = 1; i <= name.size(); ++i) {
            size_t diagonal = row[0];
            row[0] = i;
            for (size_t j = 1; j < row.size(); ++j) {
                size_t above = row[j];
                row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (name[i - 1] != candidate[j - 1])});
                diagonal = above;
            }
        }
        if (row.back() < bestDistance) {
            bestDistance = row.back();
            best = candidate;
        }
    }
    return best;
}

std::string rangeText(const ObjectInfo &object, const Parameter &p) {
    if (p.minimum && p.maximum)
        return valueText(object, p.type, *p.minimum) + ".." + valueText(object, p.type, *p.maximum);
    if (p.minimum)
        return "at least " + valueText(object, p.type, *p.minimum);
    return p.maximum ? "at most " + valueText(object, p.type, *p.maximum) : "";
}

int64_t parseValue(const ObjectInfo &object, const Parameter &p, const std::string &text) {
    auto bad = [&](const std::string &what) { return std::runtime_error("`" + text + "` is not a value for `" + p.name + "`; it takes " + what); };
    int64_t value = 0;
    if (p.type == "bool") {
        if (text != "true" && text != "false")
            throw bad("true or false");
        value = text == "true";
    } else if (p.type == "duration" || p.type == "time") {
        try {
            value = parseDuration(text);
        } catch (const std::runtime_error &) {
            throw bad("a duration like 20ms or 1.5s");
        }
    } else if (p.type == "ratio") {
        Decimal d = readDecimal(text);
        std::optional<int64_t> ratio = scaled(d, 10'000); // parts per million
        if (!d.used || text.substr(d.used) != "%" || !ratio)
            throw bad("a ratio like 30%");
        value = *ratio;
    } else if (p.type == "int" || p.type == "cpu") {
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size())
            throw bad("a whole number of 64 bits");
    } else {
        std::string all;
        int64_t index = -1;
        for (const auto &[name, values] : object.enums)
            for (size_t i = 0; name == p.type && i < values.size(); ++i) {
                all += (all.empty() ? "" : ", ") + values[i];
                if (values[i] == text)
                    index = static_cast<int64_t>(i);
            }
        if (index < 0)
            throw bad("one of " + all);
        value = index;
    }
    if ((p.minimum && value < *p.minimum) || (p.maximum && value > *p.maximum))
        throw std::runtime_error("`" + text + "` is out of range for `" + p.name + "`; it takes " + rangeText(object, p));
    return value;
}

std::string durationText(double ns) {
    char text[32];
    if (ns >= 1e9)
        snprintf(text, sizeof text, "%.2fs", ns / 1e9);
    else if (ns >= 1e6)
        snprintf(text, sizeof text, "%.2fms", ns / 1e6);
    else if (ns >= 1e3)
        snprintf(text, sizeof text, "%.1fus", ns / 1e3);
    else
        snprintf(text, sizeof text, "%.0fns", ns);
    return text;
}

std::string valueText(const ObjectInfo &object, const std::string &type, int64_t value) {
    if (type == "bool")
        return value ? "true" : "false";
    if (type == "duration" || type == "time") {
        for (const UnitRow &row : kDurations)
            if (value && value % row.scale == 0)
                return std::to_string(value / row.scale) + row.name;
        return "0ns";
    }
    if (type == "ratio") {
        std::ostringstream text;
        text << static_cast<double>(value) / 10'000 << "%";
        return text.str();
    }
    for (const auto &[name, values] : object.enums)
        if (name == type && value >= 0 && static_cast<size_t>(value) < values.size())
            return values[static_cast<size_t>(value)];
    return std::to_string(value);
}

} // namespace scx
