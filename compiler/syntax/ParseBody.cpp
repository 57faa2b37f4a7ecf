// SPDX-License-Identifier: GPL-2.0-only
#include "syntax/ParseBody.h"
#include "syntax/Literals.h"

namespace scx {

using L = grammar::ScxRest;

Span BodyBuilder::span(antlr4::ParserRuleContext *c) {
    if (!c || !c->getStart())
        return {file, 0, 0};
    auto begin = static_cast<uint32_t>(c->getStart()->getStartIndex());
    auto end = c->getStop() ? static_cast<uint32_t>(c->getStop()->getStopIndex() + 1) : begin;
    return {file, begin, std::max(begin, end)};
}

Span BodyBuilder::span(antlr4::Token *token) { return {file, static_cast<uint32_t>(token->getStartIndex()), static_cast<uint32_t>(token->getStopIndex() + 1)}; }

std::string_view BodyBuilder::written(antlr4::Token *token) const {
    return source.substr(token->getStartIndex(), token->getStopIndex() + 1 - token->getStartIndex());
}

std::string BodyBuilder::decodeText(antlr4::tree::TerminalNode *node) const {
    std::string_view quoted = written(node->getSymbol());
    std::string out;
    for (size_t i = 1; i + 1 < quoted.size(); ++i) {
        if (quoted[i] == '\\' && i + 2 < quoted.size())
            ++i;
        out += quoted[i];
    }
    return out;
}

ExprPtr BodyBuilder::make(ExprKind kind, Span span) {
    auto made = std::make_unique<Expr>();
    made->kind = kind;
    made->span = span;
    return made;
}

ExprPtr BodyBuilder::binary(Op op, ExprPtr left, ExprPtr right) {
    ExprPtr made = make(ExprKind::Binary, {file, left->span.begin, right->span.end});
    made->op = op;
    made->args.push_back(std::move(left));
    made->args.push_back(std::move(right));
    return made;
}

bool BodyBuilder::chainFits(size_t terms, antlr4::ParserRuleContext *c) {
    if (terms <= 512)
        return true;
    diags.report(Diag::TooDeep, startOf(c), "a chain of more than 512 operators");
    return false;
}

ExprPtr BodyBuilder::expr(P::ExprContext *c) {
    auto terms = c->andExpr();
    ExprPtr made = andExpr(terms[0]);
    if (chainFits(terms.size(), c))
        for (size_t i = 1; i < terms.size(); ++i)
            made = binary(Op::Or, std::move(made), andExpr(terms[i]));
    return made;
}

ExprPtr BodyBuilder::andExpr(P::AndExprContext *c) {
    auto terms = c->notExpr();
    ExprPtr made = notExpr(terms[0]);
    if (chainFits(terms.size(), c))
        for (size_t i = 1; i < terms.size(); ++i)
            made = binary(Op::And, std::move(made), notExpr(terms[i]));
    return made;
}

ExprPtr BodyBuilder::notExpr(P::NotExprContext *c) {
    ExprPtr inner = comparison(c->comparison());
    size_t nots = c->NOT().size();
    if (nots == 0)
        return inner;
    // `not not x` is x; only the parity matters, so that a long row of them cannot nest.
    ExprPtr made = make(ExprKind::Not, span(c));
    made->args.push_back(std::move(inner));
    if (nots % 2)
        return made;
    ExprPtr twice = make(ExprKind::Not, span(c));
    twice->args.push_back(std::move(made));
    return twice;
}

ExprPtr BodyBuilder::comparison(P::ComparisonContext *c) {
    auto sides = c->bits();
    ExprPtr left = bits(sides[0]);
    if (c->op) {
        Op op = Op::Eq;
        switch (c->op->getType()) {
        case L::NE: op = Op::Ne; break;
        case L::LT: op = Op::Lt; break;
        case L::LE: op = Op::Le; break;
        case L::GT: op = Op::Gt; break;
        case L::GE: op = Op::Ge; break;
        default: break;
        }
        return binary(op, std::move(left), bits(sides[1]));
    }
    if (c->IS()) {
        ExprPtr made = make(ExprKind::Is, span(c));
        made->args.push_back(std::move(left));
        for (auto *p : c->pattern())
            made->args.push_back(pattern(p));
        return made;
    }
    if (c->MATCHES()) {
        ExprPtr made = make(ExprKind::Matches, span(c));
        made->args.push_back(std::move(left));
        made->args.push_back(make(ExprKind::Text, span(c->STRING()->getSymbol())));
        std::string_view quoted = written(c->STRING()->getSymbol());
        made->args[1]->name = quoted.substr(1, quoted.size() - 2); // backslashes are the expression's own, `\"` too
        return made;
    }
    if (c->IN()) {
        ExprPtr made = make(ExprKind::In, span(c));
        made->args.push_back(std::move(left));
        made->args.push_back(range(c->range()));
        return made;
    }
    return left;
}

ExprPtr BodyBuilder::pattern(P::PatternContext *c) {
    if (c->STRING()) {
        ExprPtr made = make(ExprKind::Text, span(c));
        made->name = decodeText(c->STRING());
        return made;
    }
    auto ends = c->sum();
    ExprPtr low = sum(ends[0]);
    if (ends.size() == 1)
        return low;
    ExprPtr made = make(ExprKind::Range, span(c));
    made->args.push_back(std::move(low));
    made->args.push_back(sum(ends[1]));
    return made;
}

ExprPtr BodyBuilder::range(P::RangeContext *c) {
    auto ends = c->bits();
    ExprPtr low = bits(ends[0]);
    if (ends.size() == 1)
        return low;
    ExprPtr made = make(ExprKind::Range, span(c));
    made->args.push_back(std::move(low));
    made->args.push_back(bits(ends[1]));
    return made;
}

ExprPtr BodyBuilder::bits(P::BitsContext *c) {
    auto terms = c->meet();
    ExprPtr made = meet(terms[0]);
    if (chainFits(terms.size(), c))
        for (size_t i = 1; i < terms.size(); ++i)
            made = binary(Op::BitOr, std::move(made), meet(terms[i]));
    return made;
}

ExprPtr BodyBuilder::meet(P::MeetContext *c) {
    auto terms = c->sum();
    ExprPtr made = sum(terms[0]);
    if (chainFits(terms.size(), c))
        for (size_t i = 1; i < terms.size(); ++i)
            made = binary(Op::BitAnd, std::move(made), sum(terms[i]));
    return made;
}

ExprPtr BodyBuilder::sum(P::SumContext *c) {
    auto terms = c->product();
    auto ops = c->sumOp();
    ExprPtr made = product(terms[0]);
    if (chainFits(terms.size(), c))
        for (size_t i = 1; i < terms.size(); ++i)
            made = binary(ops[i - 1]->PLUS() ? Op::Add : Op::Sub, std::move(made), product(terms[i]));
    return made;
}

ExprPtr BodyBuilder::product(P::ProductContext *c) {
    auto terms = c->unary();
    auto ops = c->productOp();
    ExprPtr made = unary(terms[0]);
    if (chainFits(terms.size(), c))
        for (size_t i = 1; i < terms.size(); ++i) {
            Op op = ops[i - 1]->STAR() ? Op::Mul : ops[i - 1]->SLASH() ? Op::Div : ops[i - 1]->PERCENT() ? Op::Rem : ops[i - 1]->SHL() ? Op::Shl : Op::Shr;
            made = binary(op, std::move(made), unary(terms[i]));
        }
    return made;
}

ExprPtr BodyBuilder::unary(P::UnaryContext *c) {
    ExprPtr made;
    if (c->CPUS()) {
        made = make(ExprKind::CpuRange, span(c));
        for (auto *bound : c->cpuBound())
            made->args.push_back(cpuBound(bound));
    } else
        made = postfix(c->postfix());
    if (c->MINUS().size() % 2 == 0)
        return made;
    if (made->kind == ExprKind::Number && made->unit != Unit::Ratio) {
        made->value = static_cast<int64_t>(0 - static_cast<uint64_t>(made->value));
        made->span = span(c);
        return made;
    }
    ExprPtr negated = make(ExprKind::Negate, span(c));
    negated->args.push_back(std::move(made));
    return negated;
}

ExprPtr BodyBuilder::cpuBound(P::CpuBoundContext *c) {
    if (c->NUMBER())
        return number(c->NUMBER()->getSymbol());
    ExprPtr made = name(c->id(0));
    if (c->id().size() < 2)
        return made;
    ExprPtr member = make(ExprKind::Member, span(c));
    member->name = text(c->id(1));
    member->args.push_back(std::move(made));
    return member;
}

ExprPtr BodyBuilder::postfix(P::PostfixContext *c) {
    ExprPtr made = primary(c->primary());
    if (!chainFits(c->children.size(), c))
        return made;
    // children: primary, then `.` id | args | `[` expr `]`
    for (size_t i = 1; i < c->children.size(); ++i) {
        auto *child = c->children[i];
        Span upTo{file, made->span.begin, made->span.end};
        if (auto *id = dynamic_cast<P::IdContext *>(child)) {
            upTo.end = span(id).end;
            ExprPtr member = make(ExprKind::Member, upTo);
            member->name = text(id);
            member->args.push_back(std::move(made));
            made = std::move(member);
        } else if (auto *args = dynamic_cast<P::ArgsContext *>(child)) {
            upTo.end = span(args).end;
            ExprPtr call = make(ExprKind::Call, upTo);
            call->args.push_back(std::move(made));
            arguments(args, call->args, call->argNames);
            made = std::move(call);
        } else if (auto *index = dynamic_cast<P::ExprContext *>(child)) {
            upTo.end = span(index).end + 1;
            ExprPtr element = make(ExprKind::Index, upTo);
            element->args.push_back(std::move(made));
            element->args.push_back(expr(index));
            made = std::move(element);
        }
    }
    return made;
}

ExprPtr BodyBuilder::primary(P::PrimaryContext *c) {
    if (c->NUMBER())
        return number(c->NUMBER()->getSymbol());
    if (c->TRUE() || c->FALSE()) {
        ExprPtr made = make(ExprKind::Bool, span(c));
        made->value = c->TRUE() != nullptr;
        return made;
    }
    if (c->expr())
        return expr(c->expr());
    return name(c->id());
}

ExprPtr BodyBuilder::number(antlr4::Token *token) {
    ExprPtr made = make(ExprKind::Number, span(token));
    NumberLiteral literal = decodeNumber(token->getText()); // errors were reported by checkTokens
    made->value = literal.value;
    made->unit = literal.unit;
    return made;
}

ExprPtr BodyBuilder::name(P::IdContext *id) {
    ExprPtr made = make(ExprKind::Name, span(id));
    made->name = text(id);
    return made;
}

void BodyBuilder::arguments(P::ArgsContext *c, std::vector<ExprPtr> &args, std::vector<std::string> &names) {
    for (P::ArgContext *a : c->arg()) {
        names.push_back(a->id() ? text(a->id()) : "");
        if (a->STRING()) {
            args.push_back(make(ExprKind::Text, span(a)));
            args.back()->name = decodeText(a->STRING());
        } else
            args.push_back(expr(a->expr()));
    }
}

std::vector<ExprPtr> BodyBuilder::keys(P::KeysContext *c) {
    std::vector<ExprPtr> made;
    for (auto *s : c->sum())
        made.push_back(sum(s));
    return made;
}

TypeName BodyBuilder::typeName(P::TypeContext *c) {
    std::string name = text(c->id(0));
    if (c->id().size() > 1) // of a module
        name += "." + text(c->id(1));
    return {name, c->sum() ? sum(c->sum()) : nullptr, span(c)};
}

Block BodyBuilder::block(P::BlockContext *c) {
    Block made;
    for (auto *s : c->stmt())
        made.push_back(statement(s));
    return made;
}

StmtPtr BodyBuilder::makeStmt(StmtKind kind, antlr4::ParserRuleContext *c) {
    auto made = std::make_unique<Stmt>();
    made->kind = kind;
    made->span = span(c);
    return made;
}

StmtPtr BodyBuilder::statement(P::StmtContext *c) {
    if (auto *s = dynamic_cast<P::LetStmtContext *>(c)) {
        StmtPtr made = makeStmt(StmtKind::Let, c);
        made->local = std::make_unique<Local>(Local{text(s->id()), span(s->id()), {}, false});
        made->value = expr(s->expr());
        return made;
    }
    if (auto *s = dynamic_cast<P::VarStmtContext *>(c)) {
        StmtPtr made = makeStmt(StmtKind::Var, c);
        made->local = std::make_unique<Local>(Local{text(s->id()), span(s->id()), {}, true});
        if (s->type()) {
            made->typeName = s->type()->getText();
            made->typeSpan = span(s->type());
        }
        made->value = expr(s->expr());
        return made;
    }
    if (auto *s = dynamic_cast<P::IfStatementContext *>(c))
        return ifStatement(s->ifStmt());
    if (auto *s = dynamic_cast<P::ForStmtContext *>(c)) {
        StmtPtr made = makeStmt(StmtKind::For, c);
        made->local = std::make_unique<Local>(Local{text(s->id()), span(s->id()), {}, false});
        made->value = range(s->range());
        made->body = block(s->block());
        return made;
    }
    if (auto *s = dynamic_cast<P::RepeatStmtContext *>(c)) {
        StmtPtr made = makeStmt(StmtKind::Repeat, c);
        made->value = sum(s->sum());
        made->body = block(s->block());
        return made;
    }
    if (auto *s = dynamic_cast<P::ReturnStmtContext *>(c)) {
        StmtPtr made = makeStmt(StmtKind::Return, c);
        if (s->expr())
            made->value = expr(s->expr());
        return made;
    }
    if (dynamic_cast<P::BreakStmtContext *>(c))
        return makeStmt(StmtKind::Break, c);
    if (dynamic_cast<P::ContinueStmtContext *>(c))
        return makeStmt(StmtKind::Continue, c);
    if (auto *s = dynamic_cast<P::AssertStatementContext *>(c))
        return assertion(s->assertStmt());
    if (auto *s = dynamic_cast<P::BlockStmtContext *>(c)) {
        StmtPtr made = makeStmt(StmtKind::Block, c);
        made->body = block(s->block());
        return made;
    }
    auto *s = dynamic_cast<P::ExprStmtContext *>(c);
    auto sides = s->expr();
    if (s->op) {
        StmtPtr made = makeStmt(StmtKind::Assign, c);
        made->assign = s->op->getType() == L::PLUSEQ ? AssignKind::Add : s->op->getType() == L::MINUSEQ ? AssignKind::Subtract : AssignKind::Set;
        made->target = expr(sides[0]);
        made->value = expr(sides[1]);
        return made;
    }
    StmtPtr made = makeStmt(StmtKind::Call, c);
    made->value = expr(sides[0]);
    const Expr &call = *made->value;
    if (call.kind == ExprKind::Call && call.args[0]->kind == ExprKind::Name && call.args[0]->name == "log")
        made->kind = StmtKind::Log;
    return made;
}

StmtPtr BodyBuilder::ifStatement(P::IfStmtContext *c) {
    auto conditions = c->condition();
    auto blocks = c->block();
    StmtPtr first = makeStmt(StmtKind::If, c);
    if (conditions.size() > 256) { // a chain nests in the tree, as brackets would
        diags.report(Diag::TooDeep, startOf(c), "a chain of more than 256 `else if`");
        return first;
    }
    Stmt *at = first.get();
    for (size_t i = 0; i < conditions.size(); ++i) {
        if (i) {
            StmtPtr next = makeStmt(StmtKind::If, conditions[i]);
            Stmt *raw = next.get();
            at->orElse.push_back(std::move(next));
            at = raw;
        }
        if (conditions[i]->LET())
            at->local = std::make_unique<Local>(Local{text(conditions[i]->id()), span(conditions[i]->id()), {}, false});
        at->value = expr(conditions[i]->expr());
        at->body = block(blocks[i]);
    }
    if (blocks.size() > conditions.size())
        at->orElse = block(blocks.back());
    return first;
}

StmtPtr BodyBuilder::assertion(P::AssertStmtContext *c) {
    StmtPtr made = makeStmt(StmtKind::Assert, c);
    made->value = expr(c->expr());
    return made;
}

} // namespace scx
