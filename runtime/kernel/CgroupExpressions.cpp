// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/CgroupExpressions.h"

#include <bpf/bpf.h>
#include <re2/re2.h>

#include <cerrno>
#include <climits>
#include <dirent.h>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace scx {
namespace {

using namespace std::chrono_literals;

/// Where the v2 hierarchy is mounted.
std::string mountOfCgroups() {
    std::ifstream mounts("/proc/self/mounts");
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream words(line);
        std::string device, place, type;
        if (words >> device >> place >> type && type == "cgroup2")
            return place;
    }
    throw std::runtime_error(
        "the policy compares cgroups with regular expressions, and no cgroup v2 hierarchy is mounted; mount one: mount -t cgroup2 none /sys/fs/cgroup");
}

} // namespace

CgroupExpressions::CgroupExpressions(int map, const std::vector<std::string> &texts)
    : map(map), notify(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)), mount(mountOfCgroups()) {
    for (const std::string &text : texts) {
        expressions.push_back(std::make_unique<RE2>(text, RE2::Quiet));
        if (!expressions.back()->ok())
            throw std::runtime_error("the regular expression \"" + text + "\" is not one here: " + expressions.back()->error() + "; compile the policy again");
    }
    readAll();
}

CgroupExpressions::~CgroupExpressions() {
    if (notify >= 0)
        close(notify);
}

void CgroupExpressions::readAll() {
    ++reading;
    watchesAll = notify >= 0;
    read("");
    for (auto group = groups.begin(); group != groups.end();) {
        auto next = std::next(group);
        if (group->second.seen != reading)
            drop(group);
        group = next;
    }
    readAt = std::chrono::steady_clock::now();
}

/// The group and all below. It is watched before its children are read, so that none can come between.
void CgroupExpressions::read(const std::string &path) {
    add(path);
    DIR *folder = opendir((mount + path).c_str());
    if (!folder)
        return; // gone meanwhile
    while (const dirent *entry = readdir(folder))
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            read(path + "/" + entry->d_name);
    closedir(folder);
}

void CgroupExpressions::add(const std::string &path) {
    int watch = notify < 0 ? -1 : inotify_add_watch(notify, (mount + path).c_str(), IN_CREATE | IN_DELETE | IN_ONLYDIR);
    struct stat status;
    if (stat((mount + path).c_str(), &status) != 0)
        return;
    auto known = groups.find(path);
    if (known != groups.end() && known->second.id != status.st_ino) { // another one of the same name
        drop(known);
        known = groups.end();
    }
    if (watch < 0)
        watchesAll = false; // fs.inotify.max_user_watches
    else
        watches[watch] = path;
    if (known == groups.end()) {
        Group group{status.st_ino, 0, watch, reading}; // the inode's number is the cgroup's id
        std::string text = path.empty() ? "/" : path;
        for (size_t i = 0; i < expressions.size(); ++i)
            if (RE2::PartialMatch(text, *expressions[i]))
                group.bits |= uint64_t(1) << i;
        if (group.bits && bpf_map_update_elem(map, &group.id, &group.bits, BPF_ANY) != 0 && !complained) {
            std::cerr << "scxrun: more cgroups match than the policy has room for; those that came last match nothing\n";
            complained = true;
        }
        known = groups.emplace(path, group).first;
    }
    known->second.seen = reading;
    known->second.watch = watch;
}

void CgroupExpressions::drop(std::map<std::string, Group>::iterator group) {
    if (group->second.bits)
        bpf_map_delete_elem(map, &group->second.id);
    if (auto watch = watches.find(group->second.watch); watch != watches.end() && watch->second == group->first)
        watches.erase(watch); // the kernel has taken its own away with the folder
    groups.erase(group);
}

/// The group and all below, unless the folder is there again.
void CgroupExpressions::forget(const std::string &path) {
    if (access((mount + path).c_str(), F_OK) == 0)
        return;
    for (auto group = groups.lower_bound(path); group != groups.end() && group->first.compare(0, path.size(), path) == 0;) {
        auto next = std::next(group);
        if (group->first.size() == path.size() || group->first[path.size()] == '/')
            drop(group);
        group = next;
    }
}

void CgroupExpressions::update() {
    alignas(inotify_event) char events[16 * (sizeof(inotify_event) + NAME_MAX + 1)];
    bool lost = false;
    for (int turn = 0; notify >= 0 && turn < 64; ++turn) {
        ssize_t bytes = ::read(notify, events, sizeof events);
        if (bytes <= 0)
            break;
        for (ssize_t at = 0; at < bytes;) {
            auto *event = reinterpret_cast<const inotify_event *>(events + at);
            at += static_cast<ssize_t>(sizeof *event) + event->len;
            lost |= (event->mask & IN_Q_OVERFLOW) != 0;
            auto folder = watches.find(event->wd);
            if (folder == watches.end() || !(event->mask & IN_ISDIR) || !event->len)
                continue;
            std::string path = folder->second + "/" + event->name;
            if (event->mask & IN_CREATE)
                read(path);
            else if (event->mask & IN_DELETE)
                forget(path);
        }
    }
    if (lost || std::chrono::steady_clock::now() - readAt > (watchesAll ? 5s : 1s))
        readAll();
}

} // namespace scx
