// SPDX-License-Identifier: GPL-2.0-only
#include "sim/workload/Json.h"

#include "object/Object.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace scx::sim {

std::string Source::place(Position at, const std::string &message) const {
    return name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + message;
}

void Source::fail(Position at, const std::string &message) const { throw std::runtime_error(place(at, message)); }

const char *Json::kindName() const {
    static const char *const names[] = {"nothing", "null", "true or false", "an integer", "a number with a fraction", "a string", "an array", "an object"};
    return names[kind];
}

namespace {

constexpr int kDeepest = 64; // objects and arrays inside each other

class Reader {
  public:
    Reader(std::string_view text, const Source &source) : text(text), source(source) {}

    Json file() {
        skip();
        Json value = read(0);
        skip();
        if (at < text.size())
            fail("the file goes on behind its value; put everything into one object");
        return value;
    }

  private:
    std::string_view text;
    const Source &source;
    size_t at = 0;
    Position place;

    [[noreturn]] void fail(const std::string &message) const { source.fail(place, message); }
    bool begins(std::string_view what) const { return text.substr(at, what.size()) == what; }
    char peek() const { return at < text.size() ? text[at] : '\0'; }

    void advance(size_t count = 1) {
        for (; count && at < text.size(); --count, ++at) {
            if (text[at] == '\n')
                place = {place.line + 1, 1};
            else
                ++place.column;
        }
    }

    void skip() {
        for (;;) {
            if (at < text.size() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r'))
                advance();
            else if (begins("//"))
                advance(std::min(text.find('\n', at), text.size()) - at);
            else if (begins("/*")) {
                size_t end = text.find("*/", at + 2);
                if (end == std::string_view::npos)
                    fail("a comment is never closed; end it with `*/`");
                advance(end + 2 - at);
            } else
                return;
        }
    }

    Json read(int depth) {
        if (depth > kDeepest)
            fail("objects are nested more than " + std::to_string(kDeepest) + " deep; no workload needs that");
        Json value;
        value.at = place;
        char c = peek();
        if (c == '{')
            list(value, Json::Object, '}', depth);
        else if (c == '[')
            list(value, Json::Array, ']', depth);
        else if (c == '"' || c == '\'') {
            value.kind = Json::String;
            value.text = string();
        } else if (c == '-' || (c >= '0' && c <= '9'))
            number(value);
        else
            word(value);
        return value;
    }

    void list(Json &value, Json::Kind kind, char end, int depth) {
        value.kind = kind;
        advance();
        auto checkEnd = [&] {
            if (at == text.size())
                source.fail(value.at, std::string("`") + (kind == Json::Object ? "{" : "[") + "` is never closed; add the `" + end + "`");
        };
        for (skip(); peek() != end; skip()) {
            checkEnd();
            JsonMember member;
            member.at = place;
            if (kind == Json::Object) {
                if (peek() != '"' && peek() != '\'')
                    fail("a name in quotes is expected here; write \"name\": value");
                member.name = string();
                skip();
            }
            if (kind == Json::Object && peek() != ':') {
                if (peek() != ',' && peek() != end)
                    fail("`:` is expected behind a name; write \"name\": value");
                member.value.at = member.at;
            } else {
                if (kind == Json::Object)
                    advance();
                skip();
                member.value = read(depth + 1);
                skip();
            }
            value.members.push_back(std::move(member));
            checkEnd();
            if (peek() == ',')
                advance();
            else if (peek() != end)
                fail(std::string("`,` or `") + end + "` is expected here; is a comma missing?");
        }
        advance();
    }

    std::string string() {
        const Position begin = place;
        const char quote = peek();
        std::string out;
        for (advance(); peek() != quote;) {
            if (at == text.size() || peek() == '\n')
                source.fail(begin, "a string is never closed; end it in its line");
            if (peek() != '\\') {
                out += peek();
                advance();
                continue;
            }
            advance();
            static constexpr std::string_view escapes = "\"\\/bfnrt'", meanings = "\"\\/\b\f\n\r\t'";
            if (size_t which = escapes.find(peek()); which != std::string_view::npos && at < text.size()) {
                out += meanings[which];
                advance();
            } else if (peek() == 'u')
                out += codePoint();
            else
                fail("no such escape in a string; JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
        }
        advance();
        return out;
    }

    /// \uXXXX as UTF-8, of the basic plane.
    std::string codePoint() {
        unsigned code = 0;
        const char *first = text.data() + at + 1, *last = text.data() + std::min(at + 5, text.size());
        if (auto [end, error] = std::from_chars(first, last, code, 16); error != std::errc() || end != first + 4 || (code >= 0xd800 && code < 0xe000))
            fail("four hexadecimal digits are expected behind \\u; write other characters as they are");
        advance(5);
        if (code < 0x80)
            return {static_cast<char>(code)};
        if (code < 0x800)
            return {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 0x3f))};
        return {static_cast<char>(0xe0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3f)), static_cast<char>(0x80 | (code & 0x3f))};
    }

