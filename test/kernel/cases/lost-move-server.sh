# SPDX-License-Identifier: GPL-2.0-only
# A timer moves tasks to a queue that another CPU serves than theirs: that one has to be woken.
wakes_within 10000
