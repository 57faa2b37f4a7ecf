# SPDX-License-Identifier: GPL-2.0-only
# The last to come is the first to go, so that a few of many tasks would have the CPUs for ever: who has waited for as long as the limit comes next.
process_orders all
pids=
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do hog 0-3; pids="$pids $hog"; done
measure 7 $pids
for each in $got; do [ $each -gt 0 ] || problem "one never ran, although nobody waits for more than a second"; done
