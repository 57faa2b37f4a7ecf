# SPDX-License-Identifier: GPL-2.0-only
# Seven tasks that may run on CPU 1 alone, in the order of their nice value, beside three CPUs that idle. These find nobody for themselves in the order, and leave it as it is: of
# two that are handed out at a time one is the first of those on CPU 1.
hog 1 -5; first=$hog
others=
for i in 1 2 3 4 5 6; do hog 1; others="$others $hog"; done
process_orders all
measure 12 $first "$others"
set -- $got
at_least 90 $1 $((($1 + $2) / 2))
