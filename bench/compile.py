# SPDX-License-Identifier: GPL-2.0-only
# compile.py RUNS JSON NAME COMMAND… -- NAME COMMAND…: runs the two commands in turn; prints and writes the medians.
import json
import os
import statistics
import sys
import time


def measure(command):
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"compile: `{' '.join(command)}` failed")
    return wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000


def main():
    runs, out = int(sys.argv[1]), sys.argv[2]
    cut = sys.argv.index("--")
    commands = [sys.argv[3:cut], sys.argv[cut + 1:]]
    taken = {c[0]: [] for c in commands}
    for c in commands:  # once unmeasured: the files are in memory then
        measure(c[1:])
    for _ in range(runs):
        for c in commands:
            taken[c[0]].append(measure(c[1:]))
    report = {"runs": runs, "unit": "ms"}
    print(f"{'':8} {'median':>9} {'fastest':>9} {'CPU time':>9}   (ms, {runs} runs each)")
    for name, times in taken.items():
        wall, cpu = zip(*times)
        report[name] = {"median": statistics.median(wall), "fastest": min(wall), "cpu": statistics.median(cpu)}
        print(f"{name:8} {report[name]['median']:9.1f} {report[name]['fastest']:9.1f} {report[name]['cpu']:9.1f}")
    ours, theirs = (report[c[0]] for c in commands)
    report["ratio"] = {k: ours[k] / theirs[k] for k in ours}
    print(f"{commands[0][0]} takes 1/{1 / report['ratio']['median']:.1f} of the time of {commands[1][0]}"
          f" (CPU time 1/{1 / report['ratio']['cpu']:.1f})")
    with open(out, "w") as f:
        json.dump(report, f, indent=2)


main()
