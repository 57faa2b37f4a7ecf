# SPDX-License-Identifier: GPL-2.0-only
# A task that is to be alone, and one that wakes up again and again: no CPU beside the first is idle for it, though the kernel says so.
hog 0 5; alone=$hog
taskset -c 1-2 nice -n 0 python3 "$cases/bursts.py" 5000 &
burst=$! killed="$killed $burst"
sleep 1
here=0 there=0
for i in $(seq 400); do # the CPU it ran on last
    set -- $(cut -d ')' -f 2 /proc/$burst/stat)
    [ ${37} = 1 ] && here=$((here + 1)) || there=$((there + 1))
    sleep 0.01
done
figure "$here times beside it, $there elsewhere"
[ $here -le 20 ] || problem "it was seen beside the task that is to be alone"
