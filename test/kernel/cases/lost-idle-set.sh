# SPDX-License-Identifier: GPL-2.0-only
# As lost-idle, where only one of the idle CPUs is the right one to be woken.
hog 0
wakes_within 20000
