# SPDX-License-Identifier: GPL-2.0-only
# More tasks than the process can know: each of these threads has waited there once, and keeps its number. Who comes now runs all the same, beside those who came before; and when the
# threads are gone their numbers are free.
echo 60000 > /proc/sys/kernel/threads-max
process_orders all
before= after= last=
for i in 1 2; do hog 0-3 5; before="$before $hog"; done
sleep 1
kill -STOP $before # they have numbers, and leave the CPUs to the threads
python3 "$cases/many.py" 16400 > /run/many.out 2>&1 &
many=$! killed="$killed $!"
until [ -s /run/many.out ]; do sleep 0.2; done
grep -qx 16400 /run/many.out || problem "not so many threads: $(cat /run/many.out)"
kill -CONT $before
spilled=$(counter all__spilled) fell=$(counter all__to_kernel)
for i in 1 2 3 4; do hog 0-3 5; after="$after $hog"; done
measure 3 $before $after
for each in $got; do [ $each -gt 0 ] || problem "one of more tasks than numbers never ran"; done
more=$(($(counter all__spilled) - spilled))
figure "$more spilled"
[ $more -gt 0 ] || problem "everybody has a number"
kill -KILL $many $after
wait $many 2> /dev/null
for i in 1 2 3 4; do hog 0-3 5; last="$last $hog"; done
sleep 1
spilled=$(counter all__spilled)
measure 2 $before $last
for each in $got; do [ $each -gt 0 ] || problem "one with a number of another never ran"; done
more=$(($(counter all__spilled) - spilled))
[ $more = 0 ] || problem "$more spilled although numbers are free"
fell_back all 0 $fell
