# SPDX-License-Identifier: GPL-2.0-only
# Pinned hogs on every CPU beside as many free ones: nobody is kept off. In a FIFO each has about half a CPU.
pids=
for cpu in 0 1 2 3; do hog $cpu; pids="$pids $hog"; done
for i in 1 2 3 4; do hog 0-3; pids="$pids $hog"; done
measure 6 $pids
total=0
for each in $got; do total=$((total + each)); done
for each in $got; do at_least 75 $((each * 8)) $total; done
