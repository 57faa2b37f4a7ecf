# SPDX-License-Identifier: GPL-2.0-only
# As lost-turns, in the escape: CPU 3 is not among those of the queue.
hog 3 0; a=$hog; hog 3 5; b=$hog; hog 3 6; c=$hog
measure 6 $a $b $c
set -- $got
for each in $got; do at_least 50 $((each * 11)) $(($1 + $2 + $3)); done
