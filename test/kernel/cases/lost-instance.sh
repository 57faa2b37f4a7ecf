# SPDX-License-Identifier: GPL-2.0-only
# A task is put into the instance of another CPU than its own: that one has to be woken.
wakes_within 5000
