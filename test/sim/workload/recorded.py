#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""recorded.py TRACE FIGURES…: has each task of a recording, under every policy that replayed it, the CPU time that it had then? The recording is read here in a way of its own: by sched_switch alone."""
import json
import re
import sys

LINE = re.compile(r"\s(?P<at>\d+\.\d+): +(sched:)?sched_(?P<event>switch|waking|wakeup_new|process_fork|process_exit): ")
CPU = re.compile(r"\[(\d+)\]")
SWITCH = re.compile(r"prev_comm=(.*) prev_pid=(\d+) .* ==> next_comm=(.*) next_pid=(\d+) ")


def recorded(path):
    """By the last name of tasks (of the kernel's threads, what stands before the slash): ns on CPUs, from the first line about scheduling to the last."""
    ran, name, runs, begin, end, since, last = {}, {}, {}, None, None, {}, {}

    def add(pid, cpu, until):  # who ran on a CPU before its first line has done so since the beginning, or since it was last seen elsewhere
        ran[pid] = ran.get(pid, 0) + until - since.get(cpu, max(begin, last.get(pid, 0)))
        last[pid] = until

    for line in open(path):
        found = LINE.search(line)
        if not found or line.startswith("#"):
            continue
        at = round(float(found["at"]) * 1e6) * 1000
        cpu = int(CPU.search(line)[1])
        begin, end = at if begin is None else begin, at
        fork = re.search(r"child_comm=(.*) child_pid=(\d+)", line)
        if fork:
            name[int(fork[2])] = fork[1]
        if found["event"] == "switch":
            before, left, behind, came = SWITCH.search(line).groups()
            name[int(left)], name[int(came)] = before, behind
            add(int(left), cpu, at)
            since[cpu], runs[cpu] = at, int(came)
    for cpu, pid in runs.items():
        add(pid, cpu, end)
    out = {}
    for pid, ns in ran.items():
        group = name[pid].split("/")[0] if re.match(r"kworker/|ksoftirqd/|migration/|rcu", name[pid]) else name[pid]
        if pid and group != "migration":
            out[group] = out.get(group, 0) + ns
    return {group: ns for group, ns in out.items() if ns}


expected = recorded(sys.argv[1])
waits = []
for path in sys.argv[2:]:
    figures = json.load(open(path))
    had = {group["name"]: group["cpu_ns"] for group in figures["groups"] if group["cpu_ns"]}
    assert had == expected, f"{path}: {had}, recorded {expected}"
    waits.append(sum(group["wait_ns"] for group in figures["groups"]))
assert len(set(waits)) == len(waits), f"policies that make no difference: {waits}"
print(f"{len(expected)} groups as recorded, waits of {', '.join(f'{ns / 1e6:.1f} ms' for ns in waits)}")
