// SPDX-License-Identifier: GPL-2.0-only
#include "object/Object.h"

#include "object/Elf.h"
#include "object/Text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
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

constexpr int64_t kFormat = 2; // of the description
// Far more than any policy needs, and little enough to be read by root without a thought.
constexpr size_t kLargestFile = 64u << 20, kLargestDescription = 4u << 20, kLongestName = 127;

/// The bytes of `.scx.meta`.
std::string_view descriptionOf(const ObjectFile &file) {
    std::string why;
    try {
        const Elf elf = readElf(file.bytes);
        const ElfSection *section = elf.find(".scx.meta");
        if (section && section->data.size() > kLargestDescription)
            throw std::runtime_error("its section .scx.meta is larger than any of ours");
        if (section && !section->data.empty())
            return section->data;
        why = section ? "its section .scx.meta is empty" : "it has no section .scx.meta";
    } catch (const std::runtime_error &error) { why = error.what(); }
    throw std::runtime_error("`" + file.path + "` is not a policy object (" + why + "); make one with scxc");
}

/// Something in the description that cannot be.
void demand(bool holds, const char *what) {
    if (!holds)
        throw std::out_of_range(what);
}

/// Text for people.
std::string text(const json &value) { return printable(value.get<std::string>(), true); }

/// The same of a member that may be absent, or null.
std::string textOr(const json &row, const char *name) { return row.contains(name) && !row.at(name).is_null() ? text(row.at(name)) : std::string(); }

std::vector<std::string> texts(const json &list) {
    std::vector<std::string> all;
    for (const json &one : list)
        all.push_back(text(one));
    return all;
}

/// A name that is a symbol in the object or a word of the language.
std::string identifier(const json &value) {
    auto name = value.get<std::string>();
    demand(!name.empty() && name.size() <= kLongestName && !std::isdigit(static_cast<unsigned char>(name[0])), "name");
    demand(std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; }), "name");
    return name;
}

/// The same of a symbol that may be absent.
std::string identifierOr(const json &row, const char *name) { return row.contains(name) && !row.at(name).is_null() ? identifier(row.at(name)) : std::string(); }

/// An integer member that fits 64 bits with sign; a fraction or a larger number is damage.
int64_t integer(const json &row, const char *name) {
    const json &v = row.at(name);
    if (!v.is_number_integer() || (v.is_number_unsigned() && v.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())))
        throw std::out_of_range(name);
    return v.get<int64_t>();
}

/// A parameter's row is used to write memory before load: everything about it has to hold together.
void checkParameter(const ObjectInfo &info, const Parameter &p) {
    demand(p.section == (p.live ? ".data" : ".rodata"), "section");
    demand((!p.minimum || p.value >= *p.minimum) && (!p.maximum || p.value <= *p.maximum), "default");
    demand(p.type != "bool" || p.value == 0 || p.value == 1, "default");
    static const std::set<std::string> plain = {"bool", "int", "duration", "time", "ratio", "cpu"};
    if (plain.count(p.type))
        return;
    demand(std::any_of(info.enums.begin(), info.enums.end(),
                       [&](const auto &row) { return row.first == p.type && p.value >= 0 && static_cast<size_t>(p.value) < row.second.size(); }),
           "type");
}

/// A counter or a histogram.
StatInfo readStat(const json &row) {
    StatInfo h;
    h.name = identifier(row.at("name"));
    h.label = textOr(row, "label");
    if (row.contains("width")) {
        h.width = integer(row, "width");
        int64_t buckets = integer(row, "buckets");
        demand(h.width >= 1 && buckets >= 2 && buckets <= 1025, "buckets");
        h.buckets = static_cast<size_t>(buckets);
        h.isTime = row.value("unit", "") == "ns";
    }
    if (row.contains("parts"))
        h.parts = texts(row.at("parts"));
    return h;
}

RuleInfo readRule(const json &row) {
    RuleInfo rule{text(row.at("text")), text(row.at("queue")), identifierOr(row, "hits"), {}};
    if (!row.contains("conditions"))
        return rule;
    for (const json &one : row.at("conditions")) {
        ConditionInfo condition{text(one.at("text")), textOr(one, "of"), integer(one, "number"), {}};
        for (const json &look : one.at("looks"))
            condition.looks.push_back(
                {text(look.at("text")), textOr(look, "type"), textOr(look, "reads"), look.contains("number") ? integer(look, "number") : -1});
        rule.conditions.push_back(std::move(condition));
    }
    return rule;
}

