// SPDX-License-Identifier: GPL-2.0-only
// Which token is a word? Words, blanks and comments are most of a policy, and ANTLR's lexer works out its automaton for them anew in each process, some
// two thousand instructions a character. So these are read directly here, as grammar/ScxLexer.g4 defines them, and everything else by the generated lexer, which
// knows no words.
#pragma once

#include "grammar/ScxSymbols.h"

#include <unordered_map>

namespace scx {

class Words : public grammar::ScxSymbols {
  public:
    using ScxSymbols::ScxSymbols;
    std::unique_ptr<antlr4::Token> nextToken() override {
        skipBlanks();
        size_t first = _input->LA(1);
        if (!isWord(first) || isDigit(first))
            return ScxSymbols::nextToken();
        tokenStartCharIndex = _input->index();
        tokenStartLine = getLine();
        tokenStartCharPositionInLine = getCharPositionInLine();
        std::string text;
        for (size_t c = first; isWord(c); c = _input->LA(1)) {
            text += static_cast<char>(c);
            step();
        }
        auto keyword = keywords().find(text);
        type = keyword == keywords().end() ? static_cast<size_t>(ID) : keyword->second;
        channel = antlr4::Token::DEFAULT_CHANNEL;
        _text.clear();
        emit();
        return std::move(token);
    }

  private:
    static bool isDigit(size_t c) { return c >= '0' && c <= '9'; }
    static bool isWord(size_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || isDigit(c); }

    void step() { getInterpreter<antlr4::atn::LexerATNSimulator>()->consume(_input); } // counts lines too

    void skipBlanks() {
        for (;;) {
            size_t c = _input->LA(1);
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
                step();
            else if (c == '/' && _input->LA(2) == '/' && _input->LA(3) != '/') // not a doc comment
                while ((c = _input->LA(1)) != '\n' && c != '\r' && c != antlr4::IntStream::EOF)
                    step();
            else if (size_t length = c == '/' && _input->LA(2) == '*' ? blockLength() : 0)
                while (length--)
                    step();
            else
                return;
        }
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

    /// All literals of the grammar that are words.
    const std::unordered_map<std::string, size_t> &keywords() {
        static const std::unordered_map<std::string, size_t> table = [this] {
            std::unordered_map<std::string, size_t> words;
            const antlr4::dfa::Vocabulary &names = getVocabulary();
            for (size_t type = 1; type <= names.getMaxTokenType(); ++type)
                if (std::string literal = names.getLiteralName(type); literal.size() > 2 && isWord(static_cast<unsigned char>(literal[1])))
                    words[literal.substr(1, literal.size() - 2)] = type;
            return words;
        }();
        return table;
    }
};

} // namespace scx
