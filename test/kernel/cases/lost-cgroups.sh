# SPDX-License-Identifier: GPL-2.0-only
# Cgroups come and go, and more than have a number of their own: no task of them is lost. One that does not have a number counts as the cgroup it is in.
hog 1; a=$hog
i=0
while [ $i -lt 30 ]; do # gone while its task is still on the way out, and its number is used again
    mkdir /sys/fs/cgroup/short
    into short
    taskset -c 1 sh -c 'i=0; while [ $i -lt 300 ]; do i=$((i + 1)); done' &
    wait $! || problem "a task in a cgroup failed"
    into .
    rmdir /sys/fs/cgroup/short || problem "a cgroup stays"
    i=$((i + 1))
done
echo +cpu > /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/many /sys/fs/cgroup/last
echo +cpu > /sys/fs/cgroup/many/cgroup.subtree_control
(cd /sys/fs/cgroup/many && seq 1 1040 | xargs mkdir) || problem "not so many cgroups"
into many/1040; hog 1; b=$hog; hog 1; b="$b $hog"
into many/1039; hog 1; c=$hog
into last; hog 1; d=$hog
into .
promise 4 "$b $c" "$d" 100 # both count as in `many`
kill -KILL $b $c $d
wait $b $c $d 2> /dev/null
(cd /sys/fs/cgroup/many && seq 1 1040 | xargs rmdir) || problem "cgroups stay"
rmdir /sys/fs/cgroup/many /sys/fs/cgroup/last
wakes_within 60000 1
