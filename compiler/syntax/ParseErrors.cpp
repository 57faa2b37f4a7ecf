// SPDX-License-Identifier: GPL-2.0-only
#include "syntax/ParseErrors.h"
#include "syntax/Literals.h"

#include <utility>

namespace scx {
namespace {

using L = grammar::ScxRest;
constexpr int kMaxNesting = 256;
constexpr int kMaxOperators = 1000;
constexpr size_t kMaxName = 100; // the kernel refuses symbols of 512 bytes, and some of ours are made of several names

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

/// What may come next, as a person would say it: a statement, an expression, the closing token and `an operator`, or the few tokens.
std::string expectation(const antlr4::misc::IntervalSet &set, const antlr4::dfa::Vocabulary &vocabulary) {
    auto has = [&](size_t type) { return set.contains(static_cast<ssize_t>(type)); };
    std::vector<std::string> names;
    if (has(L::RETURN))
        names = {"a statement"};
    else if (has(L::ID) && has(L::NUMBER) && has(L::NOT))
        names = {has(L::ELSE) ? "a rule" : has(L::STRING) ? "an argument" : "an expression"};
    else if (has(L::ID) && has(L::NUMBER))
        names = {"a value"};
    else if (has(L::ID))
        names = {"a name"};
    else if (has(L::DISCIPLINE) && has(L::POLICY))
        names = {"a declaration"};
    bool operators = has(L::PLUS) && has(L::STAR);
    for (size_t type : {L::SEMI, L::COMMA, L::COLON, L::ARROW, L::ASSIGN, L::LBRACE, L::RPAREN, L::RBRACK, L::RBRACE, L::DOTDOT})
        if (has(type) && !(operators && type == L::DOTDOT))
            names.push_back(describe(vocabulary, type));
    if (operators)
        names.push_back("an operator");
    if (names.empty())
        for (ssize_t type : set.toList())
            names.push_back(describe(vocabulary, static_cast<size_t>(type)));
    std::string text;
    for (size_t i = 0; i < names.size() && i < 6; ++i)
        text += (i == 0 ? "" : i + 1 == std::min<size_t>(names.size(), 6) ? " or " : ", ") + names[i];
    return text.empty() ? "something else" : text;
}

/// What other languages write, as two characters of which the second is in the way, or as a word before it; and what stands here instead.
struct Elsewhere {
    std::string_view written, here;
};
constexpr Elsewhere kElsewhere[] = {
    {"&&", "`and`"}, {"||", "`or`"}, {"++", "`+= 1`"}, {"*=", "`=` and the whole expression"}, {"/=", "`=` and the whole expression"}};
constexpr Elsewhere kElsewhereWords[] = {{"while", "`repeat N` or `for`"}, {"switch", "`if … else if`"}, {"elif", "`else if`"}};

class ResyncStrategy : public antlr4::DefaultErrorStrategy {
  public:
    /// At top level: skips to the next declaration. Elsewhere nothing is guessed.
    void sync(antlr4::Parser *recognizer) override {
        if (recognizer->getContext()->getRuleIndex() != grammar::ScxParser::RuleFile)
            return;
        auto *input = recognizer->getInputStream();
        auto expected = recognizer->getExpectedTokens();
        while (!expected.contains(static_cast<ssize_t>(input->LA(1)))) { // the end of the file is expected
            reportError(recognizer, antlr4::InputMismatchException(recognizer));
            skip(recognizer);
            if (input->LA(1) == L::RBRACE)
                recognizer->consume();
        }
    }
    antlr4::Token *recoverInline(antlr4::Parser *recognizer) override { throw antlr4::InputMismatchException(recognizer); }
    void recover(antlr4::Parser *recognizer, std::exception_ptr error) override {
        // Only what ends in `;` or `}` is a place to go on from; a part of it, like a name, gives up with the whole.
        using P = grammar::ScxParser;
        switch (recognizer->getContext()->getRuleIndex()) {
        case P::RuleFile:
        case P::RuleItem:
        case P::RuleField:
        case P::RuleMember:
        case P::RuleOption:
        case P::RuleMatchRule:
        case P::RuleCandidate:
        case P::RuleEntry:
        case P::RuleShareEntry:
        case P::RuleStmt: break;
        default: std::rethrow_exception(error);
        }
        auto *input = recognizer->getInputStream();
        if (input->index() == lastIndex) // no progress since the last recovery: step over the token
            recognizer->consume();
        lastIndex = input->index();
        skip(recognizer);
    }

