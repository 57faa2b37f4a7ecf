# SPDX-License-Identifier: GPL-2.0-only
# The only server of the queue is idle and is not the CPU where tasks wake up: it has to be woken.
wakes_within 5000
