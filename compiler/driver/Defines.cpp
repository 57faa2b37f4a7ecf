// SPDX-License-Identifier: GPL-2.0-only
#include "driver/Defines.h"
#include "syntax/Parse.h"

namespace scx {

void applyDefines(Program &program, const std::vector<std::pair<std::string, std::string>> &defines, SourceManager &sources, Diagnostics &diags) {
    for (const auto &[name, value] : defines) {
        ParamDecl *param = nullptr;
        std::vector<std::string> known;
        for (const auto &decl : program.params) {
            known.push_back(decl->name);
            if (decl->name == name)
                param = decl.get();
        }
        std::string written = name + "=" + value;
        if (!param) {
            std::string near = nearest(name, known);
            diags.report(Diag::UnknownDefine, {}, written,
                         "the policy has no parameter `" + name + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?"));
            continue;
        }
        // The value is read by the parser itself, as the value of a constant: one definition of what a value looks like.
        Diagnostics own;
        FileId file = sources.add("-D " + name, "const value = " + value + "\n;");
        auto parsed = parse(file, sources, own);
        // The constant has to end where the text does: `2ms; queue x: fifo` is more than a value.
        if (!own.ok() || parsed->consts.size() != 1 || parsed->consts[0]->span.end != sources.text(file).size()) {
            diags.report(Diag::UnknownDefine, {}, written, "`" + value + "` is not a value; write a number with its unit, `true`, `false` or an enumerator");
            continue;
        }
        param->value = std::move(parsed->consts[0]->value);
    }
}

} // namespace scx
