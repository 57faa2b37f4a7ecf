// SPDX-License-Identifier: GPL-2.0-only
#include "user/Plugin.h"

#include "user/Messages.h"

#include <dlfcn.h>
#include <stdexcept>

namespace scx::user {

UserPolicy &loadPlugin(const std::string &path, const char *queue) {
    // Without a slash the loader would look among the system's libraries.
    void *library = dlopen((path.find('/') == std::string::npos ? "./" + path : path).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        throw std::runtime_error("cannot load `" + path + "` (" + (why ? why : "unknown") + "); name a shared object that is built against libscx.h");
    }
    auto interface = reinterpret_cast<unsigned (*)()>(dlsym(library, "scx_user_interface"));
    auto make = reinterpret_cast<UserPolicy *(*)(const UserQueue &)>(dlsym(library, "scx_user_policy"));
    if (!interface || !make)
        throw std::runtime_error("`" + path + "` defines no `" + (make ? "scx_user_interface" : "scx_user_policy") + "`; see libscx.h");
    if (interface() != kUserInterface)
        throw std::runtime_error("`" + path + "` was built against another libscx.h (" + std::to_string(interface()) + " instead of " +
                                 std::to_string(kUserInterface) + "); build it again");
    UserPolicy *policy = make({kUserInterface, queue, kMostTasks});
    if (!policy)
        throw std::runtime_error("`" + path + "` makes no policy for the queue `" + queue + "`; use it with a policy that it knows");
    return *policy;
}

} // namespace scx::user
