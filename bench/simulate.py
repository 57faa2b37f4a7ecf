# SPDX-License-Identifier: GPL-2.0-only
# simulate.py SCXSIM FOLDER RUNS JSON: simulates FOLDER/*.bpf.o under tasks that run and sleep for 100 us in turn; prints and writes medians.
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

scxsim, folder, runs, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]


def workload(tasks, seconds):
    """An rt-app file: `tasks` that want twice as much as there is when there are four for each CPU."""
    return {"global": {"duration": math.ceil(seconds)}, "tasks": {"t": {"instance": tasks, "loop": -1, "run": 100, "sleep": 100}}}


def measure(policy, cpus, tasks, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(workload(tasks, seconds), file)
        file.flush()

        def once(length):
            start = time.perf_counter()
            child = subprocess.Popen([scxsim, f"{folder}/{policy}.bpf.o", "--machine", str(cpus), "--workload", file.name, "--for", length, "--json", "--no-stats"], stdout=subprocess.PIPE)
            text = child.stdout.read()
            _, status, usage = os.wait4(child.pid, 0)
            if status:
                sys.exit(f"simulate: {policy} on {cpus} CPUs with {tasks} tasks ended with status {status}")
            return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(text)["machine"]

        _, empty, _, none = once("1us")
        wall, cpu, memory, machine = once(f"{int(seconds * 1e6)}us")
        switches = machine["switches"] - none["switches"]
        return {"switches": switches, "rate": switches / (cpu - empty), "nsPerSwitch": (cpu - empty) * 1e9 / switches, "memory": memory, "start": empty}


def median(policy, cpus, tasks, seconds):
    taken = [measure(policy, cpus, tasks, seconds) for _ in range(runs)]
    return {key: statistics.median(t[key] for t in taken) for key in taken[0]}


report = {"runs": runs, "speed": {}, "growth": []}
print(f"{'':28} {'switches':>10} {'a second':>12} {'ns each':>8} {'memory':>9} {'start':>8}")


def row(name, figures):
    print(f"{name:28} {figures['switches']:10.0f} {figures['rate']:12,.0f} {figures['nsPerSwitch']:8.0f} {figures['memory']:6.0f} MB {figures['start'] * 1000:5.0f} ms")


for policy in ("fifo", "fair", "desktop"):
    report["speed"][policy] = median(policy, 8, 64, 20)
    row(f"{policy}, 8 CPUs, 64 tasks", report["speed"][policy])
for cpus, tasks in ((2, 10), (2, 100), (2, 1000), (2, 10000), (16, 1000), (64, 1000), (256, 1000), (256, 10000)):
    figures = median("fair", cpus, tasks, min(20, 160 / cpus))
    report["growth"].append({"cpus": cpus, "tasks": tasks, **figures})
    row(f"fair, {cpus} CPUs, {tasks} tasks", figures)
with open(out, "w") as f:
    json.dump(report, f, indent=2)