  private:
    /// To behind the next `;` or block, or before the `}` that closes what stands around.
    static void skip(antlr4::Parser *recognizer) {
        auto *input = recognizer->getInputStream();
        for (int depth = 0;;) { // a block that opens inside the broken construct goes with it
            size_t type = input->LA(1);
            if (type == antlr4::Token::EOF || (type == L::RBRACE && depth == 0))
                return;
            recognizer->consume();
            depth += type == L::LBRACE;
            if (type == L::RBRACE && --depth == 0)
                return;
            if (type == L::SEMI && depth == 0)
                return;
        }
    }
    size_t lastIndex = SIZE_MAX;
};

} // namespace

/// Texts are compared with names the kernel gives: control characters and broken UTF-8 in them are slips.
static void checkText(Span at, const SourceManager &sources, Diagnostics &diags) {
    std::string_view text = sources.text(at);
    for (uint32_t i = 0; i < text.size();) {
        auto c = static_cast<unsigned char>(text[i]);
        uint32_t length = c < 0x80 ? 1 : c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 0;
        bool good = length && c < 0xf5 && c >= 0x20 && c != 0x7f && i + length <= text.size();
        for (uint32_t k = 1; good && k < length; ++k)
            good = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
        if (!good) {
            char hex[32];
            snprintf(hex, sizeof hex, "byte 0x%02x", c);
            diags.report(Diag::BadCharacter, {at.file, at.begin + i, at.begin + i + 1}, hex);
            return;
        }
        i += length;
    }
}

std::shared_ptr<antlr4::ANTLRErrorStrategy> makeErrorStrategy() { return std::make_shared<ResyncStrategy>(); }

bool checkTokens(antlr4::CommonTokenStream &tokens, FileId file, const SourceManager &sources, Diagnostics &diags) {
    int depth = 0, operators = 0;
    bool pattern = false;                        // the token before was a `|`
    size_t before = diags.errors(), badLine = 0; // the last line with a character that is none
    for (antlr4::Token *token : tokens.getTokens()) {
        Span span{file, static_cast<uint32_t>(token->getStartIndex()), static_cast<uint32_t>(token->getStopIndex() + 1)};
        size_t type = token->getType();
        if (type == antlr4::Token::EOF || token->getChannel() != antlr4::Token::DEFAULT_CHANNEL)
            continue;
        // Each level of an expression's tree costs an operator or a bracket: bounding them bounds every later recursion.
        // A row of texts (`is "a" | "b" | …`) is flat.
        operators = type == L::SEMI || type == L::LBRACE || type == L::RBRACE
                        ? 0
                        : operators + (type <= L::VAR || (type >= L::DOTDOT && type <= L::AMP && type != L::COMMA));
        operators -= pattern && type == L::STRING;
        pattern = type == L::PIPE;
        if (operators > kMaxOperators) {
            diags.report(Diag::TooDeep, span, "more than 1000 operators in one expression");
            return false;
        }
        switch (type) {
        case L::NUMBER: {
            NumberLiteral number = decodeNumber(token->getText());
            if (!number.error.empty())
                diags.report(Diag::BadNumber, span, token->getText(), number.error);
            break;
        }
        case L::ID: // those with `__` were made of names that were short enough
            if (std::string_view name = sources.text(span); name.size() > kMaxName && name.find("__") == std::string_view::npos)
                diags.report(Diag::TooMany, span, "characters in a name", std::to_string(kMaxName));
            break;
        case L::STRING: checkText(span, sources, diags); break;
        case L::BAD_BLOCK: diags.report(Diag::UnterminatedComment, {file, span.begin, span.begin + 2}); break;
        case L::BAD_STRING: diags.report(Diag::UnterminatedText, span); break;
        case L::BAD: {
            if (std::exchange(badLine, token->getLine()) == token->getLine()) // of a file that is no policy at all, one a line will do
                break;
            auto c = static_cast<unsigned char>(sources.text(span).empty() ? 0 : sources.text(span)[0]);
            if (c == '!' || c == '?') { // other languages have them
                diags.report(Diag::Expected, span, c == '!' ? "`not`" : "a function with `if` and `else`", c == '!' ? "`!`" : "`?`");
                break;
            }
            char hex[32];
            snprintf(hex, sizeof hex, c > 0x20 && c < 0x7f ? "`%c`" : "byte 0x%02x", c);
            diags.report(Diag::BadCharacter, span, hex);
            break;
        }
        case L::LBRACE:
        case L::LPAREN:
        case L::LBRACK:
            if (++depth > kMaxNesting) {
                diags.report(Diag::TooDeep, span, "brackets deeper than 256");
                return false;
            }
            break;
        case L::RBRACE:
        case L::RPAREN:
        case L::RBRACK: depth -= depth > 0; break;
        default: break;
        }
    }
    return diags.errors() == before;
}

void ErrorReporter::syntaxError(antlr4::Recognizer *recognizer, antlr4::Token *offending, size_t, size_t, const std::string &, std::exception_ptr) {
    if (!offending || offending->getTokenIndex() == lastToken)
        return;
    lastToken = offending->getTokenIndex();
    auto *parser = static_cast<antlr4::Parser *>(recognizer);
    const auto &vocabulary = parser->getVocabulary();
    auto set = parser->getExpectedTokens();
    std::string expected = expectation(set, vocabulary);
    bool end = offending->getType() == antlr4::Token::EOF;
    auto begin = static_cast<uint32_t>(offending->getStartIndex());
    Span span{file, begin, end ? begin : static_cast<uint32_t>(offending->getStopIndex() + 1)};
    if (antlr4::Token *before = parser->getTokenStream()->LT(-1); before && !end) {
        auto from = static_cast<uint32_t>(before->getStartIndex()), to = static_cast<uint32_t>(before->getStopIndex() + 1);
        std::string word = before->getText(), both = word + offending->getText();
        for (const Elsewhere &row : kElsewhere)
            if (to == begin && both == row.written)
                return void(diags.report(Diag::Expected, {file, from, span.end}, std::string(row.here), "`" + both + "`"));
        for (const Elsewhere &row : kElsewhereWords)
            if (word == row.written)
                return void(diags.report(Diag::Expected, {file, from, to}, std::string(row.here), "`" + word + "`"));
        if (offending->getType() == L::STRING && (before->getType() == L::EQ || before->getType() == L::NE))
            return void(diags.report(Diag::Expected, {file, from, to}, before->getType() == L::EQ ? "`is` before a text" : "`not (… is …)` around a text",
                                     "`" + word + "`"));
    }
    if (offending->getType() == L::ASSIGN && (set.contains(static_cast<ssize_t>(L::ARROW)) || set.contains(static_cast<ssize_t>(L::LBRACE))))
        expected = "`==`, or `is` before a text";
    if (offending->getType() == L::PER && set.contains(static_cast<ssize_t>(L::LBRACE)))
        expected = "`per` only once, before `on`";
    // What is missing at the end of a line is reported there, not at the start of the next.
    if (antlr4::Token *before = parser->getTokenStream()->LT(-1);
        before && set.contains(static_cast<ssize_t>(L::SEMI)) && before->getLine() < offending->getLine()) {
        Span last{file, static_cast<uint32_t>(before->getStartIndex()), static_cast<uint32_t>(before->getStopIndex() + 1)};
        diags.report(Diag::ExpectedAfter, last, "`;`", before->getText()).suggest(before->getText() + ";");
        return;
    }
    Diagnostic &made = diags.report(Diag::Expected, span, expected, end ? "the end of the file" : "`" + offending->getText() + "`");
    if (set.contains(static_cast<ssize_t>(L::DISCIPLINE)) && offending->getType() == L::ID) {
        std::vector<std::string> words;
        for (size_t type = L::POLICY; type <= L::REPEAT; ++type)
            if (set.contains(static_cast<ssize_t>(type)))
                words.push_back(std::string(vocabulary.getLiteralName(type)).substr(1));
        for (std::string &word : words)
            word.pop_back();
        if (std::string near = nearest(offending->getText(), words); !near.empty())
            made.suggest(near);
    }
}

} // namespace scx
