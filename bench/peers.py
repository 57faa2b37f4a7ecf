# SPDX-License-Identifier: GPL-2.0-only
# peers.py JSON < LOG: what peers-guest.sh printed, as medians and ratios; prints a table and writes the figures.
import json
import math
import statistics
import sys

CALLBACKS = ["select_cpu", "enqueue", "runnable", "dispatch", "running", "stopping", "quiescent", "enable", "tick"]
BETTER_HIGH = {"switches/s", "pipe, switches/s"}


def callback(program):
    """Its name is the policy's, then the callback's, which may have been cut to 15 characters."""
    name = program["name"]
    return next((c for c in CALLBACKS if name.endswith("_" + c)), name.split("_", 1)[-1])


def ops(figures):
    return {callback(p): p for p in figures["programs"] if p["type"] == "struct_ops"}


def callbacks(record):
    """One record of the kernel's counters as figures by (kind, name)."""
    old, new = ops(record["before"]), ops(record["after"])
    found, spent = {}, 0
    for name, p in new.items():
        count, time = (p.get(k, 0) - old[name].get(k, 0) for k in ("run_cnt", "run_time_ns"))
        spent += time
        if count and name in CALLBACKS:
            found["instructions a call", name] = time / count
    found["instructions a switch", "all callbacks"] = spent / (record["after"]["switches"] - record["before"]["switches"])
    found["the verifier's instructions", "all programs"] = sum(record["verified"].get(str(p["id"]), 0) for p in new.values())
    found["bytes of machine code", "all programs"] = sum(p["bytes_jited"] for p in new.values())
    return found


def main():
    seen = {}  # pair → (kind, name) → who → values, one a round
    for line in sys.stdin:
        if not line.startswith('{"pair"'):
            continue
        record = json.loads(line)
        if record["measure"] == "callbacks":
            figures = callbacks(record)
        else:
            figures = {(record["measure"], k): v for k, v in record.items() if k not in ("pair", "who", "measure")}
        for key, value in figures.items():
            seen.setdefault(record["pair"], {}).setdefault(key, {}).setdefault(record["who"], []).append(value)
    if not seen:
        sys.exit("peers: the kernel gave no figures, see above")
    report, costs = {"pairs": {}}, []
    for pair, kinds in seen.items():
        print(f"{pair:42} {'policy':>10} {'C':>10} {'default':>10} {'to C':>7} {'to def.':>7}")
        for (kind, name), sides in sorted(kinds.items(), key=lambda k: CALLBACKS.index(k[0][1]) if k[0][1] in CALLBACKS else 99):
            ours = sides.get("policy")
            row = {who: {"median": statistics.median(v), "each": v} for who, v in sides.items()}
            for other in ("c", "default"):
                # Each round is set against the other's of the same round, so that a slow minute of the machine counts for both.
                if ours and other in sides and all(sides[other]):
                    row["ratio to " + other] = statistics.median(a / b for a, b in zip(ours, sides[other]))
            if kind == "instructions a call" and "ratio to c" in row:
                costs.append(row["ratio to c"])
            report["pairs"].setdefault(pair, {}).setdefault(kind, {})[name] = row
            digits = 1 if row["policy" if ours else "c"]["median"] >= 10 else 4
            text = [f"{row[w]['median']:10.{digits}f}" if w in row else f"{'-':>10}" for w in ("policy", "c", "default")]
            text += [f"{row[r]:7.3f}" if r in row else f"{'-':>7}" for r in ("ratio to c", "ratio to default")]
            print(f"  {kind + ': ' + name:40} {' '.join(text)}" + ("  (more is better)" if name in BETTER_HIGH else ""))
    if costs:
        report["callbacks to c, geometric mean"] = math.exp(statistics.fmean(map(math.log, costs)))
        print(f"{'geometric mean of ' + str(len(costs)) + ' callbacks':76} {report['callbacks to c, geometric mean']:7.3f}")
    with open(sys.argv[1], "w") as f:
        json.dump(report, f, indent=2)


main()
