#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""In the test kernel: judge.py SCXRUN OBJECT. Does each hook run when its event happens, with the right arguments?

hooks.scx writes lines to the trace pipe. Here each event is made to happen, by children of group 4242, and the lines after that moment are looked at."""
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from verdicts import CGROUP, TRACING, judge, leave, mark, policy_runs, since, wait_for, write

scxrun, object = sys.argv[1:]
PR_SET_NAME, PR_SCHED_CORE, PR_SCHED_CORE_CREATE = 15, 62, 1
libc = ctypes.CDLL(None)


def name(text):
    libc.prctl(PR_SET_NAME, text.encode())


def child(work, called="subject", *arguments):
    """A process of the group that does `work`; killed at the end if it is still there."""
    pid = os.fork()
    if pid == 0:
        os.setgid(4242)
        name(called)
        try:
            work(*arguments)
        finally:
            os._exit(0)
    return pid


def end(*pids):
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def expect(what, here, *wanted):
    """All these lines come, in this order; a second or more later if need be."""
    for _ in range(100):
        lines, at = since(here), 0
        for line in lines:
            at += at < len(wanted) and line == wanted[at]
        if at == len(wanted):
            break
        time.sleep(0.1)
    judge(what, at == len(wanted), "no `%s` in %s" % (wanted[min(at, len(wanted) - 1)], lines))
    return lines


def lives():
    """The hooks about the life of a task."""
    def parent():
        grandchild = os.fork()
        if grandchild == 0:
            os._exit(0)
        write("/run/grandchild", str(grandchild))
        os.waitpid(grandchild, 0)
    here = mark()
    os.waitpid(child(parent), 0)
    pid = open("/run/grandchild").read()
    expect("fork, exit", here, "fork " + pid, "enable " + pid, "disable " + pid, "exit_task %s 7" % pid)

    sleeper = child(time.sleep, "subject", 1000)
    time.sleep(0.3)
    here = mark()
    os.setpriority(os.PRIO_PROCESS, sleeper, 5)
    expect("renice", here, "set_weight %d 33" % sleeper)
    here = mark()
    os.sched_setaffinity(sleeper, {1})
    expect("affinity", here, "set_affinity %d 1 0" % sleeper)
    here = mark()
    os.sched_setscheduler(sleeper, os.SCHED_FIFO, os.sched_param(1))
    os.sched_setscheduler(sleeper, os.SCHED_OTHER, os.sched_param(0))
    expect("to another class and back", here, "disable %d" % sleeper, "enable %d" % sleeper)
    end(sleeper)

    here = mark()
    yielder = child(os.sched_yield)
    os.waitpid(yielder, 0)
    expect("sched_yield", here, "yield %d 0" % yielder)

    def rests():
        os.sched_setaffinity(0, {2})
        burn(0.2)
        time.sleep(0.1)
    here = mark()
    two = [child(rests, "stops") for _ in range(2)]
    for pid in two:
        os.waitpid(pid, 0)
    lines = [line.split() for line in since(here)]
    for pid in two:
        ran = [(int(line[2]), line[3]) for line in lines if line[:2] == ["stopping", str(pid)]]
        used = sum(int(line[2]) for line in lines if line[:2] == ["sleep", str(pid)])
        judge("stops at the end of a slice, and to sleep", {r for _, r in ran} == {"0", "1"}, ran)
        judge("sleeps after what it ran", 180e6 < used < 400e6, used) # and what it ran before it had its name


def cgroups():
    write(CGROUP + "cgroup.subtree_control", "+cpu")
    here = mark()
    os.mkdir(CGROUP + "judged")
    expect("a new cgroup", here, "cgroup_init")
    here = mark()
    write(CGROUP + "judged/cpu.weight", "333")
    expect("its weight", here, "cgroup_weight 333")
    sleeper = child(time.sleep, "subject", 1000)
    here = mark()
    write(CGROUP + "judged/cgroup.procs", str(sleeper))
    expect("a task moves", here, "cgroup_prep_move %d" % sleeper, "cgroup_move %d" % sleeper)
    end(sleeper)

    def two_threads():
        threading.Thread(target=lambda: (name("stays"), time.sleep(1000))).start()
        time.sleep(1000)
    both = child(two_threads)
    time.sleep(0.5)
    here = mark()
    try:
        write(CGROUP + "judged/cgroup.procs", str(both))
        refused = None
    except OSError as error:
        refused = type(error)
    lines = expect("a thread that is refused", here, "cgroup_prep_move %d" % both, "cgroup_cancel_move %d" % both)
    judge("nobody has moved", refused == PermissionError and not any(line.startswith("cgroup_move") for line in lines), (refused, lines))
    end(both)
    here = mark()
    os.rmdir(CGROUP + "judged")
    expect("a cgroup goes", here, "cgroup_exit")


def cpus():
    enabled = open("/sys/kernel/sched_ext/enable_seq").read()
    for online, event in (("0", "cpu_offline 7"), ("1", "cpu_online 7")):
        here = mark()
        write("/sys/devices/system/cpu/cpu7/online", online)
        expect("hotplug", here, event)
    time.sleep(0.3)
    state = open("/sys/kernel/sched_ext/state").read().strip()
    judge("the policy goes on", state == "enabled" and enabled == open("/sys/kernel/sched_ext/enable_seq").read(), state)

    def hog():
        os.sched_setaffinity(0, {3})
        burn(1000)
    def real_time():
        os.sched_setaffinity(0, {3})
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
        burn(0.2)
    hogs = [child(hog, "local") for _ in range(2)] # one runs, the other waits in the local DSQ
    time.sleep(0.5)
    here = mark()
    os.waitpid(child(real_time), 0)
    time.sleep(0.3)
    lines = [line.split() for line in since(here)]
    events = [line for line in lines if line[0] in ("cpu_release", "left", "cpu_acquire") and line[1] == "3"]
    kinds = [event[0] for event in events]
    judge("a real-time task takes a CPU and gives it back", ["cpu_release", "left", "cpu_acquire"] == kinds[:3], events)
    judge("who waits there goes through enqueue again", any(e[0] == "cpu_release" and int(e[2]) > 0 and events[i + 1] == ["left", "3", "0"] for i, e in enumerate(events)), events)
    judge("from enqueue to the task's own CPU", not any(line[0] == "not" for line in lines), lines)
    end(*hogs)


def core_scheduling():
    def alone(cpu):
        os.sched_setaffinity(0, {cpu})
        burn(1000)
    here = mark()
    hogs = [child(alone, "subject", cpu) for cpu in (4, 5)] # two threads of one core
    made = [libc.prctl(PR_SCHED_CORE, PR_SCHED_CORE_CREATE, pid, 0, 0) for pid in hogs]
    time.sleep(1)
    asked = [line.split()[1:] for line in since(here) if line.startswith("core_sched_before")]
    judge("core scheduling", made == [0, 0] and any(sorted(map(int, pair)) == sorted(hogs) for pair in asked), (made, hogs, asked[:5]))
    end(*hogs)


def dumped(what, lines, victim):
    for wanted in ("loaded 41", "forgotten %d 7" % victim, "task %d lives 7" % victim, "in 1", "cpu 6 idle "):
        judge("%s: %s" % (what, wanted), any(line.strip().startswith(wanted) for line in lines), "\n".join(lines))


def main():
    write(TRACING + "buffer_size_kb", "16384")
    out, errors = open("/run/judge.out", "w"), open("/run/judge.err", "w")
    policy = subprocess.Popen([scxrun, "--json", "--dump", object], stdout=out, stderr=errors)
    wait_for(policy_runs, 30)
    lives()
    cgroups()
    cpus()
    core_scheduling()
    write(TRACING + "events/sched_ext/sched_ext_dump/enable", "1")
    here = mark()
    victim = child(time.sleep, "forgotten", 0.1)
    time.sleep(0.5)
    write("/proc/sysrq-trigger", "D")
    dumped("a dump on request", since(here, "sched_ext_dump: "), victim)
    write(TRACING + "events/sched_ext/sched_ext_dump/enable", "0")
    judge("the watchdog ends it", policy.wait() == 3, policy.returncode)
    expect("exit", here, "exit 41")
    document = [json.loads(line) for line in open("/run/judge.out") if line.startswith("{")][-1]
    dumped("the dump at the end", document["exit"]["dump"].split("\n"), victim)
    said = open("/run/judge.err").read()
    kernel = open("/sys/kernel/btf/vmlinux", "rb").read()
    for hook, member in (("cgroup_bandwidth", "cgroup_set_bandwidth"), ("cgroup_idle", "cgroup_set_idle")):
        there = b"\0%s\0" % member.encode() in kernel
        judge("`on %s` is told to be missing where it is" % hook, there != ("`on %s` never runs here: this kernel has no callback %s," % (hook, member) in said), said)
    tells = b"\0SCX_TASK_IN_CUSTODY\0" in kernel # since 7.1; before, only of tasks in no DSQ
    for counter, count in document["counters"].items():
        judge("counter " + counter, (count > 0) == (counter != "back" or tells), count)
    leave()


main()
