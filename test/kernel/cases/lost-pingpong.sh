# SPDX-License-Identifier: GPL-2.0-only
# A task pinned beside a pipe ping-pong pair: sync wake-ups must not fill its CPU's local queue for ever.
rm -f /run/pair
hog 1; a=$hog; hog 2; b=$hog
taskset -c 1,2 python3 "$cases/pingpong.py" > /run/pair &
while [ ! -s /run/pair ]; do sleep 0.1; done
pair=$(cat /run/pair)
killed="$killed $pair"
measure 6 "$a" "$b" "$pair"
set -- $got
# The pair hands over the CPU after each byte, the hogs after each slice.
at_least 85 $(($1 + $2)) $(($1 + $2 + $3))
