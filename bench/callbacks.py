# SPDX-License-Identifier: GPL-2.0-only
# callbacks.py JSON < LOG: the cost of each callback from the kernel's run_time_ns and run_cnt; prints a table and writes the figures.
import json
import statistics
import sys

CALLBACKS = ["select_cpu", "enqueue", "dispatch", "running", "stopping"]


def counters(record):
    """Count and time of each program of the policy: its name ends in the callback's; a kernel may cut names to 15 characters."""
    found = {}
    for program in record["programs"]:
        if program["type"] != "struct_ops":
            continue
        name = program["name"].split("_", 1)[1]
        found[name] = (program.get("run_cnt", 0), program.get("run_time_ns", 0))
    return found


def main():
    rounds, before = {}, {}
    for line in sys.stdin:
        if not line.startswith('{"who"'):
            continue
        record = json.loads(line)
        if record["when"] == "before":
            before = record
            continue
        old, new = counters(before), counters(record)
        delta = {k: (new[k][0] - old[k][0], new[k][1] - old[k][1]) for k in new}
        rounds.setdefault(record["who"], []).append((delta, record["switches"] - before["switches"]))
    if set(rounds) != {"policy", "simple"}:
        sys.exit("callbacks: the kernel gave no figures, see above")
    names = CALLBACKS + sorted({k for r in rounds["policy"] + rounds["simple"] for k, (n, _) in r[0].items() if n} - set(CALLBACKS))
    report = {"rounds": len(rounds["policy"]), "unit": "instructions per call", "callbacks": {}}

    def cost(who, name):
        each = [r[0][name][1] / r[0][name][0] for r in rounds[who] if r[0].get(name, (0, 0))[0]]
        count = [r[0].get(name, (0, 0))[0] for r in rounds[who]]
        return {"count": statistics.median(count), "cost": statistics.median(each) if each else None, "each": each}

    print(f"{'':14} {'policy':>18} {'scx_simple':>18}")
    print(f"{'callback':14} {'count':>9} {'each':>8} {'count':>9} {'each':>8} {'ratio':>7}")
    for name in names:
        ours, theirs = cost("policy", name), cost("simple", name)
        ratio = ours["cost"] / theirs["cost"] if ours["cost"] and theirs["cost"] else None
        report["callbacks"][name] = {"policy": ours, "simple": theirs, "ratio": ratio}
        text = [f"{c['count']:9.0f} " + (f"{c['cost']:8.1f}" if c["cost"] else f"{'-':>8}") for c in (ours, theirs)]
        print(f"{name:14} {text[0]} {text[1]} " + (f"{ratio:7.3f}" if ratio else f"{'-':>7}"))
    total = {who: statistics.median(sum(t for _, t in r[0].values()) / r[1] for r in rounds[who]) for who in rounds}
    report["per_switch"] = {"policy": total["policy"], "simple": total["simple"], "ratio": total["policy"] / total["simple"]}
    print(f"{'all, a switch':14} {total['policy']:18.1f} {total['simple']:18.1f} {report['per_switch']['ratio']:7.3f}")
    with open(sys.argv[1], "w") as f:
        json.dump(report, f, indent=2)


main()
