# SPDX-License-Identifier: GPL-2.0-only
# Who yields after a millisecond has used a millisecond, not the slice he was given: he and a hog have the same of their CPU.
hog 1; a=$hog
taskset -c 1 python3 "$cases/yielder.py" &
b=$!
killed="$killed $b"
promise 6 "$a" "$b" 100
