// SPDX-License-Identifier: GPL-2.0-only
// Will an object load on a kernel, and what does it do without there? Told from the kernel's BTF alone.
#pragma once

#include "object/Object.h"

#include <map>
#include <memory>
#include <optional>

struct btf;

namespace scx {

/// A function of the kernel that the object calls there.
struct ChosenFunction {
    std::string operation, name;      // operation: empty where there is one form of it only
    std::vector<std::string> lacking; // newer forms of the operation that the object knows and this kernel has not
};

/// Something the object speaks of that the kernel has not.
struct Missing {
    std::string what, name;  // `kfunc`, `field`, `enum value`, `type`, `callback`, `flag`, `helper`, `map type`, `variable`
    std::string place;       // where it is used: `fair.scx:12`, or a function; empty: not in code
    std::string consequence; // what the policy loses by it, or why it cannot load
    bool fatal = false;
};

struct Fit {
    std::vector<ChosenFunction> chosen;
    std::vector<Missing> missing;
    bool loads() const;
};

struct BtfDeleter {
    void operator()(btf *types) const;
};
using BtfPointer = std::unique_ptr<btf, BtfDeleter>;

/// The types of the running kernel if `path` is empty, else of a file of BTF or an ELF file with it. Throws std::runtime_error with one line.
BtfPointer readKernelBtf(const std::string &path);

/// `info`: what a policy of scxc says about itself; nothing: an object of another compiler, loaded by libbpf as it is. Constants are those of the object; of a
/// policy statistics are on, and parameters are as `values` says, by name. Throws std::runtime_error with one line.
Fit fitTo(const ObjectFile &file, const std::optional<ObjectInfo> &info, const std::map<std::string, int64_t> &values, const btf *kernel);

} // namespace scx
