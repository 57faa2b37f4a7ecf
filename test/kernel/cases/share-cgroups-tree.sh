# SPDX-License-Identifier: GPL-2.0-only
# By hierarchy: `one` and `two` halve the CPUs, and what is in `two` shares its half 3 : 1. Within a cgroup, by nice: weight 335 for nice -5, 110 for 0.
group one 100; group two 100; group two/big 300; group two/small 100
into one; hog 1,2; a=$hog; hog 1,2; a="$a $hog"; hog 1,2; a="$a $hog"
into two/big; hog 1,2; b=$hog; hog 1,2; b="$b $hog"; hog 1,2; b="$b $hog"
into two/small; hog 1,2 0; c=$hog; hog 1,2 5; d=$hog; hog 1,2 5; d="$d $hog"
into .
promise 6 "$a" "$b $c $d" 100
promise 6 "$b" "$c $d" 300
# What nobody in `two` wants is shared by `one` and by tasks in the root, which count as a cgroup of weight 100.
kill -STOP $b $c $d
hog 1,2 0; e=$hog; hog 1,2 0; e="$e $hog"; hog 1,2 0; e="$e $hog"
promise 6 "$a" "$e" 100
