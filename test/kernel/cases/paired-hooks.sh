# SPDX-License-Identifier: GPL-2.0-only
# One hog on CPU 0, and tasks that sleep and wake beside it: a failed assert would end the policy.
hog 0
wakes_within 100000 0-1
