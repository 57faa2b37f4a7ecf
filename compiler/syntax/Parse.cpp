// SPDX-License-Identifier: GPL-2.0-only
// Declarations: ANTLR's parse tree → AST. Expressions and statements are in ParseBody.cpp, errors in ParseErrors.cpp.
#include "syntax/Parse.h"
#include "syntax/ParseBody.h"
#include "syntax/ParseErrors.h"
#include "syntax/Words.h"

namespace scx {
namespace {

using P = grammar::ScxParser;

class FileBuilder : public BodyBuilder {
  public:
    FileBuilder(FileId file, std::string_view source, antlr4::CommonTokenStream &tokens, Diagnostics &diags)
        : BodyBuilder(file, source, diags), tokens(tokens) {}

    std::unique_ptr<Program> build(P::FileContext *tree) {
        program = std::make_unique<Program>();
        program->file = file;
        for (P::ItemContext *item : tree->item())
            addItem(item);
        return std::move(program);
    }

  private:
    antlr4::CommonTokenStream &tokens;
    std::unique_ptr<Program> program;

    /// The /// lines directly before the declaration.
    std::string docBefore(antlr4::ParserRuleContext *context) {
        std::string doc;
        if (!context->getStart())
            return doc;
        for (antlr4::Token *token : tokens.getHiddenTokensToLeft(context->getStart()->getTokenIndex(), grammar::ScxRest::DOCS)) {
            std::string line(written(token).substr(3));
            if (!line.empty() && line[0] == ' ')
                line.erase(0, 1);
            doc += (doc.empty() ? "" : "\n") + line;
        }
        return doc;
    }

    void describe(Decl &decl, antlr4::ParserRuleContext *context, P::IdContext *name) {
        decl.span = span(context);
        decl.nameSpan = span(name);
        decl.name = text(name);
        decl.doc = docBefore(context);
    }

    template <typename T> bool once(const T &there, antlr4::ParserRuleContext *context, const char *what) {
        if (there)
            diags.report(Diag::OnlyOne, startOf(context), what);
        return !there;
    }

    void addItem(P::ItemContext *item) {
        if (auto *c = item->policyDecl()) {
            if (once(program->hasPolicy, c, "policy")) {
                program->hasPolicy = true;
                describe(program->policy, c, c->id());
                program->settings = options(c->optionBlock());
            }
        } else if (auto *c = item->useDecl()) {
            if (c->path())
                program->uses.push_back({span(c->path()), c->path()->getText()});
        } else if (auto *c = item->constDecl()) {
            program->consts.push_back(constant(c));
        } else if (auto *c = item->paramDecl()) {
            auto made = std::make_unique<ParamDecl>();
            describe(*made, c, c->id());
            made->live = c->LIVE() != nullptr;
            made->typeName = typeName(c->type());
            made->value = sum(c->sum());
            if (c->range())
                made->range = range(c->range());
            program->params.push_back(std::move(made));
        } else if (auto *c = item->enumDecl()) {
            auto made = std::make_unique<EnumDecl>();
            auto ids = c->id();
            describe(*made, c, ids.empty() ? nullptr : ids[0]);
            for (size_t i = 1; i < ids.size(); ++i) {
                made->values.push_back(text(ids[i]));
                made->valueSpans.push_back(span(ids[i]));
            }
            program->enums.push_back(std::move(made));
        } else if (auto *c = item->stateDecl()) {
            program->states.push_back(state(c));
        } else if (auto *c = item->cpusDecl()) {
            auto made = std::make_unique<CpusDecl>();
            describe(*made, c, c->id());
            made->value = range(c->range());
            program->cpuSets.push_back(std::move(made));
        } else if (auto *c = item->rulesDecl()) {
            auto made = std::make_unique<RulesDecl>();
            describe(*made, c, c->id());
            made->value = expr(c->expr());
            program->rules.push_back(std::move(made));
        } else if (auto *c = item->queueDecl()) {
            program->queues.push_back(queue(c));
        } else if (auto *c = item->disciplineDecl()) {
            program->disciplines.push_back(discipline(c));
        } else if (auto *c = item->fnDecl()) {
            program->fns.push_back(function(c));
        } else if (auto *c = item->matchDecl()) {
            if (once(program->match, c, "match"))
                program->match = match(c);
        } else if (auto *c = item->placeDecl()) {
            if (once(program->place, c, "place"))
                program->place = place(c);
        } else if (auto *c = item->dispatchDecl()) {
            if (once(program->dispatch, c, "dispatch") && c->entry())
                program->dispatch = std::make_unique<Entry>(entry(c->entry()));
        } else if (auto *c = item->hookDecl()) {
            program->hooks.push_back(hook(c));
        } else if (auto *c = item->everyDecl()) {
            auto made = std::make_unique<EveryDecl>();
            made->span = span(c);
            made->nameSpan = startOf(c);
            made->period = sum(c->sum());
            made->body = block(c->block());
            program->everys.push_back(std::move(made));
        } else if (auto *c = item->statDecl()) {
            auto made = std::make_unique<StatDecl>();
            describe(*made, c, c->id(0));
            made->kind = c->COUNTER() ? StatKind::Counter : StatKind::Histogram;
            if (c->parts() && c->parts()->sum())
                made->length = sum(c->parts()->sum());
            if (c->parts() && c->parts()->PER()) {
                made->per = text(c->parts()->id());
                made->perSpan = span(c->parts()->id());
            }
            if (c->COLON()) {
                made->shape = text(c->id().back());
                made->shapeSpan = span(c->id().back());
                std::vector<std::string> names;
                if (c->args())
                    arguments(c->args(), made->shapeArguments, names);
            }
            if (c->STRING())
                made->label = decodeText(c->STRING());
            program->stats.push_back(std::move(made));
        } else if (auto *c = item->assertStmt()) {
            program->asserts.push_back(assertion(c));
        }
    }

