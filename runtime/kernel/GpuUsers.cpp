// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/GpuUsers.h"

#include <bpf/bpf.h>

#include <climits>
#include <cstdlib>
#include <dirent.h>
#include <string>
#include <string_view>
#include <unistd.h>

namespace scx {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kDevices[] = {"/dev/nvidia", "/dev/dri/", "/dev/kfd", "/dev/mali"};

bool uses(uint64_t pid) {
    DIR *folder = opendir(("/proc/" + std::to_string(pid) + "/fd").c_str());
    if (!folder)
        return false; // it is gone
    bool found = false;
    while (const dirent *entry = readdir(folder)) {
        char target[PATH_MAX];
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target);
        std::string_view path(target, length > 0 ? static_cast<size_t>(length) : 0);
        for (std::string_view device : kDevices)
            found |= path.starts_with(device);
        if (found)
            break;
    }
    closedir(folder);
    return found;
}

} // namespace

GpuUsers::GpuUsers(int map) : map(map) {
    begin();
    look(1h);
}

void GpuUsers::begin() {
    begun = std::chrono::steady_clock::now();
    if (DIR *folder = opendir("/proc")) {
        while (const dirent *entry = readdir(folder))
            if (uint64_t pid = strtoull(entry->d_name, nullptr, 10))
                left.push_back(pid);
        closedir(folder);
    }
}

/// Goes on with the pass for at most that long; true: it is at its end.
bool GpuUsers::look(std::chrono::steady_clock::duration most) {
    auto end = std::chrono::steady_clock::now() + most;
    while (!left.empty()) {
        uint64_t pid = left.back(), yes = 1;
        left.pop_back();
        if (uses(pid)) {
            seen.insert(pid);
            if (users.insert(pid).second)
                bpf_map_update_elem(map, &pid, &yes, BPF_ANY);
        }
        if (std::chrono::steady_clock::now() >= end)
            return left.empty();
    }
    return true;
}

void GpuUsers::update() {
    auto now = std::chrono::steady_clock::now();
    if (left.empty()) {
        if (now - begun < 1s)
            return;
        seen.clear();
        begin();
    }
    if (!look(2ms))
        return;
    for (auto user = users.begin(); user != users.end();)
        if (seen.contains(*user))
            ++user;
        else {
            bpf_map_delete_elem(map, &*user);
            user = users.erase(user);
        }
}

} // namespace scx
