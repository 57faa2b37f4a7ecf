# SPDX-License-Identifier: GPL-2.0-only
# A task pinned beside a pipe ping-pong pair: sync wake-ups must not fill its CPU's local queue for ever.
setsid taskset -c 1,2 python3 "$cases/pingpong.py" &
pair=$!
hog 1; a=$hog; hog 2; b=$hog
measure 6 $a $b
set -- $figures
at_least 78 $1; at_least 78 $2 # without the recipe 50 to 70: the pair takes every second turn for nothing
kill -s KILL -- -$pair
