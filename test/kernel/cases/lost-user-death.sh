# SPDX-License-Identifier: GPL-2.0-only
# The process that orders the queue dies with all it knows. The next one has never heard of those who wait; they run all the same, although others come that it does
# hear of.
pids=
for cpu in 0 1 2 3; do hog $cpu 5; pids="$pids $hog"; hog $cpu 5; pids="$pids $hog"; done
while :; do nice -n 5 true & sleep 0.02; done > /dev/null 2>&1 &
killed="$killed $!"
process_orders all
kill -STOP $order # so that all of them wait
sleep 0.3
kill -KILL $order
measure 4 $pids
for each in $got; do [ $each -gt 0 ] || problem "one that waited when the process died never ran again"; done
first=$order
process_orders all
[ "$order" != "$first" ] || problem "the process is still $first"
