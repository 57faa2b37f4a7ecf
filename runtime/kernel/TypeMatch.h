// SPDX-License-Identifier: GPL-2.0-only
// Has a kernel what an object's types speak of? By the rules of object/TypeRules.h.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

struct btf;
struct btf_type;

namespace scx {

/// A kernel's types, by name. The BTF is the caller's, and has to outlive it.
class KernelTypes {
  public:
    explicit KernelTypes(const btf *kernel);

    /// A function of that name which can be called as `local` says (a BTF_KIND_FUNC of `object`).
    bool hasFunction(const btf *object, uint32_t local, const std::string &name) const;
    bool hasVariable(const btf *object, uint32_t local, const std::string &name) const;
    bool hasType(const btf *object, uint32_t local) const;
    /// `access`: numbers of members and elements as in a CO-RE relocation, `0:3:0`.
    bool hasField(const btf *object, uint32_t local, const std::string &access) const;
    /// The kernel's number of the enumerator with that index in the enum `local`.
    std::optional<uint64_t> enumValue(const btf *object, uint32_t local, const std::string &index) const;

    /// Size in bytes of a member of a struct; nothing: it has none of that name.
    std::optional<int64_t> memberSize(const std::string &structure, const std::string &member) const;
    /// Names and numbers of an enum; empty: there is none.
    std::map<std::string, uint64_t> enumerators(const std::string &name) const;

  private:
    const btf *types;
    std::multimap<std::string, uint32_t, std::less<>> named; // by essential name

    std::vector<uint32_t> candidates(const btf *object, uint32_t local) const;
    std::optional<uint32_t> member(uint32_t structure, const std::string &name, int depth = 0) const;
};

/// How a person writes what a CO-RE relocation names: `task_struct.se.sum_exec_runtime`, `SCX_ENQ_HEAD`, `rq`.
std::string fieldText(const btf *object, uint32_t local, const std::string &access);
std::string enumeratorText(const btf *object, uint32_t local, const std::string &index);
std::string typeText(const btf *object, uint32_t local);

} // namespace scx
