# SPDX-License-Identifier: GPL-2.0-only
# A task of a queue of CPUs 2 and 3 may use CPU 2, but its slice ends while migration is disabled for it and it is on CPU 1: it goes on there, in its turn.
# A hog by itself on CPU 3 shows that most of the time the two shared one CPU.
hog 1; a=$hog; hog 3; alone=$hog
nice -n 5 python3 "$cases/stuck.py" 2> /run/stuck.log &
stuck=$!
killed="$killed $stuck"
sleep 2
measure 5 $a $stuck $alone
set -- $got
at_least 60 $(($2 * 2)) $(($1 + $2))
[ $(($1 + $2)) -le $(($3 * 3 / 2)) ] || problem "they had a CPU each"
kill -0 $stuck 2> /dev/null || problem "$(cat /run/stuck.log)"
