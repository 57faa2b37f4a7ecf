# SPDX-License-Identifier: GPL-2.0-only
# A task that is to be alone, and one that wakes up again and again where its own CPU is taken: no CPU beside the first is idle for it, though the kernel says so.
hog 0 5; hog 2
taskset -c 1-2 nice -n 0 python3 "$cases/bursts.py" 5000 &
burst=$! killed="$killed $burst"
sleep 1
set -- $(taskset -c 3 python3 "$cases/last_cpu.py" $burst 1) # who looks on is on none of these CPUs
figure "$1 times beside it, $2 elsewhere"
[ ${1:-400} -le 20 ] || problem "it was seen beside the task that is to be alone"
