# SPDX-License-Identifier: GPL-2.0-only
"""shares.py: of the comparison on standard input, fifo gives nice values nothing and fair gives them their weight."""
import json
import sys

fifo, fair = ({g["name"]: g["share"] for g in r["groups"]} for r in json.load(sys.stdin)["results"])
assert abs(fifo["high"] - fifo["low"]) < 0.05, fifo
assert 5 < fair["high"] / fair["low"] < 15, fair