    std::unique_ptr<ConstDecl> constant(P::ConstDeclContext *c) {
        auto made = std::make_unique<ConstDecl>();
        describe(*made, c, c->id());
        if (c->type())
            made->typeName = std::make_unique<TypeName>(typeName(c->type()));
        made->value = expr(c->expr());
        return made;
    }

    StateDecl state(P::StateDeclContext *c) {
        StateDecl made{span(c), StateKind::Global, {}};
        switch (c->kind->getType()) {
        case grammar::ScxRest::TASK: made.kind = StateKind::Task; break;
        case grammar::ScxRest::CPU: made.kind = StateKind::Cpu; break;
        case grammar::ScxRest::CGROUP: made.kind = StateKind::Cgroup; break;
        case grammar::ScxRest::QUEUE: made.kind = StateKind::Queue; break;
        default: break;
        }
        for (P::FieldContext *f : c->field()) {
            auto field = std::make_unique<Field>();
            describe(*field, f, f->id());
            field->typeName = typeName(f->type());
            if (f->expr())
                field->value = expr(f->expr());
            made.fields.push_back(std::move(field));
        }
        return made;
    }

    std::unique_ptr<QueueDecl> queue(P::QueueDeclContext *c) {
        auto made = std::make_unique<QueueDecl>();
        auto ids = c->id();
        describe(*made, c, ids.empty() ? nullptr : ids[0]);
        if (auto *o = c->ordering()) {
            made->orderingSpan = span(o);
            made->orderingName = o->keys() ? "order by" : o->getText().substr(0, o->getText().find('('));
            if (o->keys()) {
                made->ordering = Ordering::OrderBy;
                made->keys = keys(o->keys());
            } else if (made->orderingName == "fifo" || made->orderingName == "lifo") {
                made->ordering = made->orderingName == "fifo" ? Ordering::Fifo : Ordering::Lifo;
                if (o->args())
                    arguments(o->args(), made->arguments, made->argumentNames);
            } else {
                made->ordering = Ordering::Discipline;
                if (o->args())
                    arguments(o->args(), made->arguments, made->argumentNames);
            }
        }
        if (c->PER() && ids.size() > 1) {
            made->domainSpan = span(ids[1]);
            static const std::pair<const char *, Domain> domains[] = {
                {"cpu", Domain::Cpu}, {"core", Domain::Core}, {"llc", Domain::Llc}, {"node", Domain::Node}, {"cgroup", Domain::Cgroup}};
            for (auto [name, domain] : domains)
                if (text(ids[1]) == name)
                    made->domain = domain;
            if (made->domain == Domain::None)
                diags.report(Diag::Expected, made->domainSpan, "`cpu`, `core`, `llc`, `node` or `cgroup`", "`" + text(ids[1]) + "`");
        }
        if (c->range())
            made->on = range(c->range());
        made->options = options(c->optionBlock());
        return made;
    }

