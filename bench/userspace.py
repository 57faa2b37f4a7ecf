# SPDX-License-Identifier: GPL-2.0-only
# userspace.py JSON < LOG: what peers-guest.sh printed of the sides of bench/userspace, as medians; prints a table and writes the figures.
import json
import statistics
import sys

SIDES = {"process": "process", "kernel": "kernel", "c": "scx_userland", "default": "default"}
seen = {}  # figure → side → values, one a round
for line in sys.stdin:
    if line.startswith('{"pair"'):
        record = json.loads(line)
        for name, value in record.items():
            if name not in ("pair", "who", "measure"):
                seen.setdefault(f"{record['measure']}: {name}", {}).setdefault(record["who"], []).append(value)
if not seen:
    sys.exit("userspace: the kernel gave no figures, see above")
print(f"{'':28}" + "".join(f"{title:>14}" for title in SIDES.values()) + f"{'to kernel':>11}")
report = {}
for figure, sides in seen.items():
    row = report[figure] = {side: {"median": statistics.median(values), "each": values} for side, values in sides.items()}
    ratio = statistics.median(a / b for a, b in zip(sides["process"], sides["kernel"]))  # of the same round: a slow minute of the machine counts for both
    print(f"{figure:28}" + "".join(f"{row[side]['median']:14.1f}" if side in row else f"{'-':>14}" for side in SIDES) + f"{ratio:11.3f}")
with open(sys.argv[1], "w") as f:
    json.dump(report, f, indent=2)
