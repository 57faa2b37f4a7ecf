#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""userspace.py FIGURES: nobody waited longer than the kernel needs to see that the process is gone, and CPUs idled beside waiting tasks for no longer than that, three times."""
import json
import sys

figures = json.load(open(sys.argv[1]))
longest = max(group["wait_max_ns"] for group in figures["groups"])
assert longest < 100e6, f"a task waited {longest / 1e6} ms"
wasted = figures["machine"]["wasted_ns"]
assert wasted < 3 * 4 * 65e6, f"CPUs idled for {wasted / 1e6} ms"
assert {group["name"] for group in figures["groups"]} == {"heavy", "light", "scx-order"}, figures["groups"]
