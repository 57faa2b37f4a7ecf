// SPDX-License-Identifier: GPL-2.0-only
// For systemd on a kernel without CONFIG_INOTIFY_USER: files on which nothing ever happens. It misses then that a cgroup has become empty, and hears of ends by
// SIGCHLD alone.
#include <sys/eventfd.h>

int inotify_init1(int flags) { return eventfd(0, flags & (EFD_CLOEXEC | EFD_NONBLOCK)); }
int inotify_add_watch(int fd, const char *path, unsigned mask) {
    static int last;
    (void)fd, (void)path, (void)mask;
    return ++last;
}
int inotify_rm_watch(int fd, int watch) {
    (void)fd, (void)watch;
    return 0;
}
