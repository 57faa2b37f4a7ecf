# SPDX-License-Identifier: GPL-2.0-only
"""mover.py TIMES PID…: so many changes of the affinity of these tasks, one after the other."""
import os
import sys

times, *pids = map(int, sys.argv[1:])
every = os.sched_getaffinity(pids[0])
some = every - {min(every)}
for i in range(times):
    os.sched_setaffinity(pids[i % len(pids)], (some, every)[i // len(pids) % 2])
