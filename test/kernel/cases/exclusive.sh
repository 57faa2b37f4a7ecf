# SPDX-License-Identifier: GPL-2.0-only
# CPUs 0 and 1 are threads of a core, 2 and 3 of another. Beside the task that is to be alone on 0, the one on 1 has its turns, 10 ms every 50 ms, and
# nothing else; when it is gone, all it wants. Who else wakes there by chance would give it some three turns a second.
[ "$(cat /sys/devices/system/cpu/cpu0/topology/thread_siblings_list)" = 0-1 ] || problem "CPUs 0 and 1 are no threads of one core"
hog 0 5; alone=$hog
hog 1 6; beside=$hog
hog 2 6; elsewhere=$hog
measure 6 $alone $beside $elsewhere
set -- $got
at_least 85 $1 $3
at_least 8 $2 $3
[ $(($2 * 100)) -le $(($3 * 40)) ] || problem "a sibling had $(percent $2 $3) % of a CPU"
kill -KILL $alone
measure 3 $beside $elsewhere
set -- $got
at_least 85 $1 $2
