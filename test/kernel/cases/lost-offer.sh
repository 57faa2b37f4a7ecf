# SPDX-License-Identifier: GPL-2.0-only
# On every CPU a hog of a higher queue, and one below it that is pinned there too: each CPU offers itself to the lower queue five times a second, for 20 ms.
pids=
for cpu in 0 1 2 3; do hog $cpu 5; pids="$pids $hog"; hog $cpu 6; pids="$pids $hog"; done
measure 6 $pids
set -- $got
while [ $# -gt 0 ]; do
    at_least 50 $(($2 * 11)) $(($1 + $2))
    shift 2
done
