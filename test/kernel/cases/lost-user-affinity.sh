# SPDX-License-Identifier: GPL-2.0-only
# Tasks whose affinity changes all the time, while the process knows of them or has just answered: such an answer means nothing. Each wait is counted once: when
# nobody waits any more the process is not thought to be behind.
for cpu in 0 2 3; do hog $cpu 5; hog 0,2,3 5; done
hog 0-3 5; moving=$hog
hog 0-3 5; other=$hog
while :; do taskset -cp 0,2 $moving; taskset -cp 2,3 $other; taskset -cp 2,3 $moving; taskset -cp 0,2 $other; sleep 0.003; done > /dev/null 2>&1 &
mover=$!
killed="$killed $mover"
hog 1 5; a=$hog; hog 1 5; b=$hog
process_orders all
promise 12 $a $b 100
measure 3 $moving $other
set -- $got
[ $1 -gt 0 ] && [ $2 -gt 0 ] || problem "a task whose affinity changes never ran"
fell=$(counter all__to_kernel)
kill -KILL $killed
sleep 4
fell_back all 0 $fell
