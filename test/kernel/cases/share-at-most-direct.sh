# SPDX-License-Identifier: GPL-2.0-only
# Tasks on three CPUs that find them idle again and again, and are gone before their slice is over: they never wait in the queue, unless they are held back. A fiftieth of four CPUs
# is 8 % of what the task on the fourth has. Python begins in the other queue, for that is one long burst.
hog 0; one=$hog
three=
for i in 1 2 3; do
    taskset -c 1-3 python3 "$cases/bursts.py" 200 &
    three="$three $!" killed="$killed $!"
done
sleep 3
renice -n 5 -p $three > /dev/null
promise 8 "$three" $one 8