    std::unique_ptr<FnDecl::Parameter> parameter(P::ParameterContext *c) {
        auto made = std::make_unique<FnDecl::Parameter>();
        made->local.name = text(c->id());
        made->local.span = span(c->id());
        made->typeName = typeName(c->type());
        if (c->expr())
            made->value = expr(c->expr());
        return made;
    }

    std::unique_ptr<FnDecl> function(P::FnDeclContext *c) {
        auto made = std::make_unique<FnDecl>();
        describe(*made, c, c->id());
        if (c->parameters())
            for (auto *p : c->parameters()->parameter())
                made->parameters.push_back(parameter(p));
        if (c->type())
            made->resultName = std::make_unique<TypeName>(typeName(c->type()));
        made->body = block(c->block());
        return made;
    }

    std::unique_ptr<HookDecl> hook(P::HookDeclContext *c) {
        auto made = std::make_unique<HookDecl>();
        auto ids = c->id();
        describe(*made, c, ids.empty() ? nullptr : ids[0]);
        for (size_t i = 1; i < ids.size(); ++i)
            made->arguments.push_back(std::make_unique<Local>(Local{text(ids[i]), span(ids[i]), {}, false}));
        made->body = block(c->block());
        return made;
    }

    std::unique_ptr<DisciplineDecl> discipline(P::DisciplineDeclContext *c) {
        auto made = std::make_unique<DisciplineDecl>();
        describe(*made, c, c->id());
        if (c->parameters())
            for (auto *p : c->parameters()->parameter())
                made->parameters.push_back(parameter(p));
        for (P::MemberContext *m : c->member()) {
            if (m->stateDecl())
                made->states.push_back(state(m->stateDecl()));
            else if (m->orderDecl()) {
                if (once(!made->keys.empty(), m, "order by")) {
                    made->keysSpan = span(m->orderDecl());
                    made->keys = keys(m->orderDecl()->keys());
                }
            } else if (m->option())
                made->options.push_back(option(m->option()));
            else if (m->hookDecl())
                made->hooks.push_back(hook(m->hookDecl()));
            else if (m->fnDecl())
                made->fns.push_back(function(m->fnDecl()));
            else if (m->constDecl())
                made->consts.push_back(constant(m->constDecl()));
        }
        return made;
    }

    Options options(P::OptionBlockContext *c) {
        Options made;
        if (c)
            for (auto *o : c->option())
                made.push_back(option(o));
        return made;
    }

    Option option(P::OptionContext *c) {
        Option made;
        made.span = span(c);
        if (c->placeDecl()) {
            made.name = "place";
            made.nameSpan = startOf(c);
            made.place = place(c->placeDecl());
            return made;
        }
        auto ids = c->id();
        made.nameSpan = span(ids.empty() ? nullptr : ids[0]);
        made.name = ids.empty() ? "" : text(ids[0]);
        if (c->range())
            made.value = range(c->range());
        if (ids.size() > 1) {
            made.target = text(ids[1]);
            made.targetSpan = span(ids[1]);
        }
        return made;
    }

    std::unique_ptr<MatchBlock> match(P::MatchDeclContext *c) {
        auto made = std::make_unique<MatchBlock>();
        made->span = span(c);
        for (P::MatchRuleContext *r : c->matchRule()) {
            MatchRule rule;
            rule.span = span(r);
            if (r->expr())
                rule.condition = expr(r->expr());
            rule.queue = text(r->id());
            rule.queueSpan = span(r->id());
            rule.options = options(r->optionBlock());
            made->rules.push_back(std::move(rule));
        }
        return made;
    }

