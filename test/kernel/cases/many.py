# SPDX-License-Identifier: GPL-2.0-only
"""many.py COUNT: so many threads that wait for the end of the standard input. Says how many there are when the last has begun."""
import _thread
import os
import sys
import time

_thread.stack_size(64 << 10)
ends = _thread.allocate_lock()
ends.acquire()
begun = []


def wait():
    begun.append(1)
    ends.acquire()


count = int(sys.argv[1])
for _ in range(count):
    _thread.start_new_thread(wait, ())
while len(begun) < count:
    time.sleep(0.05)
print(count, flush=True)
sys.stdin.read()
os._exit(0)
