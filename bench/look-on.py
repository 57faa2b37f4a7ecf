# SPDX-License-Identifier: GPL-2.0-only
"""The table of bench/look-on: usage: look-on.py LOG OUT.json. Instructions a call of each callback, by who looked; medians of the rounds."""
import json
import statistics
import sys

log, out = sys.argv[1:]
rows = [json.loads(line) for line in open(log) if line.startswith("{")]
phases = ["never", "before", "traced", "after"]
calls = {}   # (policy, callback, phase) → figures, one a round
code = {}    # (policy, phase) → what the machine code was
for row in rows:
    before = {p["id"]: p for p in row["before"]}
    code.setdefault((row["policy"], row["phase"]), []).append((row["code"], [(p["id"], p["bytes_xlated"], p["bytes_jited"]) for p in row["after"] if p["type"] == "struct_ops"]))
    for p in row["after"]:
        then = before.get(p["id"], {"run_time_ns": 0, "run_cnt": 0})
        count = p.get("run_cnt", 0) - then.get("run_cnt", 0)
        if count >= 50 and p["type"] in ("struct_ops", "tracing"):
            name = p["name"] if p["type"] == "tracing" else p["name"][len(row["policy"]) + 1:]
            calls.setdefault((row["policy"], name, row["phase"]), []).append((p["run_time_ns"] - then.get("run_time_ns", 0)) / count)
result = []
for policy in dict.fromkeys(row["policy"] for row in rows):
    print("\n%-10s %-16s %8s %8s %8s %8s" % ("policy", "callback", *phases))
    for name in dict.fromkeys(n for p, n, _ in calls if p == policy):
        figures = {phase: statistics.median(calls[policy, name, phase]) for phase in phases if (policy, name, phase) in calls}
        result.append({"policy": policy, "callback": name, **figures})
        print("%-10s %-16s %s" % (policy, name, " ".join("%8.0f" % figures[p] if p in figures else "%8s" % "-" for p in phases)))
    # Within a life of the policy the addresses in it are the same, so the programs are compared byte by byte.
    same = all(a == b == c for a, b, c in zip(code[policy, "before"], code[policy, "traced"], code[policy, "after"]))
    print("programs of the policy before, while and after it was traced: " + ("the same bytes" if same else "DIFFERS"))
    sizes = [{(p["name"], p["bytes_xlated"], p["bytes_jited"]) for row in rows if (row["policy"], row["phase"]) == (policy, phase) for p in row["after"] if p["type"] == "struct_ops"} for phase in ("never", "before")]
    print("and their sizes, translated and compiled, beside those of an object without what looks on: " + ("the same" if sizes[0] == sizes[1] else "DIFFER"))
json.dump(result, open(out, "w"), indent=1)
