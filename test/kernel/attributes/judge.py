#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""In the test kernel: judge.py SCXRUN OBJECT. Do task attributes tell the truth, and does a rule hold from the next enqueue on?

Subjects (subjects.py) act, and attributes.scx says what became of them."""
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import subjects
from subjects import Subject, SHELL as LOOP, begin, belongs
from verdicts import CGROUP, judge, leave, write

scxrun, object = sys.argv[1:]
subjects.queues = QUEUES = "ordinary never named nicer moved by_path by_name by_part by_id on_node woken rested absent".split()
subjects.fields = "pid queue last_ran avg_run last_slept wakeups nspid pidns weight numa_pinned".split()


def rules_hold():
    work = "/run/judged/"
    os.makedirs(work + "deep", exist_ok=True)
    for name in ("first-one", "second", "deep/the-third"):
        shutil.copy("/bin/dash", work + name)
    subject = Subject("/bin/dash", "-c", LOOP)
    again = "exec %s -c '%s'"
    runs = belongs("before", subject, "ordinary")
    judge("a host's number", all(run["nspid"] == run["pid"] and run["pidns"] == os.stat("/proc/%d/ns/pid" % subject.pid).st_ino for run in runs), runs)
    judge("the weight of the root", all(run["weight"] == 100 for run in runs), runs)
    for file, queue, what in (("first-one", "by_path", "path"), ("second", "by_name", "name"), ("deep/the-third", "by_part", "folder and part")):
        subject.process.stdin.write(again % (work + file, LOOP) + "\n")
        subject.tell("echo")
        belongs("after exec, %s of the executable" % what, subject, queue)
    subject.process.stdin.write(again % ("/bin/dash", LOOP) + "\n")
    subject.tell("echo")
    belongs("after exec of something else", subject, "ordinary")
    subject.tell("printf renamed > /proc/$$/comm; echo")
    belongs("after a new name", subject, "named")
    subject.tell("printf nothing > /proc/$$/comm; echo")
    belongs("what is missing makes a condition false, and `not` true", subject, "absent")
    subject.tell("printf dash > /proc/$$/comm; echo")
    os.setpriority(os.PRIO_PROCESS, subject.pid, 7)
    belongs("after renice", subject, "nicer")
    os.setpriority(os.PRIO_PROCESS, subject.pid, 0)
    belongs("after renice back", subject, "ordinary")
    write(CGROUP + "cgroup.subtree_control", "+cpu")
    os.mkdir(CGROUP + "judged")
    write(CGROUP + "judged/cpu.weight", "333")
    write(CGROUP + "judged/cgroup.procs", str(subject.pid))
    runs = belongs("after a move between cgroups", subject, "moved")
    judge("the cgroup's weight", all(run["weight"] == 333 for run in runs), runs)
    write(CGROUP + "cgroup.procs", str(subject.pid))
    belongs("after the move back", subject, "ordinary")
    for cpus, pinned in (({1, 2}, True), ({1, 5}, False), ({6}, True), (range(8), False)):
        os.sched_setaffinity(subject.pid, cpus)
        runs = belongs("with the CPUs %s" % sorted(cpus), subject, "on_node" if pinned else "ordinary")
        judge("and the attribute", all(run["numa_pinned"] == pinned for run in runs), runs)
    os.setpriority(os.PRIO_PROCESS, os.getpid(), -10)
    runs = subject.runs()
    judge("its waker", QUEUES[runs[0]["queue"]] == "woken", [QUEUES[run["queue"]] for run in runs])
    os.setpriority(os.PRIO_PROCESS, os.getpid(), 0)
    belongs("another waker", subject, "ordinary")
    subject.end()


def behaviour():
    subject = Subject("/bin/dash", "-c", LOOP)
    subject.tell("echo")
    burn = "i=0; while [ $i -lt 500 ]; do i=$((i + 1)); done; echo"
    had = lambda: int(open("/proc/%d/schedstat" % subject.pid).read().split()[0])
    def measured(): # a burn in one piece: between two runs all that it had
        before = had()
        subject.tell(burn)
        ran = had() - before
        run = subject.runs()[0]
        return ran, run["last_ran"], run
    attempts = [measured() for _ in range(3)]
    judge("what it last ran", any(0.8 * ran <= last <= 1.01 * ran for ran, last, _ in attempts), attempts)
    runs = subject.runs(burn) + subject.runs()
    right = True
    for before, after in zip(runs, runs[1:]):
        step = after["last_ran"] - before["avg_run"]
        right &= after["avg_run"] == before["avg_run"] + int(step / 4)
    judge("the average of its runs", right and len(runs) >= 6, runs)
    slept = lambda run: run["last_slept"] / 1e9
    start = time.monotonic()
    time.sleep(0.3)
    runs = subject.runs(times=2)
    most = time.monotonic() - start + 0.1 # it slept since its last answer
    judge("how long it slept", 0.3 <= slept(runs[0]) <= most and slept(runs[-1]) < 0.25, runs)
    judge("a rule about it", QUEUES[runs[0]["queue"]] == "rested" and QUEUES[runs[-1]["queue"]] == "ordinary", runs)
    last = subject.runs()[-1]["wakeups"]
    status = open("/proc/%d/status" % subject.pid).read()
    sleeps = int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])
    judge("how often it was woken", sleeps - last == 1 and last > 10, (last, sleeps)) # it sleeps again since
    subject.end()


def namespaces():
    CLONE_NEWPID = 0x20000000
    if ctypes.CDLL(None).unshare(CLONE_NEWPID) != 0:
        return judge("a namespace", False, "unshare")
    subject = Subject("/bin/dash", "-c", LOOP)
    subject.tell("echo")
    runs = belongs("in a namespace of its own", subject, "by_id")
    judge("its number there", all(run["nspid"] == 1 and run["pidns"] == os.stat("/proc/%d/ns/pid" % subject.pid).st_ino for run in runs), runs)
    subject.end()


def main():
    policy = begin(scxrun, object, "/run/judge.out")
    # Three share two CPUs, so that one waits; these are of two nodes, so that the queue is `ordinary`.
    hogs = [subprocess.Popen(["taskset", "-c", "3,7", "sh", "-c", "while :; do :; done"]) for _ in range(3)]
    rules_hold()
    behaviour()
    for hog in hogs:
        hog.kill()
    namespaces()
    policy.send_signal(signal.SIGTERM)
    judge("scxrun ends in order", policy.wait() == 0, open("/run/judge.out").read())
    ends = [json.loads(line) for line in open("/run/judge.out") if line.startswith("{")]
    counters, rules = ends[-1]["counters"], ends[-1]["rules"]
    judge("who runs on a CPU", counters["ticks"] > 100 and counters["wrong"] == 0, counters)
    judge("who runs elsewhere", counters["occupied"] > 100 and counters["unoccupied"] > 100, counters)
    judge("how long the first waits", counters["long_wait"] > 10 and counters["odd_wait"] == 0, counters)
    judge("a task that is not there", rules[0]["hits"] == 0, rules[0])
    leave()


main()
