#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The document of inputs/all-kinds.events."""
import json
import sys

d = json.load(open(sys.argv[1]))


def expect(row, **wanted):
    for key, value in wanted.items():
        assert row[key] == value, (key, row[key], value)


expect(d["machine"], cpus=2, time_ns=10_000_000, online_ns=17_000_000, cpu_ns=11_985_000, idle_ns=5_000_000, switching_ns=15_000, wasted_ns=2_000_000, tasks=2, switches=3, migrations=1,
       preemptions=1, periods=2, missed=1)
pinned, renamed = d["tasks"]
expect(pinned, pid=1001, name="pinned", group="batch", cpu_ns=6_990_000, entitled_ns=9_248_139, got=0.755828, wait_count=2, wait_max_ns=3_000_000, latency_count=1)
expect(renamed, pid=1002, name="renamed", group="web", cpu_ns=4_995_000, entitled_ns=4_995_000, got=1.0, latency_p50_ns=2_000_000, missed=1)
assert [g["name"] for g in d["groups"]] == ["batch", "web"] and [q["name"] for q in d["queues"]] == ["web", "batch", "local"], d
expect(d["exit"], time_ns=10_000_000, kind=1026, code=0, reason="runnable task stall", message="pinned[1001] failed to run for 4.000s")
assert d["tasks_not_kept"] == 0 and list(d) == sorted(d) and list(pinned) == sorted(pinned), list(d)
