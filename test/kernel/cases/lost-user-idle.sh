# SPDX-License-Identifier: GPL-2.0-only
# A task is handed out by the process while its own CPU is busy, and others are idle that serve the queue as well: one of these has to be woken.
hog 0
process_orders all
taskset -cp 3 $order > /dev/null
wakes_within 20000 0-2
