#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What a scheduler has to sort out: tasks that only compute, and tasks that work a little and sleep a lot.

usage: mixed.py SECONDS [greedy]. As root; waits until a policy runs, then starts the tasks, and tells what CPU time each kind
got. With `greedy` there are also tasks that call themselves urgent (nice -5) and only compute.
"""
import os
import signal
import sys
import time


def compute():
    while True:
        pass


def player():
    while True:
        time.sleep(0.02)
        sum(range(2000))


def batch():
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    compute()


cpus = os.cpu_count()
KINDS = [  # what it is called, how many there are, its nice value, what it does
    ("computes, nice 0", cpus, 0, compute),
    ("computes, nice 5", cpus, 5, compute),
    ("computes, SCHED_BATCH", 1, 0, batch),
    ("mostly sleeps, nice 0", cpus, 0, player),
    ("mostly sleeps, nice -5", cpus, -5, player),
]
if "greedy" in sys.argv:
    KINDS.append(("computes, nice -5", cpus, -5, compute))


def start(nice, work):
    pid = os.fork()
    if pid == 0:
        os.nice(nice)
        work()
    return pid


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid) as file:
        user, system = file.read().rsplit(")")[-1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def enabled():
    with open("/sys/kernel/sched_ext/state") as file:
        return file.read().strip() == "enabled"


while not enabled():
    time.sleep(0.05)
tasks = [(name, [start(nice, work) for _ in range(count)]) for name, count, nice, work in KINDS]
begin = time.monotonic()
time.sleep(float(sys.argv[1]))
print("CPU time of each task in %.1f s" % (time.monotonic() - begin))
for name, pids in tasks:
    print("%-24s %5.2f s" % (name, sum(map(cpu_seconds, pids)) / len(pids)), flush=True)
for _, pids in tasks:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
