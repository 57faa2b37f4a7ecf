# SPDX-License-Identifier: GPL-2.0-only
"""many.py COUNT: so many threads, each of which runs once and then waits for the end of the standard input. Says how many there are when the last has run."""
import _thread
import os
import sys

_thread.stack_size(64 << 10)
ends, begins = _thread.allocate_lock(), _thread.allocate_lock()
ends.acquire()
begins.acquire()


def wait():
    begins.release()
    ends.acquire()


count = int(sys.argv[1])
for _ in range(count):
    _thread.start_new_thread(wait, ())
    begins.acquire() # one after the other, or they all wait for the interpreter's lock and wake each other up
print(count, flush=True)
sys.stdin.read()
os._exit(0)
