# SPDX-License-Identifier: GPL-2.0-only
# A timer gives tasks to CPUs that sleep: they have to wake up.
wakes_within 10000
