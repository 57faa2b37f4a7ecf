# SPDX-License-Identifier: GPL-2.0-only
"""What `scxrun trace` told is what ran: usage: traced.py ONE TWO NAPPER, the threads of see.sh, in the folder with its files."""
import json
import re
import sys

one, two, nap = map(int, sys.argv[1:])


def lines(name):
    return [json.loads(line) for line in open(name)]


# All: who spins on CPU 1 waits for the other's slice, each by its own rule.
every = [e for e in lines("all.json") if e["wait_ns"] is not None] # of the first one of each nobody knows since when it waits
mine = [e for e in every if e["tid"] == one]
assert len(mine) > 20, len(mine)
assert all(e["cpu"] == 1 and e["comm"] == "spinner" and e["queue"] == "rest" and e["rule"] == "else -> rest" for e in mine), mine[0]
other = [e for e in every if e["tid"] == two]
assert len(other) > 20 and all(e["queue"] == "humbled" and e["rule"] == 'humble and not comm is "patient*" -> humbled' for e in other), other[:2]
waited = sorted(e["wait_ns"] for e in mine)
assert 2e6 < waited[len(waited) // 2] < 4e7, waited # the other has 8 ms
assert any(e["comm"] == "napper" and e["queue"] in ("quick", "rest") for e in every)
assert any(e["comm"] == "sleep" and e["queue"] == "named" for e in every)
assert all(b["seconds"] >= a["seconds"] for a, b in zip(mine, mine[1:]))

# Filters
assert {e["tid"] for e in lines("comm.json")} == {one, two}
assert lines("queue.json") and all(e["queue"] == "humbled" for e in lines("queue.json"))
assert lines("pid.json") and all(e["pid"] == nap for e in lines("pid.json"))

# The kernel's own: the same decisions in the same order, while both were looking.
seen = lines("seen.json")
kernel = []
for line in open("kernel.trace"):
    found = re.search(r"\[(\d+)\].* ([\d.]+): sched_switch:.*next_pid=(\d+) ", line)
    if found:
        kernel.append((float(found[2]), int(found[1]), int(found[3])))
assert len(kernel) > 20, len(kernel)
steps = [(e["cpu"], e["tid"]) for e in seen]
theirs = [(cpu, pid) for _, cpu, pid in kernel]
# Both looked for two seconds or more, and together for one at least. Two that take turns look alike at many places: at one of them the times are the same, too.
common = min(len(theirs), len(steps)) // 4
assert common > 20, (len(theirs), len(steps))


def apart(i, j):
    """How far the times of ours from `i` on and theirs from `j` on are apart at most, in seconds; what is traced takes some 5 ms."""
    return max(abs((kernel[j + k][0] - kernel[j][0]) - (seen[i + k]["seconds"] - seen[i]["seconds"])) for k in range(common))


places = [(i, j) for i in range(len(steps) - common + 1) for j in range(len(theirs) - common + 1) if steps[i:i + common] == theirs[j:j + common]]
assert places, (steps[:20], theirs[:20])
assert min(apart(*place) for place in places) < 1e-3, [(place, apart(*place)) for place in places]

# The file for Perfetto
d = json.load(open("all.perfetto"))
assert d["otherData"]["policy"] == "seen"
events = d["traceEvents"]
names = {(e["name"], e["pid"], e["tid"]): e["args"].get("name") for e in events if e["ph"] == "M"}
assert names["process_name", 1, 0] == "CPUs" and names["process_name", 2, 0] == "tasks" and names["thread_name", 1, 2] == "CPU 1" and names["thread_name", 2, one] == "spinner", names
spans = [e for e in events if e["ph"] == "X"]
on_cpus = [e for e in spans if e["pid"] == 1]
for cpu in {e["tid"] for e in on_cpus}: # nobody runs where another does
    row = sorted((e["ts"], e["dur"]) for e in on_cpus if e["tid"] == cpu)
    assert all(a[0] + a[1] <= b[0] + 0.002 for a, b in zip(row, row[1:])), cpu
runs = [e for e in spans if e["pid"] == 2 and e["tid"] == one and e["cat"] == "run"]
waits = [e for e in spans if e["pid"] == 2 and e["tid"] == one and e["cat"] == "wait"]
assert len(runs) > 20 and len(waits) > 20
assert [e for e in runs if e["args"]["rule"] == "-"] in ([], runs[:1]) # of the first one nobody knows what it waited for
wrong = [e for e in runs if e["args"]["rule"] != "-" and (e["name"] != "CPU 1" or e["args"]["queue"] != "rest" or e["args"]["rule"] != "else -> rest" or e["args"]["tid"] != one)]
assert not wrong, wrong
ends = {round(e["ts"] + e["dur"], 1) for e in waits}
assert sum(round(e["ts"], 1) in ends for e in runs) > len(runs) * 0.9 # a wait ends where a run begins
both = sum(e["dur"] for e in runs) + sum(e["dur"] for e in spans if e["pid"] == 2 and e["tid"] == two and e["cat"] == "run")
assert 0.8e6 < both < 1.3e6, both # CPU 1 was theirs for that second
