// SPDX-License-Identifier: GPL-2.0-only
#include "syntax/ParseErrors.h"
#include "syntax/Literals.h"

namespace scx {
namespace {

using L = grammar::ScxLexer;
constexpr int kMaxNesting = 256;

std::string describe(const antlr4::dfa::Vocabulary &vocabulary, size_t type) {
    switch (type) {
    case L::ID: return "a name";
    case L::NUMBER: return "a number";
    case L::STRING: return "a text in quotes";
    case antlr4::Token::EOF: return "the end of the file";
    default: {
        std::string literal = vocabulary.getLiteralName(type);
        return literal.size() > 2 ? "`" + literal.substr(1, literal.size() - 2) + "`" : vocabulary.getSymbolicName(type);
    }
    }
}

class ResyncStrategy : public antlr4::DefaultErrorStrategy {
public:
    void sync(antlr4::Parser *) override {}
    antlr4::Token *recoverInline(antlr4::Parser *recognizer) override { throw antlr4::InputMismatchException(recognizer); }
    void recover(antlr4::Parser *recognizer, std::exception_ptr) override {
        auto *input = recognizer->getInputStream();
        if (input->index() == lastIndex) // no progress since the last recovery: step over the token
            recognizer->consume();
        lastIndex = input->index();
        while (true) {
            size_t type = input->LA(1);
            if (type == antlr4::Token::EOF || type == L::RBRACE)
                return;
            recognizer->consume();
            if (type == L::SEMI)
                return;
        }
    }

private:
    size_t lastIndex = SIZE_MAX;
};

} // namespace

std::shared_ptr<antlr4::ANTLRErrorStrategy> makeErrorStrategy() { return std::make_shared<ResyncStrategy>(); }

bool checkTokens(antlr4::CommonTokenStream &tokens, FileId file, const SourceManager &sources, Diagnostics &diags) {
    int depth = 0, chain = 0;
    size_t before = diags.errors();
    for (antlr4::Token *token : tokens.getTokens()) {
        Span span{file, static_cast<uint32_t>(token->getStartIndex()), static_cast<uint32_t>(token->getStopIndex() + 1)};
        switch (token->getType()) {
        case L::NUMBER: {
            NumberLiteral number = decodeNumber(token->getText());
            if (!number.error.empty())
                diags.report(Diag::BadNumber, span, token->getText(), number.error);
            break;
        }
        case L::BAD_STRING:
            diags.report(Diag::UnterminatedText, span);
            break;
        case L::BAD: {
            auto c = static_cast<unsigned char>(sources.text(span).empty() ? 0 : sources.text(span)[0]);
            char hex[32];
            snprintf(hex, sizeof hex, c > 0x20 && c < 0x7f ? "`%c`" : "byte 0x%02x", c);
            diags.report(Diag::BadCharacter, span, hex);
            break;
        }
        case L::LBRACE: case L::LPAREN: case L::LBRACK:
            if (++depth > kMaxNesting) {
                diags.report(Diag::TooDeep, span);
                return false;
            }
            break;
        case L::RBRACE: case L::RPAREN: case L::RBRACK:
            depth -= depth > 0;
            break;
        case L::ELSE: // an `else if` chain nests in the tree as brackets would
            if (++chain > 4 * kMaxNesting) {
                diags.report(Diag::TooDeep, span);
                return false;
            }
            break;
        default: break;
        }
    }
    return diags.errors() == before;
}

void ErrorReporter::syntaxError(antlr4::Recognizer *recognizer, antlr4::Token *offending, size_t, size_t, const std::string &,
                                std::exception_ptr) {
    if (!offending || offending->getTokenIndex() == lastToken)
        return;
    lastToken = offending->getTokenIndex();
    auto *parser = static_cast<antlr4::Parser *>(recognizer);
    const auto &vocabulary = parser->getVocabulary();
    std::vector<std::string> names;
    bool name = false;
    for (ssize_t type : parser->getExpectedTokens().toList()) {
        if (type == static_cast<ssize_t>(L::ID))
            name = true;
        else if (!(type >= static_cast<ssize_t>(L::POLICY) && type <= static_cast<ssize_t>(L::REPEAT)))
            names.push_back(describe(vocabulary, static_cast<size_t>(type)));
        else if (names.empty() || names.back() != "a declaration")
            names.push_back("a declaration");
    }
    if (name) { // every contextual keyword is a name too
        std::erase(names, "a declaration");
        names.insert(names.begin(), "a name");
    }
    std::string expected;
    if (names.empty())
        expected = "something else";
    else if (names.size() > 6)
        expected = name ? "a name or an expression" : "a declaration, or an operator and an expression";
    else
        for (size_t i = 0; i < names.size(); ++i)
            expected += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
    bool end = offending->getType() == antlr4::Token::EOF;
    auto begin = static_cast<uint32_t>(offending->getStartIndex());
    Span span{file, begin, end ? begin : static_cast<uint32_t>(offending->getStopIndex() + 1)};
    diags.report(Diag::Expected, span, expected, end ? "the end of the file" : "`" + offending->getText() + "`");
}

} // namespace scx
