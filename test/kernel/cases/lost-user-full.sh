# SPDX-License-Identifier: GPL-2.0-only
# The ring to the process is full: other tasks keep every CPU busy, so that nobody asks, the process is stopped, and tasks that wait come anew again and again, as their affinity
# changes. Those of whom the process can no longer be told wait in order of arrival. It goes on with records that mean nothing any more; nobody is lost, and nobody thinks it
# behind.
process_orders all
pids= fillers=
for i in 1 2 3 4 5 6 7 8; do hog 0-3 5; pids="$pids $hog"; done
sleep 1
for cpu in 0 1 2 3; do hog $cpu; fillers="$fillers $hog"; hog $cpu; fillers="$fillers $hog"; done
sleep 1
fell=$(counter all__to_kernel) spilled=$(counter all__spilled)
kill -STOP $order
nice -n -5 python3 "$cases/mover.py" 60000 $pids
spilled=$(($(counter all__spilled) - spilled))
figure "$spilled spilled"
[ $spilled -gt 0 ] || problem "the ring is not full"
kill -CONT $order
sleep 1
kill -KILL $fillers
measure 4 $pids
for each in $got; do [ $each -gt 0 ] || problem "one that found the ring full never ran"; done
fell_back all 0 $fell
