# SPDX-License-Identifier: GPL-2.0-only
# Tasks on three CPUs that find them idle again and again, and are gone before a tick: they never wait in the queue, unless they are held back. A tenth of four CPUs
# is two fifths of what the task on the fourth has.
hog 0; one=$hog
three=
for i in 1 2 3; do
    taskset -c 1-3 nice -n 5 python3 "$cases/bursts.py" 500 &
    three="$three $!" killed="$killed $!"
done
promise 8 "$three" $one 40
