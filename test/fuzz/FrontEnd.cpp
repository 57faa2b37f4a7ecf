// SPDX-License-Identifier: GPL-2.0-only
// libFuzzer target: any bytes through the front end. Nothing may crash, every diagnostic has a row, and what parses prints as source that
// parses to something that prints the same.
#include "core/Desugar.h"
#include "sema/Check.h"
#include "sema/Modules.h"
#include "syntax/Parse.h"
#include "syntax/Print.h"

#include <cstdio>
#include <cstdlib>

using namespace scx;

namespace {

void require(bool holds, const char *what, const std::string &text) {
    if (holds)
        return;
    fprintf(stderr, "%s:\n%s\n", what, text.c_str());
    abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SourceManager sources;
    Diagnostics diags;
    FileId file = sources.add("fuzz.scx", std::string(reinterpret_cast<const char *>(data), size));
    auto policy = parse(file, sources, diags);
    if (diags.ok()) {
        std::string printed = printSource(*policy);
        Diagnostics again;
        auto second = parse(sources.add("printed.scx", printed), sources, again);
        require(again.ok(), "printed source does not parse", printed + render(again, sources, DiagnosticFormat::Line, false));
        require(printSource(*second) == printed, "printing twice differs", printed);
        printTree(*policy, sources);
        // Local modules would read files: the fuzzer must not.
        std::erase_if(policy->uses, [](const UseDecl &use) { return use.path.starts_with("./"); });
        loadModules(*policy, sources, diags);
        if (diags.ok() && check(*policy, CheckMode::Surface, diags)) {
            auto core = desugar(*policy, sources, diags);
            if (diags.ok())
                check(*core, CheckMode::Core, diags);
        }
    }
    for (auto format : {DiagnosticFormat::Text, DiagnosticFormat::Line, DiagnosticFormat::Json})
        require(diags.all().empty() || !render(diags, sources, format, true).empty(), "nothing is said", "");
    return 0;
}
