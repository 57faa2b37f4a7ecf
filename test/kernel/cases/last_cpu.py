# SPDX-License-Identifier: GPL-2.0-only
# last_cpu.py PID CPU: looks four hundred times, 10 ms apart, where the task ran last; prints how often that was the CPU, and how often another.
import sys
import time

pid, cpu = sys.argv[1:]
here = 0
for _ in range(400):
    with open(f"/proc/{pid}/stat") as stat:
        here += stat.read().rpartition(")")[2].split()[36] == cpu
    time.sleep(0.01)
print(here, 400 - here)
