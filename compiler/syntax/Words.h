// SPDX-License-Identifier: GPL-2.0-only
// Which token is a literal of the grammar, a name, a number or a doc comment? These, blanks and comments are most of a policy, and ANTLR's lexer works out its
// automaton for them anew in each process, some two thousand instructions a character. So they are read directly here, as grammar/ScxLexer.g4 defines them, and
// everything else by the generated lexer, which knows none of the literals and names.
#pragma once

#include "grammar/ScxRest.h"

#include <unordered_map>

namespace scx {

class Words : public grammar::ScxRest {
  public:
    using ScxRest::ScxRest;
    std::unique_ptr<antlr4::Token> nextToken() override {
        skipBlanks();
        size_t length = wordLength(), kind = ID;
        if (!length) {
            length = numberLength();
            kind = NUMBER;
        }
        if (!length) {
            length = docLength();
            kind = DOC;
        }
        if (!length)
            length = symbolLength();
        if (!length)
            return ScxRest::nextToken();
        tokenStartCharIndex = _input->index();
        tokenStartLine = getLine();
        tokenStartCharPositionInLine = getCharPositionInLine();
        auto literal = literals().find(characters(length));
        type = literal == literals().end() ? kind : literal->second;
        step(length);
        channel = type == DOC ? static_cast<size_t>(DOCS) : antlr4::Token::DEFAULT_CHANNEL;
        _text.clear();
        emit();
        return std::move(token);
    }

  private:
    static bool isDigit(size_t c) { return c >= '0' && c <= '9'; }
    static bool inLine(size_t c) { return c != '\n' && c != '\r' && c != antlr4::IntStream::EOF; }
    static bool isWord(size_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || isDigit(c); }

    void step(size_t count) {
        auto *position = getInterpreter<antlr4::atn::LexerATNSimulator>();
        while (count--)
            position->consume(_input); // counts lines too
    }

    void skipBlanks() {
        auto isBlank = [](size_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
        for (;;) {
            size_t c = _input->LA(1);
            if (isBlank(c))
                step(lengthOf(isBlank));
            else if (c == '/' && _input->LA(2) == '/' && _input->LA(3) != '/') // not a doc comment
                step(lengthOf(inLine));
            else if (size_t length = c == '/' && _input->LA(2) == '*' ? blockLength() : 0)
                step(length);
            else
                return;
        }
    }

    size_t at(size_t offset) { return _input->LA(static_cast<ssize_t>(offset) + 1); }

    /// How many characters there are so from an offset on.
    template <typename Is> size_t lengthOf(Is is, size_t from = 0) {
        size_t length = 0;
        while (is(at(from + length)))
            ++length;
        return length;
    }

    // Of what begins here, 0 if nothing does.
    size_t wordLength() { return isDigit(at(0)) ? 0 : lengthOf(isWord); }

    size_t numberLength() {
        if (!isDigit(at(0)))
            return 0;
        size_t length = lengthOf([](size_t c) { return isDigit(c) || c == '_'; });
        if (at(length) == '.' && isDigit(at(length + 1)))
            length += 1 + lengthOf(isDigit, length + 1);
        if (at(length) == '%')
            return length + 1;
        return at(length) == '_' ? length : length + lengthOf(isWord, length); // the unit
    }

    size_t docLength() { return at(0) == '/' && at(1) == '/' && at(2) == '/' ? lengthOf(inLine) : 0; }

    /// The longest literal that is no word, if it is not the beginning of a comment.
    size_t symbolLength() {
        if (at(0) == '/' && (at(1) == '/' || at(1) == '*'))
            return 0;
        for (size_t length : {2, 1})
            if (literals().contains(characters(length)))
                return length;
        return 0;
    }

    std::string characters(size_t count) {
        std::string text;
        for (size_t i = 1; i <= count; ++i)
            text += static_cast<char>(_input->LA(static_cast<ssize_t>(i)));
        return text;
    }

    /// The characters of the block comment that begins here; 0: it is open, which is a token for errors.
    size_t blockLength() {
        for (ssize_t at = 3;; ++at) {
            size_t c = _input->LA(at);
            if (c == antlr4::IntStream::EOF)
                return 0;
            if (c == '*' && _input->LA(at + 1) == '/')
                return static_cast<size_t>(at) + 1;
        }
    }

    /// All literals of the grammar; those that are no words have one character or two.
    const std::unordered_map<std::string, size_t> &literals() {
        static const std::unordered_map<std::string, size_t> table = [this] {
            std::unordered_map<std::string, size_t> found;
            const antlr4::dfa::Vocabulary &names = getVocabulary();
            for (size_t type = 1; type <= names.getMaxTokenType(); ++type)
                if (std::string literal = names.getLiteralName(type); literal.size() > 2)
                    found[literal.substr(1, literal.size() - 2)] = type;
            return found;
        }();
        return table;
    }
};

} // namespace scx
