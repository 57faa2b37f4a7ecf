# SPDX-License-Identifier: GPL-2.0-only
# More tasks than the ring holds, so that some wait in the spill; pinned ones among them, and one whose affinity changes all the time, so that words in the ring are
# no longer true. Those that compete for one CPU share it.
for cpu in 0 2 3; do hog $cpu 5; hog 0,2,3 5; hog 0,2,3 5; done
hog 0-3 5; moving=$hog
while :; do taskset -cp 0,2 $moving; taskset -cp 2,3 $moving; sleep 0.003; done > /dev/null &
killed="$killed $!"
hog 1 5; a=$hog; hog 1 5; b=$hog
promise 8 $a $b 100
measure 3 $moving $a
set -- $got
[ $1 -gt 0 ] || problem "the task whose affinity changes never ran"
