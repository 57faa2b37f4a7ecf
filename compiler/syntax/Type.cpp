// SPDX-License-Identifier: GPL-2.0-only
#include "syntax/Ast.h"

namespace scx {

std::string typeText(const Type &type) {
    static const char *const names[] = {"nothing",        "bool",   "int",  "duration",          "time", "ratio",         "cpu", "task", "cgroup", "queue",
                                        "queue instance", "cpuset", "enum", "scheduling policy", "text", "set of cgroups"};
    std::string text = type.kind == TypeKind::Enum && type.enumDecl ? type.enumDecl->name : names[static_cast<int>(type.kind)];
    if (type.length)
        text += "[" + std::to_string(type.length) + "]";
    return type.optional ? "optional " + text : text;
}

} // namespace scx
