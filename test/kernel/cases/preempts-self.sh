# SPDX-License-Identifier: GPL-2.0-only
# A discipline preempts by its own key: who comes with a smaller one does not wait for the end of a hog's long slice.
for cpu in 0 1 2 3; do hog $cpu 5; done
wakes_within 10000
