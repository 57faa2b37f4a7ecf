#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""simulation.py FAIR FIFO TRACE: figures of examples/fair.scx and fifo.scx with the workload `cpu` on 4 CPUs for 5 s, and the trace of the first one."""
import json
import sys

fair, fifo, trace = (json.load(open(name)) for name in sys.argv[1:4])
for d in fair, fifo:
    m = d["machine"]
    assert m["online_ns"] == 4 * 5_000_000_000 and m["cpu_ns"] + m["idle_ns"] + m["switching_ns"] == m["online_ns"], m
    assert m["cpu_ns"] == sum(t["cpu_ns"] for t in d["tasks"]) == sum(g["cpu_ns"] for g in d["groups"]) == sum(q["cpu_ns"] for q in d["queues"]), m
    assert m["switches"] == sum(t["switches"] for t in d["tasks"]) and m["tasks"] == 12 and m["wasted_ns"] == 0, m
assert fair["machine"]["fairness"] > 0.99 and all(0.9 < t["got"] < 1.1 for t in fair["tasks"]), fair["machine"]
assert fair["queues"][0]["name"] == "main" and fair["queues"][0]["share"] > 0.9, fair["queues"]
# First come, first served: all get the same, a twelfth, whatever their weights. Of nice -5, 0 and 5 that is 0.48, 1.45 and 4.38 of what they are entitled to, four tasks each: Jain's index is 0.616.
assert abs(fifo["machine"]["fairness"] - 0.616) < 0.01 and max(t["cpu_ns"] for t in fifo["tasks"]) < 1.05 * min(t["cpu_ns"] for t in fifo["tasks"]), fifo["machine"]
# A switch of 100 us for each slice of 20 ms.
assert 0.003 < fifo["machine"]["switching_ns"] / fifo["machine"]["online_ns"] < 0.007, fifo["machine"]
runs = [e for e in trace["traceEvents"] if e["ph"] == "X" and e["cat"] == "run" and e["pid"] == 1]
assert len(runs) >= fair["machine"]["switches"] and abs(sum(e["dur"] for e in runs) - 20_000_000) < 1000, len(runs)
for cpu in range(4): # nobody is on a CPU where somebody is
    own = sorted((e["ts"], e["ts"] + e["dur"]) for e in runs if e["tid"] == cpu + 1)
    assert own and all(a[1] <= b[0] + 1e-6 for a, b in zip(own, own[1:])), cpu
