# SPDX-License-Identifier: GPL-2.0-only
# Computes for five milliseconds and sleeps for a moment, without end.
import time

while True:
    start = time.thread_time()
    while time.thread_time() - start < 0.005:
        pass
    time.sleep(0.0005)
