// SPDX-License-Identifier: GPL-2.0-only
// What does the kernel of a version offer: constants, types, kernel functions? (kernel/profile.c, as BTF)
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct btf;

namespace scx::sim {

class Profile {
  public:
    /// `version` as people write it, `6.12`. Throws std::runtime_error that lists the known ones.
    static Profile open(const std::string &version);
    /// Oldest first.
    static std::vector<std::string> known();

    const std::string &version() const { return name; }
    /// 612 for 6.12.
    unsigned number() const { return code; }
    /// The value of a constant of any enum of the kernel (`SCX_ENQ_HEAD`); none if this kernel lacks it.
    std::optional<int64_t> enumerator(const std::string &constant) const;
    /// The same where its absence means 0, as for flags.
    uint64_t flag(const std::string &constant) const { return static_cast<uint64_t>(enumerator(constant).value_or(0)); }
    bool hasFunction(const std::string &function) const;
    bool hasMember(const std::string &type, const std::string &member) const;
    const btf *types() const { return table.get(); }

  private:
    Profile() = default;
    std::string name;
    unsigned code = 0;
    std::shared_ptr<btf> table;
    std::map<std::string, int64_t> constants;
};

} // namespace scx::sim
