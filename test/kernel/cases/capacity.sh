# SPDX-License-Identifier: GPL-2.0-only
# Twelve hogs for a queue in which two may wait: the others go to the next queue, and all of them run. Without the limit the policy's assertion ends it.
pids=
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do hog 0-3 5; pids="$pids $hog"; done
measure 4 $pids
total=0
for each in $got; do total=$((total + each)); done
for each in $got; do at_least 25 $((each * 12)) $total; done
