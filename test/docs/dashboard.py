# SPDX-License-Identifier: GPL-2.0-only
"""Does the dashboard ask only for what docs/operations/metrics.md lists, and for all families that every policy has? usage: dashboard.py ROOT"""
import json
import re
import sys

folder = sys.argv[1] + "/docs/operations/"
types = dict(re.findall(r"^\| `(scx_\w+)` \| (\w+) \|", open(folder + "metrics.md").read(), re.M))
suffix = {"counter": "_total", "info": "_info", "gauge": "", "histogram": "_bucket"}
known = {name + suffix[kind] for name, kind in types.items()}
dashboard = json.load(open(folder + "grafana.json"))
asked = set()
for panel in dashboard["panels"]:
    for target in panel["targets"]:
        asked |= set(re.findall(r"scx_\w+", target["expr"]))
wrong = sorted(asked - known) + sorted(name for name in known - asked if "histogram" not in name)
assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]), "two panels of one number"
sys.exit("not in both the page and the dashboard: " + ", ".join(wrong) if wrong else 0)
