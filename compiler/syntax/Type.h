// SPDX-License-Identifier: GPL-2.0-only
// What types does the language have?
#pragma once

#include <cstdint>
#include <string>

namespace scx {

struct EnumDecl;

enum class TypeKind : uint8_t {
    None, // not known: after an error, or no value
    Bool,
    Int,      // 64-bit signed, wraps
    Duration, // ns
    Time,     // a clock that wraps; also virtual time
    Ratio,    // parts per million
    Cpu,
    Task,
    Cgroup,
    Queue,    // a declared queue; as a task's attribute its number
    Instance, // one instance of a queue: q[c], q[cgroup], `from`
    CpuSet,
    Enum,
    Policy,    // scheduling policy of a task: values normal, batch, idle, ext, fifo, rr, deadline
    Text,      // comm, exe, a cgroup's path: only compared by `is`
    CgroupSet, // `cgroups`, for loops
};

struct Type {
    TypeKind kind = TypeKind::None;
    bool optional = false;              // opened by if let
    int64_t length = 0;                 // >0: array of that many
    const EnumDecl *enumDecl = nullptr; // Enum

    bool operator==(const Type &) const = default;
    bool isArray() const { return length > 0; }
    bool known() const { return kind != TypeKind::None; }
    Type element() const { return {kind, false, 0, enumDecl}; }
    Type value() const { return {kind, false, length, enumDecl}; } // optional opened
};

/// As a person writes it: `duration`, `int[8]`, `optional task`.
std::string typeText(const Type &type);

} // namespace scx