    void number(Json &value) {
        size_t end = std::min(text.find_first_not_of("+-.0123456789eE", at), text.size());
        value.text = text.substr(at, end - at);
        const char *last = value.text.data() + value.text.size();
        if (auto [stop, error] = std::from_chars(value.text.data(), last, value.integer); stop == last && error == std::errc())
            value.kind = Json::Integer;
        else if (stop == last)
            fail("`" + value.text + "` is too large a number; at most 64 bits");
        else if (double real = 0; std::from_chars(value.text.data(), last, real).ptr == last)
            value.kind = Json::Real;
        else
            fail("`" + value.text + "` is no number");
        advance(value.text.size());
    }

    void word(Json &value) {
        size_t end = at;
        while (end < text.size() && ((text[end] | 0x20) >= 'a' && (text[end] | 0x20) <= 'z'))
            ++end;
        std::string name(text.substr(at, end - at));
        std::transform(name.begin(), name.end(), name.begin(), [](char c) { return static_cast<char>(c | 0x20); }); // json-c reads True as well
        if (name == "true" || name == "false") {
            value.kind = Json::Boolean;
            value.boolean = name == "true";
        } else if (name == "null")
            value.kind = Json::Null;
        else
            fail(at == text.size() ? "the file ends where a value is expected" : "a value is expected here; write a number, true, false, \"text\", [ or {");
        advance(name.size());
    }
};

} // namespace

Json readJson(std::string_view text, const Source &source) { return Reader(text, source).file(); }

namespace {

[[noreturn]] void wrongKind(const Json &value, const Source &source, std::string_view name, const char *expected) {
    source.fail(value.at, "`" + std::string(name) + "` is " + value.kindName() + "; write " + expected);
}

} // namespace

Fields::Fields(const Json &object, const Source &source, std::string what)
    : object(object), source(source), what(std::move(what)), taken(object.members.size()) {
    if (object.kind != Json::Object)
        source.fail(object.at, this->what + " is " + object.kindName() + "; write an object {…}");
}

const JsonMember *Fields::take(std::string_view name) {
    asked.emplace_back(name);
    const JsonMember *found = nullptr;
    for (size_t i = 0; i < object.members.size(); ++i)
        if (object.members[i].name == name) {
            if (found)
                source.fail(object.members[i].at, "`" + std::string(name) + "` is set twice, first in line " + std::to_string(found->at.line) + "; remove one");
            found = &object.members[i];
            taken[i] = true;
        }
    return found;
}

const JsonMember *Fields::take(std::string_view name, Json::Kind kind) {
    const JsonMember *found = take(name);
    if (found && found->value.kind != kind) {
        Json expected;
        expected.kind = kind;
        wrongKind(found->value, source, name, expected.kindName());
    }
    return found;
}

int64_t Fields::integer(std::string_view name, int64_t otherwise, int64_t least, int64_t most) {
    const JsonMember *found = take(name);
    return found ? integerOf(found->value, source, name, least, most) : otherwise;
}

bool Fields::boolean(std::string_view name, bool otherwise) {
    const JsonMember *found = take(name, Json::Boolean);
    return found ? found->value.boolean : otherwise;
}

std::string Fields::string(std::string_view name, std::string otherwise) {
    const JsonMember *found = take(name, Json::String);
    return found ? found->value.text : std::move(otherwise);
}

void Fields::finish(const std::vector<std::string> &known) {
    asked.insert(asked.end(), known.begin(), known.end());
    for (size_t i = 0; i < object.members.size(); ++i)
        if (!taken[i]) {
            std::string near = nearestName(object.members[i].name, asked);
            source.fail(object.members[i].at,
                        "`" + object.members[i].name + "` means nothing in " + what + "; " + (near.empty() ? "remove it" : "did you mean `" + near + "`?"));
        }
}

int64_t integerOf(const Json &value, const Source &source, std::string_view name, int64_t least, int64_t most) {
    if (value.kind != Json::Integer)
        wrongKind(value, source, name, "an integer");
    if (value.integer < least || value.integer > most)
        source.fail(value.at, "`" + std::string(name) + "` is " + std::to_string(value.integer) + "; it lies between " + std::to_string(least) + " and " +
                                  std::to_string(most));
    return value.integer;
}

std::vector<int> cpusOf(const Json &value, const Source &source, int cpus) {
    if (value.kind != Json::Array || value.members.empty())
        source.fail(value.at,
                    std::string("CPUs are ") + (value.kind == Json::Array ? "an empty array" : value.kindName()) + "; write their numbers, like [0, 2]");
    std::vector<int> numbers;
    for (const JsonMember &cpu : value.members) {
        if (cpu.value.kind == Json::Integer && cpu.value.integer >= cpus)
            source.fail(cpu.value.at, "CPU " + std::to_string(cpu.value.integer) + " is not in a machine of " + std::to_string(cpus) +
                                          (cpus == 1 ? " CPU" : " CPUs") + "; take a larger --machine or another CPU");
        numbers.push_back(static_cast<int>(integerOf(cpu.value, source, "cpus", 0, cpus - 1)));
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
}

} // namespace scx::sim