/// Two of one name would be taken for each other.
template <typename Rows> void demandDifferent(const Rows &rows) {
    std::set<std::string> names;
    for (const auto &row : rows)
        demand(names.insert(row.name).second, "name");
}

/// What of an object is run as it is has to be right before it is.
UserInfo readUser(const ObjectInfo &info, const json &row, const Elf &elf) {
    constexpr int64_t kMostState = 1 << 20, kMostAttributes = 64, kMostCode = 1 << 20;
    static const std::set<std::string> functions = {"begin", "join", "enqueue", "running", "stopping", "key"};
    UserInfo user;
    user.time = integer(row, "time_ns");
    user.waitLimit = integer(row, "wait_limit_ns");
    demand(user.time >= 1'000'000 && user.time <= 1'000'000'000 && user.waitLimit >= 0, "time");
    user.shared = identifier(row.at("shared"));
    user.records = identifier(row.at("records"));
    user.answers = identifier(row.at("answers"));
    user.toKernel = identifier(row.at("to_kernel"));
    user.toProcess = identifier(row.at("to_process"));
    user.spilled = identifier(row.at("spilled"));
    user.attributes = texts(row.at("attributes"));
    demand(user.attributes.size() <= kMostAttributes, "attributes");
    const json &host = row.at("host");
    HostCodeInfo &code = user.code;
    code.architecture = identifier(host.at("arch"));
    code.section = host.at("section").get<std::string>();
    demand(code.section == ".scx.host." + code.architecture, "section");
    for (const json &name : host.at("parameters")) {
        code.parameters.push_back(identifier(name));
        demand(std::any_of(info.parameters.begin(), info.parameters.end(), [&](const Parameter &p) { return p.name == code.parameters.back(); }), "parameters");
    }
    int64_t task = integer(host, "task_bytes"), queue = integer(host, "queue_bytes");
    demand(task >= 0 && task <= kMostState && task % 8 == 0 && queue >= 0 && queue <= kMostState && queue % 8 == 0, "state");
    code.taskBytes = static_cast<size_t>(task);
    code.queueBytes = static_cast<size_t>(queue);
    code.lifo = host.at("lifo").get<bool>();
    const ElfSection *section = elf.find(code.section);
    demand(!section || (section->type == SHT_PROGBITS && section->data.size() <= kMostCode &&
                        elf.relocations(static_cast<size_t>(section - elf.sections.data())).empty()),
           "code");
    for (const auto &[name, offset] : host.at("functions").items()) {
        int64_t at = integer(host.at("functions"), name.c_str());
        demand(functions.contains(name) && section && at >= 0 && static_cast<size_t>(at) < section->data.size(), "functions");
        code.functions[name] = static_cast<uint64_t>(at);
    }
    return user;
}

ObjectInfo readInfo(const json &meta, const Elf &elf) {
    ObjectInfo info;
    info.policy = meta.at("policy").get<std::string>();
    // What the kernel takes as a scheduler's name (bpf_scx_check_member in kernel/sched/ext.c, SCX_OPS_NAME_LEN).
    demand(!info.policy.empty() && info.policy.size() <= kLongestName &&
               std::all_of(info.policy.begin(), info.policy.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; }),
           "policy");
    info.doc = textOr(meta, "doc");
    info.source = textOr(meta, "source");
    info.handlesHotplug = meta.value("handles_hotplug", false);
    info.partial = meta.value("switch", "") == "partial";
    for (const json &row : meta.at("enums"))
        info.enums.emplace_back(text(row.at("name")), texts(row.at("values")));
    for (const json &row : meta.at("params")) {
        Parameter p{identifier(row.at("name")),
                    identifier(row.at("symbol")),
                    row.at("section"),
                    text(row.at("type")),
                    textOr(row, "doc"),
                    row.at("live").get<bool>(),
                    integer(row, "default"),
                    {},
                    {}};
        if (row.contains("min"))
            p.minimum = integer(row, "min");
        if (row.contains("max"))
            p.maximum = integer(row, "max");
        checkParameter(info, p);
        info.parameters.push_back(std::move(p));
    }
    for (const json &row : meta.at("queues"))
        info.queues.push_back({identifier(row.at("name")), text(row.at("ordering")), textOr(row, "domain"), textOr(row, "on"), identifierOr(row, "tasks"),
                               identifierOr(row, "direct"), identifierOr(row, "ran"), identifierOr(row, "wait"), textOr(row, "doc"),
                               row.contains("dsq") ? std::optional<uint64_t>(integer(row, "dsq")) : std::nullopt,
                               row.contains("slice_ns") ? std::optional(integer(row, "slice_ns")) : std::nullopt,
                               row.contains("user") ? std::optional(readUser(info, row.at("user"), elf)) : std::nullopt});
    static const std::map<std::string, QueuePlace> places = {{"one", QueuePlace::One}, {"vtime", QueuePlace::Vtime}, {"storage", QueuePlace::Storage}};
    info.queuePlace = places.at(meta.at("queue_place").get<std::string>());
    for (const json &row : meta.at("rules"))
        info.rules.push_back(readRule(row));
    for (const json &row : meta.at("counters"))
        info.counters.push_back(readStat(row));
    for (const json &row : meta.at("histograms"))
        info.histograms.push_back(readStat(row));
    for (const json &row : meta.at("optional"))
        info.optional.push_back({identifier(row.at("program")), identifier(row.at("member")), text(row.at("hook")), text(row.at("since"))});
    if (meta.contains("told")) {
        const json &told = meta.at("told");
        info.told = {told.at("cgroups").get<std::vector<std::string>>(), told.at("hints").get<bool>(), told.at("gpu").get<bool>()};
        demand(info.told.cgroups.size() <= 64, "cgroups");
    }
    for (const json &name : meta.at("flags"))
        info.flags.push_back(identifier(name));
    demandDifferent(info.parameters);
    demandDifferent(info.queues);
    demandDifferent(info.counters);
    demandDifferent(info.histograms);
    return info;
}

} // namespace

