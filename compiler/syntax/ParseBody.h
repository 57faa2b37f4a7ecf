// SPDX-License-Identifier: GPL-2.0-only
// How do statements and expressions become trees?
// Base of the file builder; private to compiler/syntax, the only folder that sees ANTLR.
#pragma once

#include "syntax/Ast.h"
#include "syntax/ParseErrors.h"

namespace scx {

class BodyBuilder {
  public:
    BodyBuilder(FileId file, std::string_view source, Diagnostics &diags) : file(file), source(source), diags(diags) {}

  protected:
    using P = grammar::ScxParser;
    FileId file;
    std::string_view source; // ANTLR sees stand-ins for bytes above 127: texts are cut from here
    Diagnostics &diags;

    Span span(antlr4::ParserRuleContext *context);
    Span span(antlr4::Token *token);
    Span startOf(antlr4::ParserRuleContext *context) { return span(context->getStart()); }
    std::string_view written(antlr4::Token *token) const;
    std::string text(P::IdContext *id) const { return id ? std::string(written(id->getStart())) : std::string(); }
    std::string decodeText(antlr4::tree::TerminalNode *quoted) const;

    ExprPtr make(ExprKind kind, Span span);
    ExprPtr binary(Op op, ExprPtr left, ExprPtr right);
    ExprPtr expr(P::ExprContext *c);
    ExprPtr andExpr(P::AndExprContext *c);
    ExprPtr notExpr(P::NotExprContext *c);
    ExprPtr comparison(P::ComparisonContext *c);
    ExprPtr pattern(P::PatternContext *c);
    ExprPtr range(P::RangeContext *c);
    ExprPtr bits(P::BitsContext *c);
    ExprPtr meet(P::MeetContext *c);
    ExprPtr sum(P::SumContext *c);
    ExprPtr product(P::ProductContext *c);
    ExprPtr unary(P::UnaryContext *c);
    ExprPtr cpuBound(P::CpuBoundContext *c);
    ExprPtr postfix(P::PostfixContext *c);
    ExprPtr primary(P::PrimaryContext *c);
    ExprPtr number(antlr4::Token *token);
    ExprPtr name(P::IdContext *id);
    void arguments(P::ArgsContext *c, std::vector<ExprPtr> &args, std::vector<std::string> &names);
    std::vector<ExprPtr> keys(P::KeysContext *c);
    TypeName typeName(P::TypeContext *c);

    Block block(P::BlockContext *c);
    StmtPtr statement(P::StmtContext *c);
    StmtPtr ifStatement(P::IfStmtContext *c);
    StmtPtr assertion(P::AssertStmtContext *c);

  private:
    StmtPtr makeStmt(StmtKind kind, antlr4::ParserRuleContext *c);
    /// Long chains of operators nest in the tree; more than this would exhaust the stack of every later pass.
    bool chainFits(size_t terms, antlr4::ParserRuleContext *c);
};

} // namespace scx
