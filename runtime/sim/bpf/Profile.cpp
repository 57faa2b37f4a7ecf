// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/Profile.h"

#include <bpf/btf.h>

#include <stdexcept>

namespace scx::sim {

std::span<const EmbeddedBytes> embeddedProfiles(); // made by cmake/Profiles.cmake, oldest first

namespace {

/// 612 is 6.12, 700 is 7.0.
std::string versionText(std::string_view code) {
    std::string minor(code.substr(1));
    if (minor[0] == '0')
        minor.erase(0, 1);
    return std::string(code.substr(0, 1)) + "." + minor;
}

} // namespace

std::vector<std::string> Profile::known() {
    std::vector<std::string> names;
    for (const EmbeddedBytes &row : embeddedProfiles())
        names.push_back(versionText(row.name));
    return names;
}

Profile Profile::open(const std::string &version) {
    Profile profile;
    std::string list;
    for (const EmbeddedBytes &row : embeddedProfiles()) {
        list += (list.empty() ? "" : ", ") + versionText(row.name);
        if (versionText(row.name) != version)
            continue;
        profile.name = version;
        profile.code = static_cast<unsigned>(std::stoul(std::string(row.name)));
        profile.table.reset(btf__new(row.bytes.data(), static_cast<uint32_t>(row.bytes.size())), btf__free);
    }
    if (profile.name.empty())
        throw std::runtime_error("no kernel `" + version + "` is known; there are " + list);
    if (!profile.table)
        throw std::runtime_error("the types of kernel " + version + " cannot be read; build the simulator again");
    const btf *types = profile.table.get();
    for (uint32_t id = 1; id < btf__type_cnt(types); ++id) {
        const btf_type *type = btf__type_by_id(types, id);
        for (int i = 0; (btf_is_enum(type) || btf_is_enum64(type)) && i < btf_vlen(type); ++i)
            if (btf_is_enum(type))
                profile.constants[btf__name_by_offset(types, btf_enum(type)[i].name_off)] = btf_enum(type)[i].val;
            else
                profile.constants[btf__name_by_offset(types, btf_enum64(type)[i].name_off)] = static_cast<int64_t>(btf_enum64_value(&btf_enum64(type)[i]));
    }
    return profile;
}

std::optional<int64_t> Profile::enumerator(const std::string &constant) const {
    auto it = constants.find(constant);
    return it == constants.end() ? std::nullopt : std::optional(it->second);
}

bool Profile::hasFunction(const std::string &function) const { return btf__find_by_name_kind(types(), function.c_str(), BTF_KIND_FUNC) > 0; }

bool Profile::hasMember(const std::string &type, const std::string &member) const {
    int id = btf__find_by_name_kind(types(), type.c_str(), BTF_KIND_STRUCT);
    const btf_type *found = id > 0 ? btf__type_by_id(types(), static_cast<uint32_t>(id)) : nullptr;
    for (int i = 0; found && i < btf_vlen(found); ++i)
        if (member == btf__name_by_offset(types(), btf_members(found)[i].name_off))
            return true;
    return false;
}

} // namespace scx::sim
