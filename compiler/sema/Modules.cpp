// SPDX-License-Identifier: GPL-2.0-only
#include "sema/Modules.h"
#include "support/Embedded.h"
#include "syntax/Parse.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace scx {
namespace {

class Loader {
  public:
    Loader(Program &program, SourceManager &sources, Diagnostics &diags) : program(program), sources(sources), diags(diags) {}
    std::vector<std::string> files;

    /// The module's file; 0 if there is none.
    FileId use(const std::string &path, Span at, const std::string &usedBy) {
        bool local = path.rfind("./", 0) == 0;
        std::string name = local ? (std::filesystem::path(usedBy).parent_path() / (path.substr(2) + ".scx")).lexically_normal().string() : path;
        std::string key = (local ? "./" : "") + name;
        if (auto it = seen.find(key); it != seen.end())
            return it->second;
        seen[key] = 0;
        std::string text;
        if (local) {
            std::ifstream in(name);
            if (!in) {
                diags.report(Diag::UnknownModule, at, path, "; there is no file `" + name + "`");
                return 0;
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
                return 0;
            }
            name = "stdlib/" + path + ".scx";
        }
        FileId file = seen[key] = sources.add(name, std::move(text));
        auto module = parse(file, sources, diags);
        refuse(*module);
        size_t index = program.files.size();
        program.files.push_back({path.substr(path.rfind('/') + 1), file, {}, path == "prelude"});
        useAll(module->uses, index, name);
        move(program.consts, module->consts);
        move(program.enums, module->enums);
        move(program.fns, module->fns);
        move(program.disciplines, module->disciplines);
        move(program.cpuSets, module->cpuSets);
        move(program.rules, module->rules);
        move(program.states, module->states);
        move(program.everys, module->everys);
        return file;
    }

    /// The modules that a file uses. Each is called by the last part of its path, so two of one name could not be told apart.
    void useAll(const std::vector<UseDecl> &uses, size_t index, const std::string &name) {
        std::map<std::string, std::pair<FileId, Span>> named;
        for (const UseDecl &next : uses) {
            FileId file = use(next.path, next.span, name);
            if (!file)
                continue;
            std::string own = next.path.substr(next.path.rfind('/') + 1);
            auto [it, fresh] = named.try_emplace(own, file, next.span);
            if (!fresh && it->second.first != file)
                diags.report(Diag::NameTaken, next.span, own).note(it->second.second, "the first module `" + own + "` is here");
            program.files[index].uses.push_back(file);
        }
    }

  private:
    Program &program;
    SourceManager &sources;
    Diagnostics &diags;
    std::map<std::string, FileId> seen;

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
        for (const StateDecl &s : m.states)
            if (s.kind == StateKind::Global || s.kind == StateKind::Queue)
                no(s.span, "state that is of no task, CPU or cgroup");
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
    program.files.push_back({"", program.file, {}});
    loader.use("prelude", {}, "");
    loader.useAll(program.uses, 0, std::string(sources.name(program.file)));
    return loader.files;
}

} // namespace scx
