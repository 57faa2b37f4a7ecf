// SPDX-License-Identifier: GPL-2.0-only
// What does a value of a map or an allocated object hold that is more than plain bytes: timers, locks, kept pointers, trees and lists?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct btf;

namespace scx::sim {

enum class FieldKind : uint8_t { SpinLock, Timer, Workqueue, Kept, RbRoot, RbNode, ListHead, ListNode, Refcount };

struct ValueField {
    FieldKind kind;
    uint32_t offset, bytes;
    std::string pointee;     // of a kept pointer, the name of the struct
    uint32_t contained = 0;  // of a tree or list, the type of its elements
    uint32_t nodeOffset = 0; // and where in them the node is
};

using ValueFields = std::vector<ValueField>; // by offset

/// Those of a type of the object's, also within its members.
ValueFields findFields(const btf *types, uint32_t type);

/// Copies a value but for its fields, which stay.
void copyPlain(const ValueFields &fields, char *to, const char *from, size_t bytes);

} // namespace scx::sim
