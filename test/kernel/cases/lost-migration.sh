# SPDX-License-Identifier: GPL-2.0-only
# A task comes to a queue of CPUs 2 and 3, which it may use, while migration is disabled for it and it is on CPU 1: it runs there.
taskset -c 1 python3 "$cases/stuck.py" 2> /run/stuck.log &
stuck=$!
hog 1; a=$hog
killed="$killed $stuck"
sleep 2
taskset -pc 1,2 $stuck > /dev/null && renice -n 5 -p $stuck > /dev/null || problem "$(cat /run/stuck.log)"
measure 5 $a $stuck
set -- $got
at_least 60 $(($2 * 2)) $(($1 + $2))