    std::unique_ptr<PlaceBlock> place(P::PlaceDeclContext *c) {
        auto made = std::make_unique<PlaceBlock>();
        made->span = span(c);
        for (P::CandidateContext *k : c->candidate()) {
            Candidate candidate;
            candidate.span = span(k);
            candidate.isElse = k->ELSE() != nullptr;
            candidate.name = text(k->id());
            candidate.nameSpan = span(k->id());
            if (k->range())
                candidate.within = range(k->range());
            if (k->expr())
                candidate.guard = expr(k->expr());
            made->candidates.push_back(std::move(candidate));
        }
        return made;
    }

    Entry entry(P::EntryContext *c) {
        Entry made;
        if (c->entryBlock())
            made = entryBlock(c->entryBlock());
        else {
            made = queueEntry(c->id(), c->kind);
            if (c->sum())
                made.weight = sum(c->sum());
        }
        made.span = span(c);
        if (c->guard())
            made.guard = expr(c->guard()->expr());
        return made;
    }

    /// QUEUE, `share QUEUE` or `rotate QUEUE`.
    Entry queueEntry(P::IdContext *queue, const antlr4::Token *kind) {
        Entry made;
        made.kind = !kind ? EntryKind::Queue : kind->getType() == grammar::ScxRest::SHARE ? EntryKind::ShareInstances : EntryKind::RotateInstances;
        made.span = made.queueSpan = span(queue);
        made.queue = text(queue);
        return made;
    }

    Entry entryBlock(P::EntryBlockContext *c) {
        Entry made;
        made.span = span(c);
        made.kind = c->ROTATE() ? EntryKind::Rotate : c->SHARE() ? EntryKind::Share : EntryKind::Strict;
        for (auto *e : c->entry())
            made.children.push_back(entry(e));
        for (P::ShareEntryContext *s : c->shareEntry()) {
            Entry child;
            if (s->entryBlock())
                child = entryBlock(s->entryBlock());
            else
                child = queueEntry(s->id(), s->kind);
            if (s->BY())
                child.weight = sum(s->sum(0));
            if (child.kind == EntryKind::ShareInstances || s->BY()) { // a weight of its own, so a block of its own
                Entry block;
                block.kind = EntryKind::Strict;
                block.children.push_back(std::move(child));
                child = std::move(block);
            }
            child.span = span(s);
            child.weight = sum(s->sum().back());
            if (s->guard())
                child.guard = expr(s->guard()->expr());
            made.children.push_back(std::move(child));
        }
        return made;
    }
};

} // namespace

std::unique_ptr<Program> parse(FileId file, const SourceManager &sources, Diagnostics &diags) {
    std::string_view source = sources.text(file);
    auto empty = std::make_unique<Program>();
    empty->file = file;
    if (source.size() > (1u << 20)) {
        diags.report(Diag::TooLong, {file, 0, 0});
        return empty;
    }
    // ANTLR counts code points and refuses invalid UTF-8; one char per byte keeps its offsets equal to ours. Bytes above
    // 127 are legal in comments and text only, where any stand-in serves: the text itself is cut from the source.
    std::string ascii(source);
    for (char &c : ascii)
        if (static_cast<unsigned char>(c) >= 0x80 || c == '\0')
            c = '\x01';
    antlr4::ANTLRInputStream input(ascii);
    Words lexer(&input);
    lexer.removeErrorListeners();
    antlr4::CommonTokenStream tokens(&lexer);
    tokens.fill();
    if (!checkTokens(tokens, file, sources, diags))
        return empty;
    grammar::ScxParser parser(&tokens);
    parser.removeErrorListeners();
    // SLL prediction is enough for this grammar and several times faster than full LL.
    parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(antlr4::atn::PredictionMode::SLL);
    ErrorReporter reporter(file, diags);
    parser.addErrorListener(&reporter);
    parser.setErrorHandler(makeErrorStrategy());
    P::FileContext *tree = parser.file();
    if (!diags.ok())
        return empty; // a tree with holes would only lead to errors about the holes
    return FileBuilder(file, source, tokens, diags).build(tree);
}

} // namespace scx
