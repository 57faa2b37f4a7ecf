# SPDX-License-Identifier: GPL-2.0-only
# The same with tasks that find an idle CPU again and again: they never wait in the queue, unless they are held back.
hog 0; one=$hog
three=
for i in 1 2 3; do
    taskset -c 1-3 nice -n 5 python3 "$cases/bursts.py" &
    three="$three $!" killed="$killed $!"
done
promise 8 $one "$three" 100
