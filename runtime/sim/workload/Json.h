// SPDX-License-Identifier: GPL-2.0-only
// What does a JSON file say, in its own order, and where? For files that people write: workloads and machines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scx::sim {

struct Position {
    uint32_t line = 1, column = 1; // from 1; a column is a byte
};

/// A file that is being read: all errors in it are thrown from here.
struct Source {
    std::string name;
    /// Throws std::runtime_error: `NAME:LINE:COLUMN: message`.
    [[noreturn]] void fail(Position at, const std::string &message) const;
    /// The same as text, for what is told and not thrown.
    std::string place(Position at, const std::string &message) const;
};

struct JsonMember;

struct Json {
    enum Kind : uint8_t { Missing, Null, Boolean, Integer, Real, String, Array, Object } kind = Missing;
    Position at;
    bool boolean = false;
    int64_t integer = 0;
    std::string text;                // of a String; of a Real, as it is written
    std::vector<JsonMember> members; // of an Object in the order of the file, each name as often as it stands there; of an Array without names

    const char *kindName() const; // `a number`
};

struct JsonMember {
    std::string name;
    Position at;
    Json value;
};

/// Reads what rt-app's reader (json-c) takes: JSON with comments (/* */, //), with commas behind the last element, with '…' strings. Beyond it, what workgen takes: a name
/// several times, and a name without a value (Missing). Throws with the position of the first mistake.
Json readJson(std::string_view text, const Source &source);

/// The settings of an object, taken one by one, so that what nobody took can be refused.
class Fields {
  public:
    /// `what` is told in errors: `a task`. Fails if `object` is none.
    Fields(const Json &object, const Source &source, std::string what);

    /// Null if it isn't there. Fails if it stands there twice.
    const JsonMember *take(std::string_view name);
    /// Null if it isn't there; fails if its value is of another kind.
    const JsonMember *take(std::string_view name, Json::Kind kind);
    int64_t integer(std::string_view name, int64_t otherwise, int64_t least, int64_t most);
    bool boolean(std::string_view name, bool otherwise);
    std::string string(std::string_view name, std::string otherwise);
    /// Marks all members of which `test` says so as taken.
    template <typename Test> void allow(Test test) {
        for (size_t i = 0; i < object.members.size(); ++i)
            taken[i] = taken[i] || test(object.members[i].name);
    }
    /// Fails at the first member that nobody took, with the nearest of those that were asked for or `allow`ed by name.
    void finish(const std::vector<std::string> &known = {});

  private:
    const Json &object;
    const Source &source;
    std::string what;
    std::vector<bool> taken;
    std::vector<std::string> asked;
};

/// An integer between the bounds; fails at its position otherwise. `name` is told.
int64_t integerOf(const Json &value, const Source &source, std::string_view name, int64_t least, int64_t most);
/// An array of CPU numbers below `cpus`, sorted, each once.
std::vector<int> cpusOf(const Json &value, const Source &source, int cpus);

} // namespace scx::sim
