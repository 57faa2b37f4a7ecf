# SPDX-License-Identifier: GPL-2.0-only
"""Does the demo's table, on standard input, tell the story of strict priority?"""
import re
import sys

text = sys.stdin.read()
units = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
queues = {}
for name, tasks, direct, share, p50, p99 in re.findall(r"^(\w+) +(\d+) +(\d+) +([\d.]+)% +(\S+) +(\S+)$", text, re.M):
    seconds = [float(number) * units[unit] for number, unit in (re.fullmatch(r"([\d.]+)(\w+)", t).groups() for t in (p50, p99))]
    queues[name] = (int(tasks), int(direct), float(share), *seconds)
print(text)
assert list(queues) == ["urgent", "normal", "background"], queues
assert all(0 < tasks and direct <= tasks and p50 <= p99 for tasks, direct, share, p50, p99 in queues.values()), queues
assert abs(sum(q[2] for q in queues.values()) - 100) < 0.5, queues
assert queues["urgent"][3] * 5 < queues["normal"][3] < queues["background"][3], "who is urgent waits least"
assert 0 < queues["background"][2] < 10 < 50 < queues["normal"][2], "a turn of 20 ms every 500 ms is 4 %, less what wakers take back"
assert re.search(r"^ +\d+  nice < 0  -> urgent$", text, re.M)
assert "cpu share  of the CPU time" in text
