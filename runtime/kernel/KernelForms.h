// SPDX-License-Identifier: GPL-2.0-only
// What has which form in which kernel, and what is lost where it is not there? One row a fact.
#pragma once

#include <span>
#include <string_view>

namespace scx {

/// One operation that kernels know by different names.
struct OperationForms {
    std::string_view operation;
    std::span<const std::string_view> forms; // functions, the newest first
};
/// Null: the function is the only form of what it does.
const OperationForms *findForms(std::string_view function);

/// What a policy does without a function, a field, an enumerator, a callback or a flag; empty: nothing is known of it.
std::string_view lossWithout(std::string_view name);

/// How a program's section says what it is put on: `fentry/NAME` needs a function NAME.
struct AttachRow {
    std::string_view section, prefix; // with `prefix` before the name, it is in the kernel's BTF
};
std::span<const AttachRow> attachRows();

} // namespace scx
