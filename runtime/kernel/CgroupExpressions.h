// SPDX-License-Identifier: GPL-2.0-only
// Which regular expressions does the path of each cgroup match?
#pragma once

#include "kernel/Attended.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace re2 {
class RE2;
}

namespace scx {

/// Keeps a map of cgroup id → bits, one for each expression, while cgroups come and go. A cgroup that matches none has no entry.
/// inotify says at once what is new; the hierarchy is read again now and then as well, and often if inotify has no watch for all of it.
class CgroupExpressions : public Attended {
  public:
    /// The map is right when this returns. Throws std::runtime_error with one line.
    CgroupExpressions(int map, const std::vector<std::string> &expressions);
    ~CgroupExpressions() override;
    int fd() const override { return notify; }
    void update() override;

  private:
    struct Group {
        uint64_t id = 0, bits = 0;
        int watch = -1;
        unsigned seen = 0; // in which reading of the hierarchy
    };
    int map, notify;
    std::vector<std::unique_ptr<re2::RE2>> expressions;
    std::string mount;                   // of the hierarchy, without a slash at its end
    std::map<std::string, Group> groups; // by path from the root: "" for that, then "/a", "/a/b"
    std::map<int, std::string> watches;
    unsigned reading = 0;
    bool watchesAll = true, complained = false;
    std::chrono::steady_clock::time_point readAt;

    void readAll();
    void read(const std::string &path);
    void add(const std::string &path);
    void forget(const std::string &path);
    void drop(std::map<std::string, Group>::iterator group);
};

} // namespace scx
