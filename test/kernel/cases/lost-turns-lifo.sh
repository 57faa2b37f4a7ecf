# SPDX-License-Identifier: GPL-2.0-only
# As lost-turns: the last one to come, which is whoever just ran, is always the first in the queue.
hog 1; a=$hog; hog 1; b=$hog; hog 1; c=$hog
measure 6 $a $b $c
set -- $got
for each in $got; do at_least 50 $((each * 11)) $(($1 + $2 + $3)); done
