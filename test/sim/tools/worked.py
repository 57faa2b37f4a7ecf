# SPDX-License-Identifier: GPL-2.0-only
"""worked.py DOCUMENT…: did each simulation use its machine, and every task of it get CPU time?"""
import json
import sys

failed = 0
for path in sys.argv[1:]:
    with open(path) as f:
        figures = json.load(f)
    # Policies that leave CPUs idle on purpose are said to: nest packs tasks on few CPUs, central waits for its CPU's timer.
    purpose = any(name in path for name in ("nest", "central", "lab", "tickless"))
    wasted = figures["machine"]["wasted"]
    starved = [t["name"] for t in figures["tasks"] if t["cpu_ns"] == 0 and t["name"] != "init" and t["wait_ns"] > 500_000_000]
    if (wasted > 0.005 and not purpose) or starved or figures["machine"]["utilisation"] < 0.3:
        failed += 1
        print(path, "wasted", wasted, "starved", starved, "used", figures["machine"]["utilisation"])
print(len(sys.argv) - 1, "policies,", failed, "failed")
sys.exit(failed > 0)
