# SPDX-License-Identifier: GPL-2.0-only
# Two processes hand a byte to and fro through pipes, until killed. Prints their pids.
import os

there, back = os.pipe(), os.pipe()
child = os.fork()
if child:
    print(os.getpid(), child, flush=True)
    while True:
        os.write(there[1], b".")
        os.read(back[0], 1)
else:
    while True:
        os.read(there[0], 1)
        os.write(back[1], b".")
