# SPDX-License-Identifier: GPL-2.0-only
# Writes a byte into a pipe every fifth of a millisecond, and computes in between, for a second of CPU time. Prints how many it wrote, and how many of them the
# process at the other end has read by then.
import array
import fcntl
import os
import termios
import time

away, into = os.pipe()
if not os.fork():
    os.close(into)
    while os.read(away, 1):
        pass
    os._exit(0)
written, due = 0, time.process_time()
end = due + 1
while due < end:
    os.write(into, b".")
    written += 1
    due += 0.0002
    while time.process_time() < due:
        pass
left = array.array("i", [0])
fcntl.ioctl(away, termios.FIONREAD, left)
print(written, written - left[0], flush=True)
