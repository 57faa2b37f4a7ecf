# SPDX-License-Identifier: GPL-2.0-only
# Two hogs on one CPU, the one with priority has all of it: who just ran is still a member of its queue.
hog 1 -5; a=$hog; hog 1 0; b=$hog
measure 4 $a $b
set -- $figures
# Of what the two had: a busy host loses the guest's ticks, and loses them evenly.
at_least 90 $(($1 * 1000 / ($1 + $2 + 1))); at_least 30 $1
