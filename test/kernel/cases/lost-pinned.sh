# SPDX-License-Identifier: GPL-2.0-only
# Two pinned hogs on every CPU beside half as many free ones: nobody is kept off. In a FIFO each has about a third of a CPU. One pinned task alone would do no harm:
# while it runs, nothing waits on its CPU's own list, and the CPU asks the policy again.
pids=
for cpu in 0 1 2 3; do hog $cpu; pids="$pids $hog"; hog $cpu; pids="$pids $hog"; done
for i in 1 2 3 4; do hog 0-3; pids="$pids $hog"; done
measure 8 $pids
total=0
for each in $got; do total=$((total + each)); done
for each in $got; do at_least 75 $((each * 12)) $total; done
