# SPDX-License-Identifier: GPL-2.0-only
# Two tasks that may run on no CPU of their queue's set run all the same, each in its turn.
hog 3; a=$hog; hog 3; b=$hog
measure 4 $a $b
set -- $got
at_least 80 $(($1 * 2)) $(($1 + $2))
at_least 80 $(($2 * 2)) $(($1 + $2))
at_least 50 $(($1 + $2)) 4000
