# SPDX-License-Identifier: GPL-2.0-only
# Computes for a millisecond at a time and yields after each, without end.
import os
import time

while True:
    end = time.thread_time() + 0.001
    while time.thread_time() < end:
        pass
    os.sched_yield()
