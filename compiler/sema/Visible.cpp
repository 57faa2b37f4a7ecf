// SPDX-License-Identifier: GPL-2.0-only
// Which of several declarations with one name does a file mean?
// Its own before those of the modules it uses, these before the prelude's, and last what other modules bring. `M.x` says it in words.
#include "sema/Checker.h"

#include <algorithm>

namespace scx {

/// The file a place belongs to; what is not written in a file (-D) is the policy's.
const ModuleFile *Checker::fileOf(Span at) const {
    for (const ModuleFile &f : program.files)
        if (f.file == at.file)
            return &f;
    return program.files.empty() ? nullptr : &program.files.front();
}

const ModuleFile *Checker::moduleNamed(const std::string &name, Span at) const {
    const ModuleFile *from = fileOf(at), *other = nullptr;
    for (const ModuleFile &f : program.files) {
        if (f.name != name)
            continue;
        if (from && std::find(from->uses.begin(), from->uses.end(), f.file) != from->uses.end())
            return &f;
        if (!other)
            other = &f;
    }
    return other;
}

/// How far a declaration's file is from the one that names it.
int Checker::distance(const ModuleFile &from, FileId to) const {
    enum { Own, Used, Prelude, Other, Policys };
    if (to == from.file)
        return Own;
    if (to == program.files.front().file)
        return Policys;
    auto of = std::find_if(program.files.begin(), program.files.end(), [&](const ModuleFile &f) { return f.file == to; });
    if (of != program.files.end() && of->prelude)
        return Prelude;
    return std::find(from.uses.begin(), from.uses.end(), to) != from.uses.end() ? Used : Other;
}

std::vector<Symbol *> Checker::visible(SymbolTable &names, const std::string &written, Span at, const std::function<bool(const Symbol &)> &wanted) {
    size_t dot = written.find('.');
    auto it = names.find(dot == std::string::npos ? written : written.substr(dot + 1));
    if (it == names.end())
        return {};
    std::vector<Symbol *> found;
    for (Symbol &s : it->second)
        if (!wanted || wanted(s))
            found.push_back(&s);
    if (dot != std::string::npos) {
        const ModuleFile *module = moduleNamed(written.substr(0, dot), at);
        std::erase_if(found, [&](const Symbol *s) { return !module || s->span.file != module->file; });
    } else if (const ModuleFile *from = fileOf(at); from && found.size() > 1) {
        int least = distance(*from, found[0]->span.file);
        for (const Symbol *s : found)
            least = std::min(least, distance(*from, s->span.file));
        std::erase_if(found, [&](const Symbol *s) { return distance(*from, s->span.file) != least; });
    }
    return found;
}

/// The symbol meant; where the file has to say which, that is reported, and the symbol has neither meaning nor type.
std::optional<Symbol> Checker::choose(const std::vector<Symbol *> &found, const std::string &name, Span at, bool report) {
    if (found.empty())
        return std::nullopt;
    if (found.size() == 1)
        return *found[0];
    if (report) {
        std::string modules, ways;
        for (const Symbol *s : found) {
            const std::string &module = fileOf(s->span)->name;
            modules += (modules.empty() ? "`" : " and `") + module + "`";
            ways += (ways.empty() ? "`" : " or `") + module + "." + name + "`";
        }
        auto &d = diags.report(Diag::Ambiguous, at, name, modules, ways);
        for (const Symbol *s : found)
            d.note(s->span, "one `" + name + "` is here");
    }
    Symbol unclear;
    unclear.ambiguous = true;
    return unclear;
}

/// Makes one name of `M.x`, and of `p.M.x` for rules, if M is a module. What is declared or at hand under M's name comes first.
void Checker::foldQualified(Expr &e) {
    if (e.kind != ExprKind::Member || program.files.empty() || mode == CheckMode::Core)
        return;
    Expr &base = *e.args[0];
    if (base.kind == ExprKind::Member && base.args[0]->kind == ExprKind::Name && moduleNamed(base.name, base.span)) {
        std::string dotted = base.name + "." + e.name;
        if (!visible(top, dotted, e.span, [](const Symbol &s) { return s.ref.kind == RefKind::Rules; }).empty()) {
            e.name = std::move(dotted);
            ExprPtr task = std::move(base.args[0]);
            e.args[0] = std::move(task);
        }
        return;
    }
    if (base.kind != ExprKind::Name || !moduleNamed(base.name, base.span) || lookup(base.name, base.span) || (cpuAtHand && base.name == "cpu") ||
        findOperation(TypeKind::None, base.name))
        return;
    if (taskAtHand && (taskFields.contains(base.name) || findAttribute(TypeKind::Task, base.name) || findAttribute(TypeKind::Task, base.name + "." + e.name)))
        return;
    e.kind = ExprKind::Name;
    e.name = base.name + "." + e.name;
    e.args.clear();
}

void Checker::unknownName(const Expr &e) {
    size_t dot = e.name.find('.');
    if (dot == std::string::npos) {
        if (const OperationRow *row = findOperation(TypeKind::None, e.name); row && !row->internal) {
            if (row->isValue)
                diags.report(Diag::NotCallable, e.span, e.name);
            else
                diags.report(Diag::NoValue, e.span, e.name, "call it, `" + e.name + "(…)`");
            return;
        }
        std::string meant = wordsBegunBy(e.name, TypeKind::None);
        for (const auto &d : program.enums)
            if (std::find(d->values.begin(), d->values.end(), e.name) != d->values.end() && !visible(top, d->name, e.span).empty())
                meant = d->name + "." + e.name;
        diags.report(Diag::UnknownName, e.span, e.name,
                     e.name == "p" && !taskAtHand ? "; no task is at hand here"
                     : e.name == "self"           ? "; it stands in a discipline, elsewhere a queue has its name"
                                                  : didYouMean(meant.empty() ? nearest(e.name, visibleNames()) : meant));
        return;
    }
    std::string module = e.name.substr(0, dot), name = e.name.substr(dot + 1);
    std::vector<std::string> known;
    for (const auto &[other, symbols] : top)
        if (!visible(top, module + "." + other, e.span).empty())
            known.push_back(other);
    std::sort(known.begin(), known.end());
    diags.report(Diag::UnknownMember, e.span, module, name, didYouMean(nearest(name, known)));
}

/// In the core all names share one space: a module's name that stands in another file as well gets its module's in front.
void giveUniqueNames(Program &program) {
    std::map<std::string, std::vector<Decl *>> declared;
    std::map<FileId, std::string> modules;
    for (const ModuleFile &f : program.files)
        modules[f.file] = f.name;
    auto add = [&](auto &list) {
        for (auto &d : list)
            declared[d->name].push_back(d.get());
    };
    add(program.enums);
    add(program.consts);
    add(program.params);
    add(program.cpuSets);
    add(program.rules);
    add(program.queues);
    add(program.stats);
    add(program.fns);
    for (StateDecl &s : program.states)
        if (s.kind == StateKind::Global)
            add(s.fields);
    std::map<std::string, int> taken;
    auto rename = [&](const auto &names) {
        for (const auto &[name, decls] : names)
            for (Decl *d : decls)
                if (decls.size() > 1 && d->nameSpan.file != program.file) {
                    d->name = modules[d->nameSpan.file] + "__" + name + "__";
                    if (int n = taken[d->name]++) // modules of one name in several folders
                        d->name += std::to_string(n);
                }
    };
    rename(declared);
    declared.clear();
    add(program.disciplines); // a space of their own
    rename(declared);
}

} // namespace scx
