# SPDX-License-Identifier: GPL-2.0-only
# Three hogs on one CPU, of which the queue's order puts one before the others for ever: five times a second each has a turn of 20 ms all the same.
hog 1 0; a=$hog; hog 1 5; b=$hog; hog 1 6; c=$hog
measure 6 $a $b $c
set -- $got
for each in $got; do at_least 50 $((each * 11)) $(($1 + $2 + $3)); done
