# SPDX-License-Identifier: GPL-2.0-only
# A task waits for its own CPU, which is busy, while others are idle that serve the queue as well: one of these has to be woken.
hog 0
wakes_within 20000
