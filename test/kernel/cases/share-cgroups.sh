# SPDX-License-Identifier: GPL-2.0-only
# A cgroup of weight 300 and one of weight 100, however many tasks each has. One is made before its tasks come, on two CPUs.
group heavy 300; group light 100
into light; hog 1,2; b=$hog; hog 1,2; b="$b $hog"; hog 1,2; b="$b $hog"; hog 1,2; b="$b $hog"
into heavy; hog 1,2; a=$hog; hog 1,2; a="$a $hog"; hog 1,2; a="$a $hog"
into .
promise 6 "$a" "$b" 300
# A weight that changes while they run.
echo 100 > /sys/fs/cgroup/heavy/cpu.weight
promise 6 "$a" "$b" 100
# Tasks that move take nothing along: all in one, and they share as tasks do.
for pid in $b; do echo $pid > /sys/fs/cgroup/heavy/cgroup.procs; done
rmdir /sys/fs/cgroup/light
promise 6 "$a" "$b" 75
