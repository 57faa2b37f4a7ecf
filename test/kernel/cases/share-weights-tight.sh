# SPDX-License-Identifier: GPL-2.0-only
# As share-weights-two, with no more tasks of each than CPUs: `a` is empty for a moment whenever one CPU has taken one of its tasks and the other has not yet
# queued its second, whose slice has just ended. Who looks at that moment serves `b`, and `a` is served the more for it later: a slice of `b` makes four of `a`, of which
# 20 ms are kept; slices of 3 ms leave room for a tick that comes late.
hog 1,2 5; a=$hog; hog 1,2 5; a="$a $hog"
hog 1,2 6; b=$hog; hog 1,2 6; b="$b $hog"
promise 8 "$a" "$b" 400
