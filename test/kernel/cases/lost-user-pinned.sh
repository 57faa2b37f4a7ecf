# SPDX-License-Identifier: GPL-2.0-only
# Those whom the process has handed out may run on CPU 1 alone, which is busy; more of them wait before one for CPU 2, which is idle. That one is asked for all the same.
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do hog 1; done
process_orders all
wakes_within 20000 2
