// SPDX-License-Identifier: GPL-2.0-only
#include "sema/Modules.h"
#include "support/Embedded.h"
#include "syntax/Parse.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace scx {
namespace {

class Loader {
public:
    Loader(Program &program, SourceManager &sources, Diagnostics &diags) : program(program), sources(sources), diags(diags) {}
    std::vector<std::string> files;

    void use(const std::string &path, Span at, const std::string &usedBy) {
        bool local = path.rfind("./", 0) == 0;
        std::string name = local ? (std::filesystem::path(usedBy).parent_path() / (path.substr(2) + ".scx")).lexically_normal().string() : path;
        if (!seen.insert((local ? "./" : "") + name).second)
            return;
        std::string text;
        if (local) {
            std::ifstream in(name);
            if (!in) {
                diags.report(Diag::UnknownModule, at, path, "; there is no file `" + name + "`");
                return;
            }
            std::stringstream buffer;
            buffer << in.rdbuf();
            text = buffer.str();
            files.push_back(name);
        } else {
            std::vector<std::string> known;
            bool found = false;
            for (const EmbeddedFile &file : embeddedStdlib()) {
                std::string_view stem = file.name.substr(0, file.name.size() - 4);
                known.emplace_back(stem);
                if (stem == path) {
                    text = file.text;
                    found = true;
                }
            }
            if (!found) {
                std::string near = nearest(path, known);
                diags.report(Diag::UnknownModule, at, path, near.empty() ? "; local modules are written `./" + path + "`" : "; did you mean `" + near + "`?");
                return;
            }
            name = "stdlib/" + path + ".scx";
        }
        auto module = parse(sources.add(name, std::move(text)), sources, diags);
        refuse(*module);
        for (const UseDecl &next : module->uses)
            use(next.path, next.span, name);
        move(program.consts, module->consts);
        move(program.enums, module->enums);
        move(program.fns, module->fns);
        move(program.disciplines, module->disciplines);
        move(program.cpuSets, module->cpuSets);
        move(program.rules, module->rules);
    }

private:
    Program &program;
    SourceManager &sources;
    Diagnostics &diags;
    std::set<std::string> seen;

    template <typename T> void move(std::vector<T> &to, std::vector<T> &from) {
        for (T &item : from)
            to.push_back(std::move(item));
    }
    void refuse(const Program &m) {
        auto no = [&](Span at, const char *what) { diags.report(Diag::PolicyInModule, at, what); };
        if (m.hasPolicy)
            no(m.policy.nameSpan, "a `policy`");
        if (!m.params.empty())
            no(m.params[0]->nameSpan, "parameters");
        if (!m.queues.empty())
            no(m.queues[0]->nameSpan, "queues");
        if (!m.hooks.empty())
            no(m.hooks[0]->nameSpan, "hooks outside a discipline");
        if (!m.states.empty())
            no(m.states[0].span, "state outside a discipline");
        if (!m.everys.empty())
            no(m.everys[0]->span, "timers");
        if (!m.stats.empty())
            no(m.stats[0]->nameSpan, "statistics");
        if (!m.asserts.empty())
            no(m.asserts[0]->span, "`assert` outside a function");
        if (m.place)
            no(m.place->span, "`place`");
        if (m.match)
            no(m.match->span, "`match`");
        if (m.dispatch)
            no(m.dispatch->span, "`dispatch`");
    }
};

} // namespace

std::vector<std::string> loadModules(Program &program, SourceManager &sources, Diagnostics &diags) {
    Loader loader(program, sources, diags);
    loader.use("prelude", {}, "");
    std::vector<UseDecl> uses = program.uses;
    for (const UseDecl &use : uses)
        loader.use(use.path, use.span, std::string(sources.name(program.file)));
    return loader.files;
}

} // namespace scx
