# SPDX-License-Identifier: GPL-2.0-only
# bursts.py MICROSECONDS: computes for that long and sleeps for a moment, without end.
import sys
import time

burst = int(sys.argv[1]) / 1e6
while True:
    start = time.thread_time()
    while time.thread_time() - start < burst:
        pass
    time.sleep(0.0002)
