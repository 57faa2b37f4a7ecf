# SPDX-License-Identifier: GPL-2.0-only
# On each of four CPUs one task that comes first and one that comes last, but of a queue that is sure of a fifth.
first= last=
for cpu in 0 1 2 3; do hog $cpu 5; first="$first $hog"; hog $cpu 6; last="$last $hog"; done
promise 8 "$last" "$first" 25
