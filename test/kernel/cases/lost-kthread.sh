# SPDX-License-Identifier: GPL-2.0-only
# Beside a hog of a higher queue, the kernel threads of that CPU do their work at once: the kernel waits for them in the middle of its own. Here it gathers
# figures of virtual memory, for which a worker of each CPU has to run.
hog 1 -5
began=$(now)
timeout -s KILL 15 sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do cat /proc/sys/vm/stat_refresh || exit; done' || problem "the kernel's workers did not run"
figure "$(($(now) - began))0 ms for ten rounds"
