# SPDX-License-Identifier: GPL-2.0-only
# A timer moves tasks to the queue that CPUs serve, while these sleep: somebody has to be woken.
wakes_within 10000
