# SPDX-License-Identifier: GPL-2.0-only
# Slices are ten times as long as the process may take for an answer. It gets a CPU when a slice ends, and answers at once; that it waits until then, and that CPUs read its answers
# only when their slices end, is not its fault. Nor is it that CPUs idle beside the tasks of another: six, of whom the process
# still holds some when it has handed out a batch; with three the mutation user-none goes unseen.
# Who looks on would wait for slices too, for minutes in all: it has a queue that preempts.
renice -n -5 $$ > /dev/null
movable= bound=
for i in 1 2 3; do hog 0-3 10; movable="$movable $hog"; hog 0-3 10; movable="$movable $hog"; hog 1 10; bound="$bound $hog"; hog 1 10; bound="$bound $hog"; done
process_orders all
fell=$(counter all__to_kernel)
sleep 6
fell_back all 0 $fell
kill -KILL $movable
sleep 6
fell_back all 0 $fell
measure 16 $bound
for each in $got; do [ $each -gt 0 ] || problem "one on CPU 1 never ran"; done
renice -n 0 $$ > /dev/null
