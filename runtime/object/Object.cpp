// SPDX-License-Identifier: GPL-2.0-only
#include "object/Object.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <elf.h>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace scx {
namespace {

using nlohmann::json;

/// The bytes of `.scx.meta`; every offset is checked against the file, whose bytes are not trusted.
std::string metadataOf(const std::string &path) {
    std::ifstream in(path, std::ios::binary);
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
    if (header.e_machine != EM_BPF)
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
    double scale;
};
constexpr UnitRow kDurations[] = {{"h", 3600e9}, {"m", 60e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}};

} // namespace

ObjectInfo readObject(const std::string &path) {
    std::string text = metadataOf(path);
    try {
        json meta = json::parse(text);
        if (meta.at("format").get<int>() > 1)
            throw std::runtime_error("`" + path + "` is newer than this scxrun; install the scxrun that came with its scxc");
        ObjectInfo info;
        info.policy = meta.at("policy");
        info.doc = meta.value("doc", "");
        info.source = meta.value("source", "");
        info.handlesHotplug = meta.value("handles_hotplug", false);
        for (const json &row : meta.at("params")) {
            Parameter p{row.at("name"), row.at("symbol"), row.at("section"), row.at("type"), row.value("doc", ""), row.at("live"), row.at("default"), {}, {}};
            if (row.contains("min"))
                p.minimum = row.at("min").get<int64_t>();
            if (row.contains("max"))
                p.maximum = row.at("max").get<int64_t>();
            info.parameters.push_back(std::move(p));
        }
        for (const json &row : meta.at("enums"))
            info.enums.emplace_back(row.at("name"), row.at("values").get<std::vector<std::string>>());
        auto textOr = [](const json &row, const char *name) { return row.contains(name) && row.at(name).is_string() ? row.at(name).get<std::string>() : std::string(); };
        for (const json &row : meta.at("queues"))
            info.queues.push_back({row.at("name"), row.at("ordering"), textOr(row, "domain"), textOr(row, "on"), textOr(row, "tasks"), textOr(row, "direct"), textOr(row, "ran"), textOr(row, "wait")});
        for (const json &row : meta.at("rules"))
            info.rules.push_back({row.at("text"), row.at("queue"), textOr(row, "hits")});
        for (const json &row : meta.at("counters"))
            info.counters.push_back(row.at("name"));
        return info;
    } catch (const json::exception &) {
        throw std::runtime_error("the description in `" + path + "` is damaged; compile the policy again");
    }
}

int64_t parseDuration(const std::string &text) {
    size_t used = 0;
    double number = 0;
    try {
        number = std::stod(text, &used);
    } catch (const std::exception &) {
        used = 0;
    }
    for (const UnitRow &row : kDurations)
        if (used && text.substr(used) == row.name)
            return static_cast<int64_t>(number * row.scale);
    throw std::runtime_error("`" + text + "` is not a duration; write a number with its unit, like 5s or 20ms");
}

int64_t parseValue(const ObjectInfo &object, const Parameter &p, const std::string &text) {
    auto bad = [&](const std::string &what) { return std::runtime_error("`" + text + "` is not a value for `" + p.name + "`; it takes " + what); };
    int64_t value = 0;
    size_t used = 0;
    try {
        if (p.type == "bool") {
            if (text != "true" && text != "false")
                throw bad("true or false");
            value = text == "true";
        } else if (p.type == "duration" || p.type == "time")
            value = parseDuration(text);
        else if (p.type == "ratio") {
            value = static_cast<int64_t>(std::stod(text, &used) * 10'000);
            if (text.substr(used) != "%")
                throw bad("a ratio like 30%");
        } else if (p.type == "int") {
            value = std::stoll(text, &used);
            if (used != text.size())
                throw bad("a whole number");
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
    } catch (const std::logic_error &) { // of stod and stoll
        throw bad(p.type == "ratio" ? "a ratio like 30%" : "a whole number");
    }
    if ((p.minimum && value < *p.minimum) || (p.maximum && value > *p.maximum))
        throw std::runtime_error("`" + text + "` is out of range for `" + p.name + "`; it may be " + valueText(object, p.type, *p.minimum) + " to " + valueText(object, p.type, *p.maximum));
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
            if (value && value % static_cast<int64_t>(row.scale) == 0)
                return std::to_string(value / static_cast<int64_t>(row.scale)) + row.name;
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
