# SPDX-License-Identifier: GPL-2.0-only
# Tasks that end as fast as they can, of which nobody waits for the end: one that has to make way between the end of its pid and its last word is found by nobody
# who looks for that pid. The kernel's watchdog would tell.
for cpu in 0 1 2 3; do hog $cpu; done
process_orders all
for i in 1 2 3 4; do timeout -s KILL 8 python3 "$cases/mayflies.py" & killed="$killed $!"; done
sleep 14
