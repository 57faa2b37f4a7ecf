# SPDX-License-Identifier: GPL-2.0-only
# Two hogs on one CPU, the one with priority has all of it: who just ran is still a member of its queue.
hog 1 -5; a=$hog; hog 1 0; b=$hog
measure 5 $a $b
set -- $got
at_least 95 $1 $(($1 + $2))
