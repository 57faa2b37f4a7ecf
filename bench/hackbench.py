# SPDX-License-Identifier: GPL-2.0-only
# hackbench.py JSON < LOG: medians and spread of the `time WHO SECONDS` lines; prints a table and writes the figures.
import json
import statistics
import sys


def main():
    taken = {}
    for line in sys.stdin:
        if line.startswith("time "):
            _, who, seconds = line.split()
            taken.setdefault(who, []).append(float(seconds))
    if set(taken) != {"policy", "simple", "default"}:
        sys.exit("hackbench: the kernel gave no figures, see above")
    report = {"rounds": len(taken["policy"]), "unit": "s"}
    print(f"{'':12} {'median':>8} {'quartiles':>17} {'of scx_simple':>14}   (s, {report['rounds']} runs each)")
    for who, times in taken.items():
        low, median, high = statistics.quantiles(times, n=4)
        # Each run is set against scx_simple's of the same round, so that a slow minute of the machine counts for both.
        ratio = statistics.median(t / s for t, s in zip(times, taken["simple"]))
        report[who] = {"median": median, "quartiles": [low, high], "times": times, "ratio": ratio}
        print(f"{who:12} {median:8.3f} {low:8.3f} {high:8.3f} {ratio:14.3f}")
    with open(sys.argv[1], "w") as f:
        json.dump(report, f, indent=2)


main()
