# SPDX-License-Identifier: GPL-2.0-only
# leaver.py PID: takes a task out of its scheduling class and back, again and again. In one process, which waits on another CPU: where the task has a real-time
# class, nobody else runs.
import os
import sys
import time

pid = int(sys.argv[1])
while True:
    os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(1))
    os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0))
    time.sleep(0.01)
