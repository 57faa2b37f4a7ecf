# SPDX-License-Identifier: GPL-2.0-only
# CPU 1 is idle but for a task that is pinned there and wakes up again and again. The others are busy, and look into the ring all the time: they find its word as well.
for cpu in 0 2 3; do hog $cpu; hog $cpu; hog 0,2,3; done
wakes_within 20000 1
