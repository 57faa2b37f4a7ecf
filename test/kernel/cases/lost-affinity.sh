# SPDX-License-Identifier: GPL-2.0-only
# A task that may run on no CPU of its queue's set runs all the same.
hog 3; a=$hog; hog 3; b=$hog
measure 4 $a $b
set -- $figures
at_least 35 $1; at_least 35 $2
