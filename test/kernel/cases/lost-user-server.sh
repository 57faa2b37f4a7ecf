# SPDX-License-Identifier: GPL-2.0-only
# The process answers on a CPU that does not serve its queue, and goes to sleep; the one that asked is asleep as well. Somebody has to look at the answer.
hog 0 5
process_orders some
taskset -cp 2,3 $order > /dev/null
wakes_within 20000 0,1 5
