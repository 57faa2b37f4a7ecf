# SPDX-License-Identifier: GPL-2.0-only
# The process that orders the queue is stopped while it knows of many. They go on in the order of the kernel, which keeps the queue until the process goes on.
pids=
for cpu in 0 1 2 3; do hog $cpu; pids="$pids $hog"; hog $cpu; pids="$pids $hog"; done
process_orders all
fell=$(counter all__to_kernel)
kill -STOP $order
measure 4 $pids
total=0
for each in $got; do total=$((total + each)); done
for each in $got; do at_least 60 $((each * 8)) $total; done
at_least 70 $total 16000
fell_back all 1 $fell
kill -CONT $order
process_orders all
