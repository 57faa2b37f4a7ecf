// SPDX-License-Identifier: GPL-2.0-only
// How does a module become code of the machine that scxc was built for? Only a policy needs it that orders a queue in user space: nothing here runs for any other.
#pragma once

#include "bpf/Module.h"

#include <map>
#include <memory>
#include <string>

namespace scx {

/// The target of a module whose code is to run here: the plainest CPU of this architecture, so that the object runs on each of its machines.
std::unique_ptr<llvm::TargetMachine> hostMachine();
/// Its name, as in the object's section: x86_64, aarch64, ….
std::string hostArchitecture();

/// Code that runs wherever it is put.
struct HostCode {
    std::string bytes;
    std::map<std::string, uint64_t> functions; // name → offset
};
/// Of all functions of the module; it is a bug of the compiler if they need anything beside themselves: that is reported.
HostCode hostCode(Module &module, Diagnostics &diags);

} // namespace scx