std::string RuleInfo::shortText() const {
    std::string line, end = "-> " + queue;
    for (char c : text)
        if (bool space = c == ' ' || c == '\n' || c == '\t'; !space || (!line.empty() && line.back() != ' '))
            line += space ? ' ' : c;
    size_t at = line.rfind(end);
    return at == std::string::npos ? line : line.substr(0, at + end.size());
}

ObjectFile readFile(const std::string &path) {
    std::error_code none;
    if (std::filesystem::exists(path, none) && !std::filesystem::is_regular_file(path, none))
        throw std::runtime_error("`" + path + "` is not a file; name what scxc wrote"); // a device could be read for ever
    std::ifstream in(path, std::ios::binary);
    if (!in)
        throw std::runtime_error("cannot read `" + path + "`; check the name");
    if (std::filesystem::file_size(path, none) > kLargestFile)
        throw std::runtime_error("`" + path + "` is not a policy object (it has more than 64 MiB); make one with scxc");
    std::stringstream buffer;
    buffer << in.rdbuf();
    return {path, buffer.str()};
}

bool isPolicy(const ObjectFile &file) {
    try {
        return readElf(file.bytes).find(".scx.meta") != nullptr;
    } catch (const std::runtime_error &) { return false; }
}

ObjectInfo describe(const ObjectFile &file) {
    std::string_view description = descriptionOf(file);
    try {
        json meta = json::parse(description);
        int64_t format = integer(meta, "format");
        if (format > kFormat)
            throw std::runtime_error("`" + file.path + "`: object newer than this scxrun; install the scxrun that came with its scxc");
        if (format < kFormat)
            throw std::runtime_error("`" + file.path + "`: object older than this scxrun; compile the policy again");
        return readInfo(meta, readElf(file.bytes));
    } catch (const json::exception &) {
    } catch (const std::out_of_range &) {}
    throw std::runtime_error("the description in `" + file.path + "` is damaged; compile the policy again");
}

} // namespace scx
