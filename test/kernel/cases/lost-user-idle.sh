# SPDX-License-Identifier: GPL-2.0-only
# A task is handed out by the process while its own CPU is busy, and another is idle that serves the queue as well: that one has to be woken. The CPU that found nobody last, and so reads
# the answer, is one on which the task may not run: there another task comes and goes.
hog 0
process_orders all
taskset -cp 3 $order > /dev/null
taskset -c 0,2 python3 "$cases/bursts.py" 1000 &
killed="$killed $!"
wakes_within 20000 0-1
