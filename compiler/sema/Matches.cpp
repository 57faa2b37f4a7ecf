// SPDX-License-Identifier: GPL-2.0-only
// Is what stands behind `matches` a regular expression? RE2 answers here as it will in scxrun, which compares.
#include "sema/Checker.h"

#include <re2/re2.h>

namespace scx {
namespace {

constexpr size_t kMaxExpressions = 64; // a bit of a word each, see lower/Told.cpp

} // namespace

Type Checker::typeMatches(Expr &e) {
    Expr &subject = *e.args[0], &text = *e.args[1];
    Type left = type(subject);
    if (left.optional && !inRule)
        diags.report(Diag::OptionalUsed, subject.span);
    readPath(subject);
    bool cgroup = subject.ref.kind == RefKind::Attribute && static_cast<const AttributeRow *>(subject.ref.decl)->read == Read::CgroupPath;
    if (left.known() && !cgroup)
        diags.report(Diag::BadPattern, e.span, "only `cgroup` is compared with a regular expression; write `is` and a pattern");
    text.type = {TypeKind::Text};
    RE2 expression(text.name, RE2::Quiet);
    if (!expression.ok()) {
        std::string why = expression.error();
        const std::string &part = expression.error_arg();
        if (std::string tail = ": " + part; why.ends_with(tail))
            why.resize(why.size() - tail.size());
        Span at = text.span;
        if (size_t found = text.name.find(part); !part.empty() && found != std::string::npos) {
            at.begin += static_cast<uint32_t>(found) + 1; // behind the quote
            at.end = at.begin + static_cast<uint32_t>(part.size());
        }
        diags.report(Diag::BadExpression, at, why);
    }
    if (expressions.insert(text.name).second && expressions.size() == kMaxExpressions + 1)
        diags.report(Diag::TooMany, text.span, "different regular expressions", std::to_string(kMaxExpressions));
    return {TypeKind::Bool};
}

} // namespace scx
