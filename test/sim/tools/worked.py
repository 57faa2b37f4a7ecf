# SPDX-License-Identifier: GPL-2.0-only
"""worked.py FOLDER: did each simulation there use its machine, and did every task of it get CPU time?"""
import glob
import json
import os
import sys

# Policies that leave CPUs idle on purpose: nest packs tasks on few CPUs, layered confines some to theirs, in central and tickless one CPU decides when its timer says so, lab keeps siblings empty.
PURPOSE = ("nest", "layered", "central", "tickless", "lab")

failed, paths = 0, sorted(glob.glob(f"{sys.argv[1]}/*.json"))
for path in paths:
    with open(path) as f:
        figures = json.load(f)
    name = os.path.basename(path)[:-len(".json")].split("-", 1)[1]
    wasted, used = figures["machine"]["wasted"], figures["machine"]["utilisation"]
    starved = [t["name"] for t in figures["tasks"] if t["cpu_ns"] == 0 and t["wait_ns"] > 500_000_000]
    if (wasted > 0.005 and name not in PURPOSE) or starved or used < 0.3:
        failed += 1
        print(f"{name}: wasted {wasted}, used {used}, starved {starved}")
print(f"{len(paths)} policies, {failed} failed")
sys.exit(failed > 0 or not paths)
