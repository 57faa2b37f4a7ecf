#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""userspace.py FIGURES: hardly anybody waited longer than the kernel needs to see that the process is gone, but for those who got more than their weight while the kernel
ordered, in turn: they make up for it when the process is back. In those 450 ms one of twelve has 150 ms of four CPUs, where a light one is entitled to 89: 61 ms too much, which is 308 ms
of what is due to it. CPUs idled beside waiting tasks for no longer than that, three times; and each group got what it is entitled to."""
import json
import sys

figures = json.load(open(sys.argv[1]))
usual, longest = (max(group[wait] for group in figures["groups"]) for wait in ("wait_p99_ns", "wait_max_ns"))
assert usual < 65e6 and longest < 310e6, f"a task waited {longest / 1e6} ms, one of a hundred {usual / 1e6} ms"
wasted = figures["machine"]["wasted_ns"]
assert wasted < 3 * 4 * 65e6, f"CPUs idled for {wasted / 1e6} ms"
assert {group["name"] for group in figures["groups"]} == {"heavy", "light", "scx-order"}, figures["groups"]
assert all(0.95 < group["got"] < 1.05 for group in figures["groups"] if group["name"] != "scx-order"), figures["groups"]
