# SPDX-License-Identifier: GPL-2.0-only
# The last to come is the first to go, so that two of many tasks would have the CPU for ever: who has waited for as long as the limit comes next.
process_orders all
pids=
for i in 1 2 3 4 5 6; do hog 1; pids="$pids $hog"; done
measure 8 $pids
for each in $got; do [ $each -gt 0 ] || problem "one never ran, although nobody waits for more than a second"; done
