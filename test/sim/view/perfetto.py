#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""perfetto.py TRACE: does ui.perfetto.dev see in a trace what was meant? Reads the events as its importer does (google/perfetto, src/trace_processor/importers/json): sorted by time, those of one time in the
order of the file; times are doubles of us, cut to ns; a slice lies on the stack of its thread until its end has come; an arrow joins what lies on top of the stacks of its threads.
Slices of a thread must not overlap, each arrow must find both ends, and each thread and process must have a name."""
import json
import sys

trace = json.load(open(sys.argv[1]))
assert trace["displayTimeUnit"] in ("ns", "ms"), trace["displayTimeUnit"]
events = trace["traceEvents"]
needed = {"X": "pid tid ts dur name", "C": "pid ts name args", "i": "pid tid ts s", "s": "pid tid ts id name cat", "f": "pid tid ts id name cat bp", "M": "pid tid name args"}
names = {(e["name"], e["pid"], e["tid"]): e["args"].get("name") for e in events if e["ph"] == "M"}
stacks, arrows, count, instant = {}, {}, {}, {}


def ns(us):
    assert isinstance(us, (int, float)) and not isinstance(us, bool) and us >= 0, us
    return int(us * 1000)


for e in events:
    assert set(needed[e["ph"]].split()) <= e.keys(), e
    assert all(isinstance(e[key], int) and 0 <= e[key] < 2**32 for key in ("pid", "tid") if key in e), e
for e in sorted((e for e in events if e["ph"] != "M"), key=lambda e: ns(e["ts"])):
    at, thread, kind = ns(e["ts"]), (e["pid"], e.get("tid")), e["ph"]
    count[kind] = count.get(kind, 0) + 1
    assert ("process_name", e["pid"], 0) in names and (kind == "C" or ("thread_name", *thread) in names), f"no name: {e}"
    if kind == "C":
        assert all(isinstance(v, (int, float)) for v in e["args"].values()), e
        continue
    stack = stacks.setdefault(thread, [])
    if kind in "Xi":
        while stack and stack[-1][0] <= at:
            stack.pop()
        assert kind == "i" or not stack, f"{e} begins before {stack[-1]} has ended"
        if kind == "X":
            stack.append((at + ns(e["dur"]), e["name"]))
            if not ns(e["dur"]):
                instant[thread] = at
    else:
        key = e["cat"], e["name"], e["id"]
        assert stack, f"an arrow finds nothing: {e}"
        assert (kind == "f") == (key in arrows), f"{e} has no begin, or two"
        assert kind == "s" or e["bp"] == "e", e
        # A run of no length is gone already when the arrow comes to its end.
        assert stack[-1][1].startswith("CPU ") or kind == "s" or instant.get(thread) == at, f"{e} joins {stack[-1]}"
        arrows[key] = kind
assert all(kind == "f" for kind in arrows.values()), "an arrow has no end"
print("%d slices, %d arrows, %d lengths" % (count["X"], len(arrows), count["C"]))
