# SPDX-License-Identifier: GPL-2.0-only
# Tasks that the process knows of leave for another class, and come back: the answer to a wait that is over is nobody's. They and those who stay run.
process_orders all
hog 1 5; a=$hog; hog 1 5; b=$hog; hog 1 5; c=$hog
taskset -c 0 python3 "$cases/leaver.py" $c & killed="$killed $!"
promise 6 $a $b 100
measure 3 $c $a
set -- $got
[ $1 -gt 0 ] || problem "the task that leaves and comes back never ran"
fell=$(counter all__to_kernel)
kill -KILL $killed
sleep 4
fell_back all 0 $fell
