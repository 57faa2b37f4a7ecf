// SPDX-License-Identifier: GPL-2.0-only
// From declarations to hooks. The core is written as source and parsed, so that what `--emit=core` shows is what is compiled, and nothing
// has to be built node by node. Each line remembers the place in the policy it stands for: line information points there.
#include "core/Desugar.h"
#include "core/Writer.h"

namespace scx {
namespace {

/// Gives every node of the parsed core the span of the policy's source its line came from.
class Relocate {
  public:
    Relocate(const SourceManager &sources, const std::vector<PrintedLine> &lines, Span fallback) : sources(sources), lines(lines), fallback(fallback) {}
    void span(Span &at) {
        unsigned line = sources.position(at).line;
        at = line >= 1 && line <= lines.size() && lines[line - 1].origin.valid() ? lines[line - 1].origin : fallback;
    }
    void expr(Expr *e) {
        if (!e)
            return;
        span(e->span);
        for (ExprPtr &arg : e->args)
            expr(arg.get());
    }
    void block(Block &b) {
        for (StmtPtr &s : b) {
            span(s->span);
            if (s->local)
                span(s->local->span);
            expr(s->target.get());
            expr(s->value.get());
            block(s->body);
            block(s->orElse);
        }
    }
    void decl(Decl &d) {
        span(d.span);
        span(d.nameSpan);
    }

  private:
    const SourceManager &sources;
    const std::vector<PrintedLine> &lines;
    Span fallback;
};

} // namespace

std::unique_ptr<Program> desugar(const Program &surface, SourceManager &sources, Diagnostics &diags) {
    std::vector<PrintedLine> lines = withoutUnusedFunctions(CoreWriter(surface).write());
    std::string text;
    for (const PrintedLine &line : lines)
        text += line.text + "\n";
    auto core = parse(sources.add(surface.policy.name + " (core)", text), sources, diags);
    Relocate relocate(sources, lines, surface.policy.nameSpan);
    for (auto &q : core->queues) {
        relocate.decl(*q);
        for (ExprPtr &k : q->keys)
            relocate.expr(k.get());
        relocate.expr(q->on.get());
        for (Option &o : q->options)
            relocate.expr(o.value.get());
    }
    for (auto &f : core->fns) {
        relocate.decl(*f);
        relocate.block(f->body);
    }
    for (auto &h : core->hooks) {
        relocate.decl(*h);
        relocate.block(h->body);
    }
    for (auto &e : core->everys) {
        relocate.decl(*e);
        relocate.expr(e->period.get());
        relocate.block(e->body);
    }
    return core;
}

} // namespace scx
